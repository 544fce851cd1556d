"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

EVALUATE = "gate.evaluate"  # standing
FORGET = "gate.forgetting"  # standing
NOTICE = "gate.notice"  # key: a notice's id
