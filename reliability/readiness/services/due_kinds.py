"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

EXPIRY = "readiness.expiry"  # key: "evidence:5", "waiver:3" or "review:7"
NOTICE = "readiness.notice"  # key: a notice's id
