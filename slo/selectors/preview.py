"""What an objective would have looked like over real history, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reliability.kit.periods import Period
from reliability.telemetry.models import Source
from slo.domain.status import State
from slo.models import Sli
from slo.selectors.history import BurndownPoint, HistoryPoint


@dataclass(frozen=True, slots=True)
class PreviewView:
    """The objective's figures over `window` up to now. `origin` is "series" (stored) or "source" (asked just now).

    problem: why there are no figures (the source's words), empty when there are. resolution_minutes: how coarse
    the source was read.
    """

    origin: str
    window: Period
    measured: Period | None
    state: State
    sli: float | None
    good: float | None
    valid: float | None
    consumed: float | None
    remaining: float | None
    remaining_minutes: float | None
    coverage: float
    history: list[HistoryPoint]
    burndown: list[BurndownPoint]
    warnings: tuple[str, ...] = ()
    problem: str = ""
    resolution_minutes: int = 1


def preview(
    *,
    objective: Any,
    window: dict[str, Any],
    budgeting_method: str,
    now: datetime,
    sli: Sli | None = None,
    source: Source | None = None,
    spec: dict[str, Any] | None = None,
    slice_minutes: int | None = None,
    slice_target: Any = None,
    counts_no_data_as_bad: bool = False,
) -> PreviewView:
    """Compute the objective over the stored series of *sli*, or else over what *source* answers for *spec*.

    The source is asked for a bounded stretch in bounded time. Raises Invalid with field paths for a wrong
    definition, as saving would.
    """
    raise NotImplementedError
