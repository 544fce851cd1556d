"""The choices of a schedule, what becomes of a firing, and why."""

from __future__ import annotations

from enum import StrEnum


class Misfire(StrEnum):
    """What a firing does that is later than the grace, because nothing was there to fire it."""

    SKIP = "skip"
    RUN_ONCE = "run_once"  # one late run, for the newest of all that were missed

    @property
    def words(self) -> str:
        return {"skip": "Leave it out", "run_once": "Run once, late"}[self.value]


class Outside(StrEnum):
    """What a firing does outside of the windows."""

    SKIP = "skip"
    WAIT = "wait"  # for the next window to open

    @property
    def words(self) -> str:
        return {"skip": "Leave it out", "wait": "Wait for the next window"}[self.value]


class Outcome(StrEnum):
    WAITING = "waiting"  # for a window to open
    REQUESTED = "requested"  # its run was asked for
    SKIPPED = "skipped"  # by a rule of the schedule
    REFUSED = "refused"  # it was to run, and may not


class Cause(StrEnum):
    """Why a firing came out as it did; the reason in words goes with it."""

    IN_TIME = "in_time"
    LATE = "late"  # after an outage, once
    MISSED = "missed"  # by more than the grace
    OVERTAKEN = "overtaken"  # a newer one of the same schedule fires instead
    OUTSIDE = "outside"  # of the windows
    NOT_OPEN_YET = "not_open_yet"  # waits for a window
    OVERLAP = "overlap"  # the run before it is open
    PAUSED = "paused"
    CHANGED = "changed"
    ARCHIVED = "archived"
    OWNER = "owner"  # the person or token in whose name it runs may not
    NOT_RUNNABLE = "not_runnable"  # the experiment cannot be run as it is
