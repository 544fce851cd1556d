"""Evaluating objectives: the rows lists read, the facts of their changes of state, and their burn alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog
from django.db import transaction

from reliability.kit.instants import floor_minute
from reliability.outbox.services import facts
from reliability.web import metrics
from slo.domain.status import State
from slo.models import Slo, SloStatus, SloVersion
from slo.selectors.judgements import Failure, Judgement, judge
from slo.selectors.terms import terms_of
from slo.services.alerts_deciding import Pending, decide_alerts

logger = structlog.get_logger(__name__)

STATE_CHANGED = "SloStateChanged"
_BATCH = 1_000  # objectives judged and written together: bounds memory and the time of a transaction

_COLUMNS = (
    "version", "evaluated_at", "measured_until", "state", "state_reason", "state_since", "sli", "good", "valid",
    "coverage", "consumed", "remaining", "remaining_minutes", "burn_rates", "burn_rate_1h", "forecast_exhausted_at",
    "window_start_at", "window_end_at", "alerts_pending",
)  # fmt: skip
_COMPARED = ("version_id", *_COLUMNS[1:])  # without loading the version
_REASON_LENGTH_MAX = 1_000
_SPARKLINE_COLUMNS = ("sparkline", "sparkline_at")


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """How many objectives were looked at, how many changed their state, and how many could not be evaluated."""

    evaluated: int = 0
    changed: int = 0
    failed: int = 0


def evaluate_team(*, team_id: int, now: datetime) -> EvaluationResult:
    """Evaluate every objective of a team at the start of the present minute."""
    started = perf_counter()
    ids = list(Slo.objects.filter(team_id=team_id).order_by("pk").values_list("pk", flat=True))
    results = [evaluate(slo_ids=ids[first : first + _BATCH], now=now) for first in range(0, len(ids), _BATCH)]
    metrics.EVALUATION_SECONDS.observe(perf_counter() - started)
    return EvaluationResult(
        sum(one.evaluated for one in results), sum(one.changed for one in results), sum(one.failed for one in results)
    )


def evaluate(*, slo_ids: Sequence[int], now: datetime) -> EvaluationResult:
    """Evaluate these objectives and write what changed; a change of state is a fact in the same transaction.

    Safe to run twice and by several workers at once. Who finds a newer evaluation leaves it alone; who finds that an
    objective was edited or evaluated since it was read judges that one again, now that nobody else can write it. One
    that cannot be evaluated keeps its last figures and says why.
    """
    at = floor_minute(now)
    known = SloStatus.objects.in_bulk(slo_ids)
    slos = list(Slo.objects.filter(pk__in=slo_ids).order_by("pk"))
    judged, failed = judge(slos=slos, known=known, at=at)
    with transaction.atomic():
        locked = {row.pk: row for row in SloStatus.objects.filter(pk__in=slo_ids).order_by("pk").select_for_update()}
        timely = [one for one in judged if one.slo.pk not in locked or locked[one.slo.pk].evaluated_at <= at]
        timely, failed_again = _brought_up_to_date(timely, known, locked, at)
        failed = [one for one in failed if _is_same(known.get(one.slo.pk), locked.get(one.slo.pk))] + failed_again
        pending = decide_alerts(judged=timely, locked=locked, at=at, now=now)
        rows = [_row(one, locked.get(one.slo.pk), pending.get(one.slo.pk, {}), at) for one in timely]
        _write(rows, locked)
        changed = [row for row in rows if row.pk in locked and locked[row.pk].state != row.state]
        _tell(changed, locked, {one.slo.pk: one.slo for one in timely}, now)
        _mark(failed, locked, at)
    metrics.EVALUATIONS.labels(outcome="evaluated").inc(len(rows))
    metrics.EVALUATIONS.labels(outcome="failed").inc(len(failed))
    return EvaluationResult(len(judged) + len(failed), len(changed), len(failed))


def _brought_up_to_date(
    judged: Sequence[Judgement], known: Mapping[int, SloStatus], locked: Mapping[int, SloStatus], at: datetime
) -> tuple[list[Judgement], list[Failure]]:
    """*judged* without what was deleted meanwhile, and judged again where terms or status changed since."""
    slos = list(Slo.objects.filter(pk__in=[one.slo.pk for one in judged]).order_by("pk"))
    revisions = {slo.pk: slo.revision for slo in slos}
    terms = {one.slo.pk: one for one in terms_of(slos=slos, at=at)}
    current = [
        one
        for one in judged
        if revisions.get(one.slo.pk) == one.slo.revision
        and terms.get(one.slo.pk) == one.terms
        and _is_same(known.get(one.slo.pk), locked.get(one.slo.pk))
    ]
    is_current = {one.slo.pk for one in current}
    outdated = [slo for slo in slos if slo.pk not in is_current]
    if not outdated:
        return current, []
    again, failed = judge(slos=outdated, known=locked, at=at)
    return [*current, *again], failed


def _is_same(read: SloStatus | None, found: SloStatus | None) -> bool:
    if read is None or found is None:
        return read is found
    return not _differs(read, found) and read.sparkline_at == found.sparkline_at


def redraw(*, sli_id: int) -> None:
    """Let the next evaluation draw the sparklines of an SLI's objectives anew: much of its past has changed."""
    SloStatus.objects.filter(version__sli_id=sli_id).update(sparkline_at=None)


def _row(judged: Judgement, old: SloStatus | None, pending: Pending, at: datetime) -> SloStatus:
    figures, sparkline = judged.figures, judged.sparkline
    state = figures.verdict.state.value
    is_same_state = old is not None and old.state == state
    return SloStatus(
        slo_id=judged.slo.pk,
        version_id=judged.terms.version_id,
        evaluated_at=at,
        measured_until=judged.measured_until,
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
        alerts_pending=pending,
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


def _mark(failed: Iterable[Failure], locked: Mapping[int, SloStatus], at: datetime) -> None:
    """Say why there is no newer evaluation: figures, state and the time of the last one stay, so they grow stale."""
    for one in failed:
        reason = f"could not be evaluated: {one.error}"[:_REASON_LENGTH_MAX]
        row = locked.get(one.slo.pk)
        if row is None:
            version = SloVersion.objects.filter(slo=one.slo).order_by("effective_from", "pk").first()
            if version is None:  # deleted meanwhile
                continue
            SloStatus.objects.get_or_create(
                slo=one.slo,
                defaults={
                    "version": version,
                    "evaluated_at": at,
                    "state": State.NO_DATA.value,
                    "state_reason": reason,
                    "state_since": at,
                    "window_start_at": at,
                    "window_end_at": at,
                },
            )
        elif row.evaluated_at <= at and row.state_reason != reason:
            row.state_reason = reason
            row.save(update_fields=["state_reason"])
