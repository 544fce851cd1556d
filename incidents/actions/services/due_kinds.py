"""Kinds of due work and facts of this room, stored in rows."""

from __future__ import annotations

REMIND = "incidents.action"  # key: an action's id
NOTICE = "incidents.action_notice"  # key: a notice's id
PROVE = "incidents.action_proof"  # key: an action's id

ACTION_CLOSED = "ActionClosed"
ACTION_REOPENED = "ActionReopened"
