"""Composites: the list of them, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.kit.durations import format_duration, humanize_duration
from reliability.web.charts import Chart
from reliability.web.errors import NotFound
from reliability.web.pagination import page_of
from reliability.web.states import look_of
from reliability.web.timerange import TimeRange
from reliability.web.words import number_text, percent_text
from slo.charts.burn_down import burn_down_chart
from slo.charts.burn_rates import burn_rates_chart
from slo.charts.composite_shares import ShareBar, composite_shares_chart
from slo.charts.sli import sli_chart
from slo.domain.composite_shares import Amount
from slo.domain.composites import CompositeKind, Missing
from slo.domain.forecast import burn_window_text
from slo.domain.status import State
from slo.domain.strictness import SliceCount
from slo.domain.windows import parse_window
from slo.models import Composite, CompositeVersion
from slo.selectors.composite_history import CompositePast, composite_past
from slo.selectors.composite_judgements import CompositeJudgement, judgements_of
from slo.selectors.composite_parts import PartStanding, part_standings
from slo.selectors.composite_phrases import (
    HIDDEN,
    KINDS,
    MISSINGS,
    composite_sentence,
    parts_words,
    title_of,
    weakest_text,
    weakest_titles,
)
from slo.selectors.composite_status import CompositeStatus, composite_status_of, statuses_of
from slo.selectors.composites import (
    CompositeFilters,
    CompositeOrdering,
    get_composite,
    list_composites,
    versions_of,
)
from slo.selectors.history import step_for
from slo.selectors.measuring import is_editor_somewhere
from slo.selectors.phrases import objective_text, window_text
from slo.views.composite_alerts import composite_alerts
from slo.views.csv import csv_response
from slo.views.objective import Viewpoint
from slo.views.standing import burn_rows

PER_PAGE = 20  # each is computed from the minutes of its parts when the list is asked for
TEXT_MAX = 100
VERSIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class CompositeRow:
    composite: Composite
    status: CompositeStatus
    target: str
    weakest: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part as a row of the table; what its reader may not see has neither link nor state.

    took: of the whole budget, of_spent: of all that was spent; None without data. strict: that the slice target which
    nobody wrote is probably too strict, blank where it is not.
    """

    title: str
    url_name: str
    name: str
    is_hidden: bool
    standing: PartStanding
    asked: str
    took: float | None
    of_spent: float | None
    strict: str


@require_safe
def composite_list(request: AccessRequest) -> HttpResponse:
    """`?q=`, `?team=` and `?state=` filter, `?sort=state|remaining|title`."""
    text, team = request.GET.get("q", "").strip()[:TEXT_MAX], request.GET.get("team", "")[:TEXT_MAX]
    state = next((one for one in State if one.value == request.GET.get("state")), None)
    wanted = request.GET.get("sort")
    ordering = next((one for one in CompositeOrdering if one.value == wanted), CompositeOrdering.STATE)
    filters = CompositeFilters(team_slug=team.replace("\0", ""), text=text.replace("\0", ""), state=state)
    found = list_composites(caller=request.caller, filters=filters, ordering=ordering)
    page = page_of(request, found, per_page=PER_PAGE)
    statuses = statuses_of(composites=list(page.object_list), at=timezone.now())
    context = {
        "page": page,
        "rows": [_row(status, request.caller) for status in statuses],
        "text": text,
        "team": team,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "state": state,
        "states": [(one, look_of(one).word) for one in State],
        "ordering": ordering,
        "is_filtered": bool(text or team or state),
        "may_create": is_editor_somewhere(caller=request.caller),
    }
    return render(request, "slo/composites.html", context)


def _row(status: CompositeStatus, caller: Caller) -> CompositeRow:
    version = status.terms.version
    return CompositeRow(
        composite=status.terms.composite,
        status=status,
        target=f"{objective_text(version.objective)} {window_text(version.window)}",
        weakest=weakest_titles(status, caller=caller, shown=1),
    )


@require_safe
def composite_detail(request: AccessRequest, name: str) -> HttpResponse:
    """`?at=` looks at the past; `?format=csv&chart=sli|burn-down|shares` is one table."""
    caller = request.caller
    composite = get_composite(caller=caller, name=name)
    view = Viewpoint.of(request, now=timezone.now())
    judged = None if view.is_past else judgements_of(composites=[composite], at=view.at)[0]
    status = judged.status if judged else composite_status_of(composite=composite, at=view.at, now=view.now)
    versions = versions_of(composite=composite)
    version = status.terms.version
    time_range = TimeRange.from_request(request, now=view.at)
    period = time_range.period
    step = step_for(period=period)
    past = composite_past(composite=composite, versions=versions, period=period, step=step, now=view.at)
    charts = _charts(status, versions, past, step, caller)
    if request.GET.get("format") == "csv":
        return _csv(composite, charts, request.GET.get("chart", "sli"))
    is_cut = past.period.start > period.start
    context = {
        "composite": composite,
        "view": view,
        "service": visible(caller=caller, related=composite.service),
        "version": version,
        "kind_words": KINDS[CompositeKind(version.kind)],
        "missing_words": MISSINGS[Missing(version.missing)],
        "sentence": composite_sentence(version, parts=len(status.terms.parts)),
        "weakest_text": weakest_text(status, caller=caller),
        "parts": _part_rows(status, caller),
        "charts": charts,
        "time_range": time_range,
        "shown_from": past.period.start if is_cut else None,
        "versions": [(one, parts_words(list(one.parts.all()), caller=caller, shown=10)) for one in versions][
            :VERSIONS_MAX
        ],
        "may_edit": caller.may(composite.team_id, Role.EDITOR),
        **_standing(status, version, judged),
        **composite_alerts(composite=composite, judged=judged, at=view.at),
    }
    return render(request, "slo/composite.html", context)


