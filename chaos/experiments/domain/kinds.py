"""What kinds of experiments there are."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    EXPERIMENT = "experiment"
    DR_TRIAL = "dr_trial"  # measured against a recovery time and a recovery point

    @property
    def words(self) -> str:
        return "disaster recovery trial" if self is Kind.DR_TRIAL else "experiment"


class Format(StrEnum):
    """How the text of a version is written. It is exported unchanged."""

    YAML = "yaml"
    JSON = "json"
