"""Whether a notification may wake somebody."""

from __future__ import annotations

from enum import StrEnum


class Urgency(StrEnum):
    URGENT = "urgent"  # at any hour
    NORMAL = "normal"  # waits for the end of quiet hours
