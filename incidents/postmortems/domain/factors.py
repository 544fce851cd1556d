"""Contributing factors: several of a postmortem, each of one category; none is "the" cause. Source: domain.md §3 and
https://www.adaptivecapacitylabs.com (multiple contributing factors instead of a root cause).
"""

from __future__ import annotations

from enum import StrEnum

TEXT_LENGTH_MAX = 500
FACTORS_MAX = 40


class Category(StrEnum):
    CHANGE = "change"
    CONFIGURATION = "configuration"
    CAPACITY = "capacity"
    DEPENDENCY = "dependency"
    DESIGN = "design"
    DATA = "data"
    TESTING = "testing"
    DETECTION = "detection"
    RUNBOOK = "runbook"
    COMMUNICATION = "communication"
    PROCESS = "process"
    OUTSIDE = "outside"
    OTHER = "other"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Category.CHANGE: "Change: a deployment or migration",
    Category.CONFIGURATION: "Configuration",
    Category.CAPACITY: "Capacity and limits",
    Category.DEPENDENCY: "Dependency: a service we rely on",
    Category.DESIGN: "Design: how the system is built",
    Category.DATA: "Data",
    Category.TESTING: "Testing: what no test tried",
    Category.DETECTION: "Detection: alerts and dashboards",
    Category.RUNBOOK: "Runbooks and documentation",
    Category.COMMUNICATION: "Communication and handover",
    Category.PROCESS: "Process: how work is done",
    Category.OUTSIDE: "Outside: provider, power, weather",
    Category.OTHER: "Other",
}
