"""Evaluating objectives: the rows lists read, and the facts of their changes of state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from django.db import transaction

from reliability.kit.instants import floor_minute, from_minute
from reliability.outbox.services import facts
from reliability.web import metrics
from slo.models import Sli, Slo, SloStatus
from slo.selectors.fleet import Figures, figures_of
from slo.selectors.sparklines import Sparkline, sparklines_of
from slo.selectors.terms import Terms, dossiers_of

logger = structlog.get_logger(__name__)

STATE_CHANGED = "SloStateChanged"
# A sparkline has thirty parts of the window: its picture hardly moves within these.
SPARKLINE_AGE = timedelta(minutes=10)
_BATCH = 1_000  # objectives judged and written together: bounds memory and the time of a transaction

_COLUMNS = (
    "version", "evaluated_at", "measured_until", "state", "state_reason", "state_since", "sli", "good", "valid",
    "coverage", "consumed", "remaining", "remaining_minutes", "burn_rates", "burn_rate_1h", "forecast_exhausted_at",
    "window_start_at", "window_end_at",
)  # fmt: skip
_COMPARED = ("version_id", *_COLUMNS[1:])  # without loading the version
_SPARKLINE_COLUMNS = ("sparkline", "sparkline_at")


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """How many objectives were evaluated, and how many of them changed their state."""

    evaluated: int = 0
    changed: int = 0


def evaluate_team(*, team_id: int, now: datetime) -> EvaluationResult:
    """Evaluate every objective of a team at the start of the present minute."""
    started = perf_counter()
    ids = list(Slo.objects.filter(team_id=team_id).order_by("pk").values_list("pk", flat=True))
    evaluated = changed = 0
    for first in range(0, len(ids), _BATCH):
        result = evaluate(slo_ids=ids[first : first + _BATCH], now=now)
        evaluated, changed = evaluated + result.evaluated, changed + result.changed
    metrics.EVALUATION_SECONDS.observe(perf_counter() - started)
    return EvaluationResult(evaluated, changed)


def evaluate(*, slo_ids: Sequence[int], now: datetime) -> EvaluationResult:
    """Evaluate these objectives and write what changed; a change of state is a fact in the same transaction.

    Safe to run twice and by two workers: who finds a newer evaluation leaves it alone.
    """
    at = floor_minute(now)
    slos = list(Slo.objects.filter(pk__in=slo_ids).order_by("pk"))
    terms = [dossier.at(at, now=now) for dossier in dossiers_of(slos=slos)]
    figures = figures_of(terms=terms, at=at)
    old = SloStatus.objects.in_bulk([one.slo.pk for one in terms])
    sparklines = _due_sparklines(terms, old, at)
    ends = _measured_until(terms, at)
    with transaction.atomic():
        locked = {
            row.pk: row
            for row in SloStatus.objects.filter(pk__in=[one.slo.pk for one in terms]).order_by("pk").select_for_update()
        }
        rows = [
            _row(one, found, locked.get(one.slo.pk), sparklines.get(one.slo.pk), ends[one.sli_id], at)
            for one, found in zip(terms, figures, strict=True)
            if one.slo.pk not in locked or locked[one.slo.pk].evaluated_at <= at
        ]
        _write(rows, locked)
        changed = [row for row in rows if row.pk in locked and locked[row.pk].state != row.state]
        _tell(changed, locked, {one.slo.pk: one.slo for one in terms}, now)
    metrics.EVALUATIONS.labels(outcome="evaluated").inc(len(rows))
    return EvaluationResult(len(terms), len(changed))


def redraw(*, sli_id: int) -> None:
    """Let the next evaluation draw the sparklines of an SLI's objectives anew: much of its past has changed."""
    SloStatus.objects.filter(version__sli_id=sli_id).update(sparkline_at=None)


def _due_sparklines(terms: Sequence[Terms], old: dict[int, SloStatus], at: datetime) -> dict[int, Sparkline]:
    due = [one for one in terms if _is_sparkline_due(one, old.get(one.slo.pk), at)]
    return {one.slo.pk: line for one, line in zip(due, sparklines_of(terms=due, at=at), strict=True)}


def _is_sparkline_due(terms: Terms, status: SloStatus | None, at: datetime) -> bool:
    if status is None or status.sparkline_at is None or status.version_id != terms.version.pk:
        return True
    # Objectives made together do not all draw in the same minute.
    spread = timedelta(minutes=terms.slo.pk % 5)
    return at - status.sparkline_at >= SPARKLINE_AGE + spread


def _measured_until(terms: Sequence[Terms], at: datetime) -> dict[int, datetime | None]:
    sli_ids = {one.sli_id for one in terms}
    minutes = Sli.objects.filter(pk__in=sli_ids).order_by("pk").values_list("pk", "measured_until_minute")
    return {sli_id: None if minute is None else min(at, from_minute(minute)) for sli_id, minute in minutes}


def _row(
    terms: Terms,
    figures: Figures,
    old: SloStatus | None,
    sparkline: Sparkline | None,
    measured_until: datetime | None,
    at: datetime,
) -> SloStatus:
    state = figures.verdict.state.value
    is_same_state = old is not None and old.state == state
    return SloStatus(
        slo_id=terms.slo.pk,
        version_id=terms.version.pk,
        evaluated_at=at,
        measured_until=measured_until,
        state=state,
        state_reason=figures.verdict.reason,
        state_since=old.state_since if old is not None and is_same_state else at,
        sli=figures.sli,
        good=figures.good,
        valid=figures.valid,
        coverage=figures.coverage,
        consumed=figures.consumed,
        remaining=figures.remaining,
        remaining_minutes=figures.remaining_minutes,
        burn_rates=figures.burn_rates,
        burn_rate_1h=figures.burn_rates["1h"],
        forecast_exhausted_at=figures.forecast.exhausted_at,
        window_start_at=figures.window.start,
        window_end_at=figures.window.end,
        sparkline=old.sparkline if sparkline is None and old is not None else sparkline or [],
        sparkline_at=old.sparkline_at if sparkline is None and old is not None else at,
    )


def _write(rows: Sequence[SloStatus], locked: dict[int, SloStatus]) -> None:
    """Rows whose picture is due are written whole, the others without it, untouched ones not at all."""
    drawn = [row for row in rows if row.pk not in locked or row.sparkline_at != locked[row.pk].sparkline_at]
    is_drawn = {row.pk for row in drawn}
    others = [row for row in rows if row.pk not in is_drawn and _differs(row, locked[row.pk])]
    for group, columns in ((drawn, (*_COLUMNS, *_SPARKLINE_COLUMNS)), (others, _COLUMNS)):
        if group:
            SloStatus.objects.bulk_create(
                group, update_conflicts=True, unique_fields=["slo"], update_fields=list(columns)
            )


def _differs(row: SloStatus, old: SloStatus) -> bool:
    return any(getattr(row, attname) != getattr(old, attname) for attname in _COMPARED)


def _tell(rows: Sequence[SloStatus], old: dict[int, SloStatus], slos: dict[int, Slo], now: datetime) -> None:
    for row in rows:
        slo, before = slos[row.pk], old[row.pk].state
        facts.emit(
            kind=STATE_CHANGED,
            payload={
                "slo_id": slo.pk,
                "slo": slo.name,
                "from": before,
                "to": row.state,
                "reason": row.state_reason,
                "at": row.evaluated_at.isoformat(),
            },
            now=now,
            team_id=slo.team_id,
        )
        logger.info("objective_changed_state", slo=slo.name, before=before, after=row.state, reason=row.state_reason)
