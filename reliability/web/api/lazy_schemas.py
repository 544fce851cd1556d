"""Schemas are built when an operation first uses them: most of the hundreds here are not used in a process's life.

To be imported before any schema is defined. pydantic builds under a lock, so requests of several threads may be first.
"""

from __future__ import annotations

from ninja import Schema

Schema.model_config["defer_build"] = True  # every schema inherits it, those that ninja makes of parameters too
