"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

STEP = "paging.step"  # key: an escalation's id
SEND = "paging.send"  # key: a notification's id
LIST_LOST = "paging.list_lost"  # key: the notification of the list
SWEEP = "paging.sweep"  # standing
FORGET = "paging.forget"  # standing
