"""What a month or a quarter of incidents teaches, and what to talk about."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.runs.domain.states import Verdict
from incidents.learning.charts.review import (
    between_chart,
    budgets_chart,
    factors_chart,
    incidents_chart,
    response_chart,
)
from incidents.learning.domain.agenda import markdown_of
from incidents.learning.domain.comparison import compared
from incidents.learning.selectors.agendas import agenda, compared_figures
from incidents.learning.selectors.review import Review, review_of
from incidents.learning.views.query import ReviewQuery
from incidents.response.tabs import tabs_for
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services

# As `failures` and `figures` of the domain define them.
_DEFINITIONS = {
    "mttd": ("time to detect", "From when users began to notice to when we knew."),
    "mtta": ("time to acknowledge", "From detection to the first acknowledgement by a person."),
    "mttr": ("time to restore", "From when users began to notice to resolved."),
    "mtbf": ("time between failures", "From the start of one incident to the start of the next."),
    "mttf": (
        "time to failure",
        "How long it ran: from the end of one incident to the start of the next; overlapping ones are one.",
    ),
}


@require_safe
def review_page(request: AccessRequest) -> HttpResponse:
    """Period, team and service come from the address."""
    now = timezone.now()
    query = ReviewQuery.of(request, now=now)
    review = review_of(caller=request.caller, review=query.review, scope=query.scope, now=now)
    context = {
        **_frame(request, query, review),
        "figures": [
            (slug, name, *_DEFINITIONS[slug], ours, theirs, change)
            for slug, name, ours, theirs, change in compared_figures(review)
        ],
        "incidents_chart": incidents_chart(trend=review.incidents.trend),
        "response_chart": response_chart(trend=review.incidents.trend),
        "between_chart": between_chart(trend=review.incidents.trend),
        "factors_chart": factors_chart(factors=review.factors) if review.factors else None,
        "budgets_chart": budgets_chart(rows=review.budgets.rows) if review.budgets.rows else None,
        "unmeasured": sum(row.consumed is None for row in review.budgets.rows),
        "action_rows": _action_rows(review),
        "run_rows": [
            (verdict.value, review.runs.by_verdict[verdict], review.runs.before[verdict])
            for verdict in Verdict
            if review.runs.by_verdict[verdict] or review.runs.before[verdict]
        ],
        "points": agenda(caller=request.caller, review=review),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
    }
    return render(request, "learning/review.html", context, status=422 if query.mistake else 200)


@require_safe
def review_agenda(request: AccessRequest) -> HttpResponse:
    """The agenda alone, to be printed."""
    now = timezone.now()
    query = ReviewQuery.of(request, now=now)
    review = review_of(caller=request.caller, review=query.review, scope=query.scope, now=now)
    context = {**_frame(request, query, review), "points": agenda(caller=request.caller, review=review)}
    return render(request, "learning/agenda.html", context, status=422 if query.mistake else 200)


@require_safe
def review_file(request: AccessRequest) -> HttpResponse:
    """The agenda as Markdown, with boxes to tick."""
    now = timezone.now()
    query = ReviewQuery.of(request, now=now)
    review = review_of(caller=request.caller, review=query.review, scope=query.scope, now=now)
    text = markdown_of(
        points=agenda(caller=request.caller, review=review),
        heading=f"Retrospective of {query.review.title}",
        scope=scope_words(query),
        base_url=settings.PUBLIC_URL,
    )
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="retrospective-{query.review.slug}.md"'
    return response


def scope_words(query: ReviewQuery) -> str:
    said = [f"team {query.scope.team_slug}" if query.scope.team_slug else ""]
    said.append(f"service {query.scope.service_name}" if query.scope.service_name else "")
    return ", ".join(one for one in said if one) or "Every team and service"


def _frame(request: AccessRequest, query: ReviewQuery, review: Review) -> dict[str, Any]:
    now = timezone.now()
    later = query.review.shifted(1)
    return {
        "place_tabs": tabs_for(request),
        "query": query,
        "review": review,
        "scope_words": scope_words(query),
        "before": query.review.shifted(-1),
        "earlier_url": query.address(query.review.shifted(-1)),
        "later_url": query.address(later) if later.period.start <= now else "",
        "here_url": query.address(),
        "month_url": query.address(query.review.as_month()),
        "quarter_url": query.address(query.review.as_quarter()),
        "as_of": min(review.review.period.end, now),
    }


def _action_rows(review: Review) -> list[tuple[str, int, int, str]]:
    """(what, now, before, how they compare)."""
    named = {
        "Written down": "opened",
        "Closed": "closed",
        "Proven": "verified",
        "Closed without proof": "unproven",
        "Cancelled": "cancelled",
        "Opened again": "reopened",
        "Overdue at the end": "overdue",
    }
    return [
        (title, now, before, compared(now=now, before=before).words)
        for title, name in named.items()
        for now, before in [(getattr(review.actions, name), getattr(review.actions_before, name))]
    ]
