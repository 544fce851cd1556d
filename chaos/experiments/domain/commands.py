"""Programs that targets name: they run on the machine of an agent, so the operator's list holds for them, too."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from chaos.runner.allow import Allowed

FIELD = "start_command"


def command_mistake(*, config: Mapping[str, Any], allowed: Allowed) -> str:
    """Why the target's command may not be run here; blank: it names none, or one that is allowed."""
    try:
        words = shlex.split(str(config.get(FIELD) or ""))
    except ValueError as error:
        return f"{FIELD} is not understood: {error}"
    if not words or allowed.has_program(words[0]):
        return ""
    return f"program {words[0]} is not allowed: an administrator of the installation can add it to CHAOS_PROGRAMS"
