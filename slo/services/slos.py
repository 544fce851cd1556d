"""Creating, changing and deleting objectives. Each change of what is asked for is a new version."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from reliability.access.domain.caller import Caller
from slo.domain.budgeting import BudgetingMethod
from slo.models import Slo


@dataclass(frozen=True, slots=True)
class SloDraft:
    """An objective as a person or file writes it. window: the notation of slo.domain.windows."""

    name: str
    title: str
    team_id: int
    sli_id: int
    objective: Decimal | str | float
    window: dict[str, Any]
    service_id: int | None = None
    description: str = ""
    budgeting_method: str = BudgetingMethod.OCCURRENCES.value
    slice_minutes: int | None = None
    slice_target: Decimal | str | float | None = None
    counts_no_data_as_bad: bool = False
    labels: dict[str, Any] = field(default_factory=dict)
    alert_policies: list[str] = field(default_factory=list)


def create(
    *, caller: Caller, draft: SloDraft, now: datetime, reason: str = "", effective_from: datetime | None = None
) -> Slo:
    """Create an objective, its first version (in force from *effective_from*, default now) and its first status.

    Raises Invalid with field paths, Conflict when the name is taken, Forbidden, NotFound (an SLI or service
    that the caller may not read).
    """
    raise NotImplementedError


def update(
    *,
    caller: Caller,
    slo: Slo,
    draft: SloDraft,
    now: datetime,
    reason: str = "",
    effective_from: datetime | None = None,
    expected_revision: int | None = None,
) -> Slo:
    """Bring the objective to *draft*. A change of sli, objective, window or method makes a new version.

    effective_from may lie in the past: history from then on is restated, later versions are replaced.
    Raises Conflict when *expected_revision* is no longer the stored one, naming who changed it and when.
    """
    raise NotImplementedError


def draft_of(*, slo: Slo) -> SloDraft:
    """The objective as it is now, as a draft to change."""
    raise NotImplementedError


def losses_of(*, slo: Slo) -> list[str]:
    """What deleting the objective loses, in words, for the confirmation."""
    raise NotImplementedError


def delete(*, caller: Caller, slo: Slo, now: datetime, reason: str = "") -> None:
    """Delete the objective with its versions, exclusions and adjustments. The SLI and its series stay."""
    raise NotImplementedError
