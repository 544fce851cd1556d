"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

REMIND = "chaos.trial"  # key: a trial's id
NOTICE = "chaos.trial_notice"  # key: a notice's id
SCORES = "chaos.backlog_scores"  # one standing row
