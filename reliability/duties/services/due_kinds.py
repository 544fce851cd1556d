"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

REMIND = "duties.remind"  # key: a duty's id
NOTICE = "duties.notice"  # key: a notice's id
