"""What an escalation event tells of; stored, and read by the rooms that listen."""

from __future__ import annotations

from enum import StrEnum


class Happening(StrEnum):
    BEGAN = "began"
    STEP = "step"  # somebody is being told
    NOBODY_ON_CALL = "nobody_on_call"  # the step reached nobody
    LAST_RESORT = "last_resort"
    TOLD = "told"  # a receiver took the message
    FAILED = "failed"  # a place refused it, or it was tried as long as it was worth
    BUNDLED = "bundled"  # told together with others: the place had too many
    PAUSED = "paused"
    RESUMED = "resumed"
    LAPSED = "lapsed"  # the acknowledgement is too old
    ESCALATED = "escalated"  # by hand
    HASTENED = "hastened"  # more urgent than before: the same step again
    EXHAUSTED = "exhausted"
    ENDED = "ended"
    RESTARTED = "restarted"
