"""What guards read: watched objectives and their burn, and what guards said last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Q

from chaos.runs.domain.readings import Burned, SloReading
from chaos.runs.models import GuardDecision, Run
from reliability.kit.instants import MINUTE, from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.burn import burn_rate, rate_of_tail
from slo.domain.spans import spans_of
from slo.domain.spending import reading_period, spend
from slo.domain.status import State
from slo.domain.totals import Totals
from slo.models import Sli, Slo, SloStatus
from slo.selectors.occurrences import totals_of_windows
from slo.selectors.series import read_between
from slo.selectors.terms import Terms, terms_of

# Objectives are evaluated each minute: what was said longer ago is not known any more.
_EVALUATED_WITHIN = timedelta(minutes=10)
Window = tuple[int, int]  # epoch minutes, the end not in it


@dataclass(frozen=True, slots=True)
class Asked:
    """One objective to read. recent: how far back; fault_began_at: nothing before its minute counts."""

    slo: Slo
    recent: timedelta
    fault_began_at: datetime | None = None


def watched_slos(*, runs: Iterable[Run]) -> dict[int, list[Slo]]:
    """The objectives of each run, by its id: those it names, else all of its service. One query.

    Of other teams only those that are open: the reasons of guards name them.
    """
    known = list(runs)
    ids = {pk for run in known for pk in run.watched_slo_ids}
    services = {run.service_id for run in known if not run.watched_slo_ids and run.service_id is not None}
    if not ids and not services:
        return {run.pk: [] for run in known}
    found = list(
        Slo.objects.filter(Q(pk__in=ids) | Q(service_id__in=services)).select_related("team").order_by("name", "pk")
    )
    return {run.pk: [slo for slo in found if _is_watched(run, slo)] for run in known}


def _is_watched(run: Run, slo: Slo) -> bool:
    if slo.team_id != run.team_id and slo.team.is_private:
        return False
    if run.watched_slo_ids:
        return slo.pk in run.watched_slo_ids
    return run.service_id is not None and slo.service_id == run.service_id


def readings_of(*, asked: Sequence[Asked], at: datetime) -> list[SloReading | None]:
    """One reading for each, in their order, whatever their number by a handful of statements.

    Windows end where the counts of the objective end; time-slice objectives are judged by the slices that ended in
    them. None for an objective without a version.
    """
    if not asked:
        return []
    terms = {one.slo.pk: one for one in terms_of(slos=list({a.slo.pk: a.slo for a in asked}.values()), at=at)}
    heads = dict(
        Sli.objects.filter(pk__in={one.sli_id for one in terms.values()})
        .order_by()
        .values_list("pk", "measured_until_minute")
    )
    statuses = SloStatus.objects.filter(pk__in=terms).only("state", "remaining", "evaluated_at").in_bulk()
    known = [(one, terms[one.slo.pk]) for one in asked if one.slo.pk in terms]
    windows = [_windows(one, heads.get(own.sli_id), at) for one, own in known]
    burned = burned_between(terms=[own for _, own in known], windows=windows)
    found = {
        id(one): SloReading(
            slo_id=one.slo.pk,
            name=one.slo.name,
            allowed_bad=float(own.definition.budget),
            window_minutes=own.definition.window.period_at(at).minutes,
            remaining=_remaining(statuses.get(one.slo.pk), at),
            measured_until=_until(heads.get(own.sli_id), at),
            recent=recent,
            fault=None if one.fault_began_at is None else fault,
        )
        for (one, own), (recent, fault) in zip(known, burned, strict=True)
    }
    return [found.get(id(one)) for one in asked]


def latest_decisions(*, run: Run) -> list[GuardDecision]:
    """The newest word of every guard, those before the start first, then by name: one query."""
    newest: dict[tuple[str, str], GuardDecision] = {}
    for decision in run.guard_decisions.order_by("at", "pk"):
        newest[decision.phase, decision.name] = decision
    return sorted(newest.values(), key=lambda one: (one.phase, one.answer == "go", one.name))


def _until(minute: int | None, at: datetime) -> datetime | None:
    return None if minute is None else min(from_minute(minute), at)


def _remaining(status: SloStatus | None, at: datetime) -> float | None:
    if status is None or status.state == State.NO_DATA or at - status.evaluated_at > _EVALUATED_WITHIN:
        return None
    return status.remaining


def _windows(one: Asked, head: int | None, at: datetime) -> tuple[Window, Window]:
    """Minutes [start, end) of the recent stretch and of the fault's."""
    end = to_minute(at) if head is None else min(head, to_minute(at))
    start = end - one.recent // MINUTE
    if one.fault_began_at is None:
        return (start, end), (end, end)
    began = to_minute(one.fault_began_at)
    return (min(max(start, began), end), end), (min(began, end), end)


def burned_between(*, terms: Sequence[Terms], windows: Sequence[Sequence[Window]]) -> list[tuple[Burned, ...]]:
    """What each objective burned over each of its windows; as many windows for every one. One statement for events."""
    if not terms:
        return []
    bounds = np.array(windows, dtype=np.int64)
    totals = totals_of_windows(
        sli_ids=np.array([one.sli_id for one in terms], dtype=np.int64),
        starts=bounds[:, :, 0],
        ends=bounds[:, :, 1],
        spans=[spans_of(one.exclusions) for one in terms],
    )
    return [
        tuple(_one(own, totals.one(row, column), window) for column, window in enumerate(windows[row]))
        for row, own in enumerate(terms)
    ]


def _one(terms: Terms, sums: Totals, window: Window) -> Burned:
    start, end = window
    if terms.definition.budgeting is BudgetingMethod.OCCURRENCES:
        rate = burn_rate(good=sums.good, valid=sums.valid, objective=terms.definition.objective)
    else:
        rate = _slice_burn(terms, start, end)
    return Burned(
        burn=rate, bad=sums.valid - sums.good, valid=sums.valid, minutes=end - start, covered=sums.covered_minutes
    )


def _slice_burn(terms: Terms, start: int, end: int) -> float | None:
    if start >= end:
        return None
    definition, period = terms.definition, Period.from_minutes(start, end)
    reading = reading_period(definition=definition, period=period)
    spending = spend(
        series=read_between(sli_id=terms.sli_id, start_minute=reading.start_minute, end_minute=reading.end_minute),
        definition=definition,
        period=period,
        exclusions=terms.exclusions,
        now=from_minute(end),
    )
    return rate_of_tail(spending, definition, len(spending.bad))