def _standing(status: CompositeStatus, version: CompositeVersion, judged: CompositeJudgement | None) -> dict[str, Any]:
    minutes = status.budget.remaining_minutes
    is_events = status.terms.definition.kind is CompositeKind.WEIGHTED
    shares = status.shares
    return {
        "status": status,
        "tone": look_of(status.state).tone,
        "left": None if minutes is None else timedelta(minutes=abs(minutes)),
        "bad": None if shares is None else float(shares.total.bad),
        "units": "weighted events" if is_events else "slices",
        "burn_1h": status.burn_rates.get("1h"),
        "burn_6h": status.burn_rates.get("6h"),
        "window_words": window_text(version.window),
        "forecast_over": burn_window_text(window_length=status.window.length),
        "together": None if shares is None else _amounts(shares.together) | {"slices": int(shares.together.bad)},
        "total": None if shares is None else float(shares.total.consumed),
        "burn_table": burn_rows(
            status.burn_rates,
            remaining=status.budget.remaining,
            window=parse_window(version.window),
            period=status.window,
            at=status.at,
            thresholds={format_duration(rule.long): rule.threshold for rule in judged.policy.rules} if judged else {},
        ),
    }


def _part_rows(status: CompositeStatus, caller: Caller) -> list[PartRow]:
    kind = status.terms.definition.kind
    rows = []
    for place, standing in enumerate(part_standings(status=status, at=status.at)):
        row = standing.part.row
        owner = row.slo or row.nested
        title = title_of(row, caller=caller)
        match kind:
            case CompositeKind.ALL_OF:
                asked = f"slices good from {objective_text(standing.part.slice_target)}"
                if title == HIDDEN and row.slice_target is None:
                    asked = "slices good as its own team says"  # its objective is not its reader's to see
            case CompositeKind.WEIGHTED:
                asked = f"weight {row.weight}"
            case CompositeKind.CHAIN:
                asked = f"redundant in {row.group}" if row.group else "needed"
        rows.append(
            PartRow(
                title=title,
                url_name="composite-detail" if row.nested else "slo-detail",
                name=owner.name if owner else "",
                is_hidden=owner is not None and title == HIDDEN,
                standing=standing,
                asked=asked,
                strict="" if title == HIDDEN else _strict(status.strict.get(place)),
                **_amounts(standing.share.own if standing.share else None),
            )
        )
    return rows


def _strict(count: SliceCount | None) -> str:
    if count is None:
        return ""
    words = (
        f"{number_text(count.bad)} of {number_text(count.measured)} slices were bad, all over that time instead of in"
        f" outages: {objective_text(count.target)}, its own as none is written here, is probably too strict a slice"
        " target"
    )
    kept = "" if count.kept_from is None else f"; from {objective_text(count.kept_from)} on it would fit the budget"
    return f"{words}{kept}."


def _amounts(amount: Amount | None) -> dict[str, Any]:
    if amount is None:
        return {"took": None, "of_spent": None}
    return {"took": float(amount.consumed), "of_spent": None if amount.of_spent is None else float(amount.of_spent)}


def _charts(
    status: CompositeStatus, versions: list[CompositeVersion], past: CompositePast, step: timedelta, caller: Caller
) -> dict[str, Chart]:
    changes = [
        (one.effective_from, f"{objective_text(one.objective)} {window_text(one.window)}")
        for one in versions[:-1]
        if past.period.contains(one.effective_from)
    ]
    charts = {
        "burn_down": burn_down_chart(
            past.burndown,
            period=past.period,
            changes=changes,
            note=f"What was left at each instant, of the window that ended then ({status.window_text}).",
        ),
        "sli": sli_chart(
            past.points,
            period=past.period,
            objective_text=f"objective {percent_text(status.objective * 100)}",
            changes=changes,
            note=f"In steps of {humanize_duration(step)}. Gaps could not be judged.",
        ),
        "burn_rates": burn_rates_chart(
            status.burn_rates, note="At 1× a full budget lasts exactly one window, at 2× half of it."
        ),
    }
    if status.shares is not None and status.shares.total.bad > 0:
        bars = [
            ShareBar(_unique(title_of(part.row, caller=caller), place), float(share.own.consumed))
            for place, (part, share) in enumerate(zip(status.terms.parts, status.shares.parts, strict=True), 1)
        ]
        if status.terms.definition.kind is CompositeKind.ALL_OF:
            bars.append(ShareBar("Several at once", float(status.shares.together.consumed), is_together=True))
        charts["shares"] = composite_shares_chart(bars, note="Shares of the whole budget; they sum to what is spent.")
    return charts


def _unique(title: str, place: int) -> str:
    """Bars of the same name would be drawn as one."""
    return f"{title} ({place})" if title == HIDDEN else title


def _csv(composite: Composite, charts: dict[str, Chart], wanted: str) -> HttpResponse:
    chart = charts.get(wanted.replace("-", "_"))
    if chart is None:
        raise NotFound(f"there is no chart {wanted!r}: take burn-down, sli, burn-rates or shares")
    return csv_response(chart, filename=f"{composite.name}-{wanted}.csv")
