"""The findings of a review, as the agenda takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from chaos.runs.domain.states import Verdict
from incidents.actions.domain.states import State
from incidents.actions.models import Action
from incidents.actions.selectors.periods import closed_as, overdue_at_end, reopened_in
from incidents.learning.domain.agenda import LINKS_MAX, Findings, Link, Point, agenda_of
from incidents.learning.domain.comparison import Compared, Trend, compared, seconds_of
from incidents.learning.domain.shown import Spent
from incidents.learning.selectors.review import Review
from incidents.response.domain.figures import Durations
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from reliability.access.domain.caller import Caller


def compared_figures(review: Review) -> list[tuple[str, str, Durations, Durations, Compared]]:
    """(slug, short name, now, before, how they compare) of each figure."""
    now, before = review.incidents.now, review.incidents.before
    pairs = [
        ("mttd", "MTTD", now.figures.mttd, before.figures.mttd),
        ("mtta", "MTTA", now.figures.mtta, before.figures.mtta),
        ("mttr", "MTTR", now.figures.mttr_from_start, before.figures.mttr_from_start),
        ("mtbf", "MTBF", now.figures.mtbf, before.figures.mtbf),
        ("mttf", "MTTF", now.mttf, before.mttf),
    ]
    return [
        (
            slug,
            name,
            ours,
            theirs,
            compared(now=seconds_of(ours.median), before=seconds_of(theirs.median), n_now=ours.n, n_before=theirs.n),
        )
        for slug, name, ours, theirs in pairs
    ]


def agenda(*, caller: Caller, review: Review) -> list[Point]:
    """What to talk about. Four queries."""
    narrowed: dict[str, Any] = {
        "caller": caller,
        "period": review.period,
        "team_slug": review.scope.team_slug,
        "service_name": review.scope.service_name,
    }
    severe = [one for one in review.incidents.found if one.severity <= Severity.SEV2]
    # Nobody writes while it lasts.
    unwritten = [one for one in severe if one.resolved_at is not None and one.pk not in review.published]
    overspent = [row for row in review.budgets.rows if row.consumed is not None and row.consumed > 1]
    unmeasured = [row for row in review.budgets.rows if row.consumed is None and not row.is_left_out]
    runs = review.runs
    worse, better = _changes(review)
    findings = Findings(
        title=review.review.title,
        incidents=review.incidents.now.figures.n,
        incidents_before=review.incidents.before.figures.n,
        severe=_incidents(severe),
        unwritten=_incidents(unwritten),
        recurring=[one.category.words.partition(":")[0] for one in review.factors if one.postmortems + one.before > 1],
        worse=worse,
        better=better,
        overdue=_actions(overdue_at_end(**narrowed, zone_name=review.review.zone_name)),
        unproven=_actions(closed_as(**narrowed, state=State.UNPROVEN)),
        reopened=_actions(reopened_in(**narrowed)),
        proven=_actions(closed_as(**narrowed, state=State.VERIFIED)),
        overspent=_slos(overspent),
        unmeasured=_slos(unmeasured),
        deviated=[
            Link(f"Run {one.pk}: {one.experiment.title}", reverse("run-detail", args=(one.pk,)))
            for one in runs.deviated
        ],
        held=runs.by_verdict[Verdict.HELD],
        experiments=runs.total,
        totals={
            "severe": len(severe),
            "unwritten": len(unwritten),
            "overdue": review.actions.overdue,
            "unproven": review.actions.unproven,
            "reopened": review.actions.reopened,
            "proven": review.actions.verified,
            "overspent": len(overspent),
            "unmeasured": len(unmeasured),
            "deviated": runs.by_verdict[Verdict.DEVIATED],
        },
    )
    return agenda_of(findings)


def _changes(review: Review) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(worse, better): longer is worse for what takes time, shorter for what lies between failures."""
    worse: list[tuple[str, str]] = []
    better: list[tuple[str, str]] = []
    for slug, name, _, _, change in compared_figures(review):
        bad = Trend.LESS if slug in ("mtbf", "mttf") else Trend.MORE
        if change.trend in (Trend.MORE, Trend.LESS):
            (worse if change.trend is bad else better).append((name, f"{change.words} than before"))
    return worse, better


def _incidents(found: Iterable[Incident]) -> list[Link]:
    links = (
        Link(f"#{one.pk} {one.title} ({Severity(one.severity).word})", reverse("incident-detail", args=(one.pk,)))
        for one in found
    )
    return list(links)[:LINKS_MAX]


def _actions(found: Iterable[Action]) -> list[Link]:
    return [Link(f"#{one.pk} {one.title}", reverse("action-detail", args=(one.pk,))) for one in found]


def _slos(found: Iterable[Spent]) -> list[Link]:
    return [Link(one.title, reverse("slo-detail", args=(one.name,))) for one in found][:LINKS_MAX]
