"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

MAKE = "reports.make"  # key: a subscription's id
FORGET = "reports.forgetting"  # standing
NOTICE = "reports.notice"  # key: a notice's id
