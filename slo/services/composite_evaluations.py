"""Evaluating composites each minute: the rows lists are sorted by, and their burn alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from reliability.kit.instants import floor_minute
from slo.models import Composite, CompositeEvaluation
from slo.selectors.composite_alerts import open_by_condition
from slo.selectors.composite_judgements import CompositeJudgement, judge_composites
from slo.services.composite_alerts import Pending, decide_alerts

_BATCH = 20  # composites judged and written together: bounds memory and the time of a transaction
_COLUMNS = ["evaluated_at", "state", "state_reason", "state_since", "sli", "remaining", "alerts_pending"]


def evaluate_team(*, team_id: int, now: datetime) -> int:
    """Evaluate every composite of a team at the start of the present minute; returns how many there are."""
    ids = list(Composite.objects.filter(team_id=team_id).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), _BATCH):
        evaluate(composite_ids=ids[first : first + _BATCH], now=now)
    return len(ids)


def evaluate(*, composite_ids: Sequence[int], now: datetime) -> int:
    """Evaluate these composites and decide about their alerts; returns how many could be judged.

    Safe to run twice and by several workers at once. A newer evaluation is left alone, and what somebody changed while
    it was judged waits for the next minute. A new composite is judged first and alerts from the next minute on.
    """
    at = floor_minute(now)
    judged, _ = judge_composites(composites=list(Composite.objects.filter(pk__in=composite_ids).order_by("pk")), at=at)
    with transaction.atomic():
        rows = CompositeEvaluation.objects.filter(composite__in=composite_ids).order_by("pk").select_for_update()
        locked = {row.pk: row for row in rows}
        revisions = dict(Composite.objects.filter(pk__in=composite_ids).values_list("pk", "revision"))
        timely = [one for one in judged if _is_timely(one, locked, revisions, at)]
        alerts = open_by_condition(composite_ids=[one.composite.pk for one in timely])
        written = []
        for one in timely:
            old = locked.get(one.composite.pk)
            pending: Pending = {}
            if old is not None:
                own = alerts.get(old.pk, {})
                pending = decide_alerts(judged=one, own=own, waiting=old.alerts_pending, now=now)
            written.append(_row(one, old, pending, at))
        CompositeEvaluation.objects.bulk_create(
            written, update_conflicts=True, unique_fields=["composite"], update_fields=_COLUMNS
        )
    return len(judged)


def _is_timely(
    judged: CompositeJudgement,
    locked: Mapping[int, CompositeEvaluation],
    revisions: Mapping[int, int],
    at: datetime,
) -> bool:
    composite = judged.composite
    row = locked.get(composite.pk)
    return revisions.get(composite.pk) == composite.revision and (row is None or row.evaluated_at <= at)


def _row(
    judged: CompositeJudgement, old: CompositeEvaluation | None, pending: Pending, at: datetime
) -> CompositeEvaluation:
    status = judged.status
    is_same = old is not None and old.state == status.state.value
    return CompositeEvaluation(
        composite=judged.composite,
        evaluated_at=at,
        state=status.state.value,
        state_reason=status.state_reason,
        state_since=old.state_since if old is not None and is_same else at,
        sli=status.sli,
        remaining=status.budget.remaining,
        alerts_pending=pending,
    )
