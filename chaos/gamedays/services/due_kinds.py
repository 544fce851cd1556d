"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

NOTICE = "gamedays.notice"  # key: the id of a message to an invitee
FOLLOW_UP_NOTICE = "gamedays.follow_up_notice"  # key: the id of a reminder of a follow-up
FOLLOW_UP = "gamedays.follow_up"  # key: a follow-up's id, when it is due
