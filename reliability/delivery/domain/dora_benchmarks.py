"""What the clusters of a year's survey answered, to stand beside one's own figures. A survey, not a target.

Source: DORA, Accelerate State of DevOps Report 2024, "Software delivery performance": answers of teams about their
primary application, in four clusters of 19, 22, 35 and 25 % of those asked. https://dora.dev/research/2024/dora-report/
Each cell was compared with https://octopus.com/blog/2024-devops-performance-clusters; the report of 2025 has no such
clusters (it tells seven kinds of teams), so that these are the newest.
"""

from __future__ import annotations

from dataclasses import dataclass

YEAR = 2024
SOURCE = "DORA, Accelerate State of DevOps Report 2024"
SOURCE_URL = "https://dora.dev/research/2024/dora-report/"
_HOUR, _DAY = 3600, 86_400
_WEEK, _MONTH = 7 * _DAY, 30 * _DAY


@dataclass(frozen=True, slots=True)
class Cluster:
    """share: percent of those asked. The rest as the report words it."""

    name: str
    share: int
    frequency: str
    lead: str
    fail_rate: str
    recovery: str


CLUSTERS = (
    Cluster("Elite", 19, "On demand: several a day", "Less than one day", "5 %", "Less than one hour"),
    Cluster("High", 22, "Once a day to once a week", "One day to one week", "20 %", "Less than one day"),
    Cluster("Medium", 35, "Once a week to once a month", "One week to one month", "10 %", "Less than one day"),
    Cluster("Low", 25, "Once a month to once in six months", "One to six months", "40 %", "One week to one month"),
)


def frequency_cluster(per_day: float | None) -> str:
    """Of deployments a day; blank when undefined. More than once a day is elite."""
    if per_day is None:
        return ""
    return "Elite" if per_day > 1 else "High" if per_day >= 1 / 7 else "Medium" if per_day >= 1 / 30 else "Low"


def lead_cluster(median_seconds: float | None) -> str:
    """Of the median lead time; blank when undefined."""
    if median_seconds is None:
        return ""
    bounds = (("Elite", _DAY), ("High", _WEEK), ("Medium", _MONTH))
    return next((name for name, bound in bounds if median_seconds < bound), "Low")


def recovery_cluster(median_seconds: float | None) -> str:
    """Of the median recovery time; blank when undefined. No cluster answered one day to one week."""
    if median_seconds is None:
        return ""
    bounds = (("Elite", _HOUR), ("High or medium", _DAY), ("Between medium and low", _WEEK))
    return next((name for name, bound in bounds if median_seconds < bound), "Low")
