"""Which alerts become one incident. Pure: the key is the same for alerts that belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

LABELS_MAX = 10
MINUTES_MAX = 24 * 60
_VALUES_SHOWN = 120


class GroupBy(StrEnum):
    ALERT = "alert"
    LABELS = "labels"
    SERVICE = "service"
    WINDOW = "window"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    GroupBy.ALERT: "Each alert is an incident",
    GroupBy.LABELS: "Alerts that share these labels are one incident",
    GroupBy.SERVICE: "Alerts of one service are one incident",
    GroupBy.WINDOW: "Everything within some minutes is one incident",
}


@dataclass(frozen=True, slots=True)
class Grouping:
    """by: the rule. labels: their names, for LABELS. minutes: how long a window takes alerts in, for WINDOW."""

    by: GroupBy = GroupBy.ALERT
    labels: tuple[str, ...] = ()
    minutes: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grouping:
        return cls(
            by=GroupBy(data.get("by", GroupBy.ALERT)),
            labels=tuple(data.get("labels", ())),
            minutes=int(data.get("minutes", 0)),
        )

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"by": self.by.value}
        if self.by is GroupBy.LABELS:
            found["labels"] = list(self.labels)
        if self.by is GroupBy.WINDOW:
            found["minutes"] = self.minutes
        return found

    def in_words(self) -> str:
        if self.by is GroupBy.LABELS:
            return f"one incident per {', '.join(self.labels)}"
        if self.by is GroupBy.SERVICE:
            return "one incident per service"
        if self.by is GroupBy.WINDOW:
            return f"one incident for everything within {self.minutes} min"
        return "one incident per alert"

    def mistake(self) -> str:
        """What to change, blank when it is right."""
        if self.by is GroupBy.LABELS and not 1 <= len(self.labels) <= LABELS_MAX:
            return f"name 1 to {LABELS_MAX} labels, such as alertname, cluster"
        if self.by is GroupBy.WINDOW and not 1 <= self.minutes <= MINUTES_MAX:
            return f"write how many minutes a window lasts, 1 to {MINUTES_MAX}"
        return ""


EACH_ALERT = Grouping()


def group_key(
    *,
    grouping: Grouping,
    origin: str,
    labels: Mapping[str, str],
    service_id: int | None,
    window_started_at: datetime | None,
) -> str:
    """What alerts of one incident have in common; blank: the alert stays by itself.

    An alert without any of the labels stays by itself, too: what they do not share cannot join them. An alert
    without a service is grouped with the others of its origin that have none.
    """
    if grouping.by is GroupBy.LABELS:
        values = [(name, labels.get(name, "")) for name in grouping.labels]
        return f"{origin} {_shown(values)}" if any(value for _, value in values) else ""
    if grouping.by is GroupBy.SERVICE:
        return f"{origin} service {service_id or 'none'}"
    if grouping.by is GroupBy.WINDOW and window_started_at is not None:
        return f"{origin} since {window_started_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    return ""


def window_start(*, grouping: Grouping, began_at: datetime | None, now: datetime) -> datetime:
    """Where the window that takes an alert in at *now* began: the present one, or a new one.

    A clock that was set back begins a new window: the old one would take alerts in for too long.
    """
    if began_at is not None and began_at <= now < began_at + timedelta(minutes=grouping.minutes):
        return began_at
    return now


def _shown(pairs: Sequence[tuple[str, str]]) -> str:
    """Readable while short; a hash keeps long values apart."""
    text = ",".join(f"{name}={value}" for name, value in pairs)
    if len(text) <= _VALUES_SHOWN:
        return text
    return f"{text[:40]}…{hashlib.sha256(text.encode()).hexdigest()[:32]}"
