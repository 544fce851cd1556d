"""Kinds of due work and facts of this room, stored in rows."""

from __future__ import annotations

DUE = "postmortems.due"  # key: an incident's id
NOTICE = "postmortems.notice"  # key: a notice's id

POSTMORTEM_PUBLISHED = "PostmortemPublished"
POSTMORTEM_DUE = "PostmortemDue"
