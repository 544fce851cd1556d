"""What an outside system tells us, after parsing: alerts and changes of one shape, whatever the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from incidents.response.domain.severity import Severity

# Columns of the alert and of the change: longer texts are cut, longer keys are replaced by their hash.
TITLE_LENGTH_MAX = 255
KEY_LENGTH_MAX = 255
DESCRIPTION_LENGTH_MAX = 20_000
LABELS_MAX = 100
LABEL_LENGTH_MAX = 1_000
LINKS_MAX = 20


class Action(StrEnum):
    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class OutsideAlert:
    """One alert as its sender tells it.

    key: what makes a repeat the same alert, unique within its integration. severity: None when the sender names none.
    links: (title, address). is_one_episode: the key with its start names one episode, so that a trigger after its end
    is a late repeat and no new alert. ended_at: when the sender says it was over; an end before the open alert began is
    a late one of an earlier episode.
    """

    action: Action
    key: str
    title: str
    severity: Severity | None = None
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    is_one_episode: bool = False


@dataclass(frozen=True, slots=True)
class OutsideChange:
    """Something was changed: a deployment, a configuration. key: a repeat has no effect.

    is_named: the key names this very change. Else it only tells bodies apart, and the same one later is another change.
    """

    key: str
    title: str
    is_named: bool = True
    at: datetime | None = None
    links: tuple[tuple[str, str], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one request holds. notes: what was not as it should be, although it was taken."""

    alerts: tuple[OutsideAlert, ...] = ()
    changes: tuple[OutsideChange, ...] = ()
    notes: tuple[str, ...] = ()
