"""States of an objective."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    MET = "met"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    NO_DATA = "no_data"
