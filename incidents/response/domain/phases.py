"""The phases of an incident and what each is for. Source: Jeli's and Etsy's debriefing guides, domain.md §3."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN = (Status.TRIGGERED, Status.ACKNOWLEDGED)


class Phase(StrEnum):
    DETECTION = "detection"
    RESPONSE = "response"
    REMEDIATION = "remediation"
    ANALYSIS = "analysis"
    READINESS = "readiness"


class Milestone(StrEnum):
    """In their order; each has a column `<milestone>_at`."""

    STARTED = "started"
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"


class CloseReason(StrEnum):
    REAL = "real"
    DUPLICATE = "duplicate"
    FALSE_POSITIVE = "false_positive"
