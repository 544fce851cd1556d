"""Creating, changing and deleting indicators."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Caller
from slo.models import Sli


@dataclass(frozen=True, slots=True)
class SliDraft:
    """An indicator as a person or file writes it. spec: the notation of reliability.telemetry.domain.specs."""

    name: str
    team_id: int
    source_id: int
    spec: dict[str, Any]
    title: str = ""
    description: str = ""
    service_id: int | None = None
    labels: dict[str, Any] = field(default_factory=dict)


def create(*, caller: Caller, draft: SliDraft, now: datetime, reason: str = "") -> Sli:
    """Create an indicator with its first version; its source is collected from the next minute on.

    Raises Invalid with field paths, Conflict when the name is taken, Forbidden, NotFound (a source or service
    that the caller may not read).
    """
    raise NotImplementedError


def update(
    *, caller: Caller, sli: Sli, draft: SliDraft, now: datetime, reason: str = "", expected_revision: int | None = None
) -> Sli:
    """Bring the indicator to *draft*. A change of source or spec makes a new version from now on; stored minutes stay.

    Raises Conflict when *expected_revision* is no longer the stored one, naming who changed it and when.
    """
    raise NotImplementedError


def draft_of(*, sli: Sli) -> SliDraft:
    """The indicator as it is now, as a draft to change."""
    raise NotImplementedError


def losses_of(*, sli: Sli) -> list[str]:
    """What deleting the indicator loses, in words, for the confirmation."""
    raise NotImplementedError


def delete(*, caller: Caller, sli: Sli, now: datetime, reason: str = "") -> None:
    """Delete the indicator and its series. Raises Conflict while an objective (or a version of one) measures by it."""
    raise NotImplementedError
