"""Kinds of due work of this room that judge and tell, stored in rows."""

from __future__ import annotations

START = "chaos.start"  # key: a run's id; done by the engine
NOTICE = "chaos.notice"  # key: a notice's id
FIGURES = "chaos.figures"  # key: a run's id, once more when late counts have come
