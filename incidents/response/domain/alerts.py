"""What an alert asks for, what became of it, and how much of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

LABELS_MAX = 64
LABEL_LENGTH_MAX = 200
LINKS_MAX = 20
URL_LENGTH_MAX = 2_000


class AlertAction(StrEnum):
    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


class AlertOutcome(StrEnum):
    OPENED = "opened"  # a new alert and a new incident
    JOINED = "joined"  # a new alert in an open incident
    REOPENED = "reopened"  # a new alert in an incident that was resolved shortly before
    REPEATED = "repeated"  # an alert that is open already
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    SILENCED = "silenced"  # kept without an incident
    DROPPED = "dropped"  # nothing to acknowledge or resolve


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an alert, and why in words."""

    alert_id: int | None
    incident_id: int | None
    outcome: AlertOutcome
    reason: str


def bounded_labels(labels: Mapping[str, Any] | None) -> dict[str, str]:
    kept = list((labels or {}).items())[:LABELS_MAX]
    return {str(name)[:LABEL_LENGTH_MAX]: str(value)[:LABEL_LENGTH_MAX] for name, value in kept}


def bounded_links(links: Sequence[Mapping[str, Any]] | None) -> list[dict[str, str]]:
    """Links with http or https only: others could run script where somebody clicks."""
    kept = []
    for link in links or ():
        url = str(link.get("url", "")).strip()
        if url.lower().startswith(("http://", "https://")) and len(url) <= URL_LENGTH_MAX:
            kept.append({"title": str(link.get("title") or url)[:LABEL_LENGTH_MAX], "url": url})
    return kept[:LINKS_MAX]


def bounded_payload(payload: Mapping[str, Any] | None, *, bytes_max: int) -> dict[str, Any]:
    """The payload, or a note in its place when it is larger than *bytes_max*."""
    if not payload:
        return {}
    size = len(orjson.dumps(payload, option=orjson.OPT_NON_STR_KEYS, default=str))
    if size > bytes_max:
        return {"left_out": f"the payload has {size:,} bytes, at most {bytes_max:,} are kept"}
    return dict(payload)
