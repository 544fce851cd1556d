"""Toil: what was written down, hours by team and week, and the quick form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import check_names, list_services
from reliability.catalog.tabs import tabs_for
from reliability.duties.charts.toil import weeks_chart
from reliability.duties.domain.toil import Category, by_week, monday_of, weeks_until
from reliability.duties.forms.toil import CapacityForm, ToilForm
from reliability.duties.models import Capacity
from reliability.duties.selectors.toil import ToilFilters, by_team, capacities, list_toil, spent, toil_entry
from reliability.duties.services import toil
from reliability.duties.views.frames import asked_text, teams_of
from reliability.web.days import Days
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal
from reliability.web.spreadsheets import table_file

PER_PAGE = 50
WEEKS = (4, 12, 26, 52)
WEEKS_DEFAULT = 12
FILE_ROWS_MAX = 50_000
_COLUMNS = ("Day", "Team", "Service", "Category", "Hours", "What", "By")
_WEEK = timedelta(weeks=1)
each_method = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Span:
    """What the page is of. mondays: of the weeks drawn, each whole. since, until: of the entries, half-open.

    weeks: how many back from now; None: the days that were named.
    """

    mondays: Sequence[date]
    since: date
    until: date
    weeks: int | None
    days: Days


@each_method
def toil_page(request: AccessRequest) -> HttpResponse:
    """POST writes an entry; filters come from the address."""
    today = timezone.localdate()
    teams = teams_of(request, Role.RESPONDER)
    form = _form(request, teams, today)
    if request.method == "POST":
        if not teams.exists():
            raise Forbidden("this needs the role responder in a team: ask for it", reason="role_too_low")
        if form.is_valid() and _written(request, form):
            return redirect(request.get_full_path())
    filters, asked = _asked(request, today)
    shown = _teams_shown(request, filters)
    capacity = sum((hours for hours, _ in capacities(teams=shown).values()), Decimal())
    whole_weeks = replace(filters, since=asked.mondays[0], until=asked.mondays[-1] + _WEEK)
    rows = by_week(
        spent=spent(caller=request.caller, filters=whole_weeks),
        mondays=asked.mondays,
        capacity=capacity,
    )
    found = list_toil(caller=request.caller, filters=filters)
    page = page_of(request, found, per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "form": form,
        "may_write": teams.exists(),
        "filters": filters,
        "is_narrowed": _is_narrowed(filters) or asked.weeks is None,
        "weeks": asked.weeks,
        "days": asked.days,
        "weeks_choices": WEEKS,
        "chart": weeks_chart(weeks=rows, capacity=capacity),
        "by_team": by_team(caller=request.caller, teams=shown, today=today),
        "total": found.order_by().aggregate(total=Sum("hours"))["total"] or Decimal(),
        "page": page,
        "rows": [_row(request, one) for one in page.object_list],
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "categories": list(Category),
        "today": today,
    }
    return render(request, "duties/toil.html", context, status=422 if form.errors else 200)


@require_safe
def toil_file(request: AccessRequest) -> HttpResponse:
    """What the filters leave, for a spreadsheet."""
    filters, _ = _asked(request, timezone.localdate())
    rows = (
        (
            entry.day.isoformat(),
            entry.team.slug,
            service.name if (service := visible(caller=request.caller, related=entry.service)) else None,
            Category(entry.category).words,
            f"{entry.hours:f}",
            entry.what,
            entry.by_name,
        )
        for entry in list_toil(caller=request.caller, filters=filters)[:FILE_ROWS_MAX]
    )
    return table_file(columns=_COLUMNS, rows=rows, filename="toil.csv")


@each_method
def toil_edit(request: AccessRequest, pk: int) -> HttpResponse:
    """Corrected, or with `delete` taken away."""
    entry = toil_entry(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=entry.team_id, role=Role.RESPONDER)
    if not toil.may_correct(caller=request.caller, entry=entry):
        raise Forbidden("only whoever wrote it, or an editor of the team, may change it", reason="role_too_low")
    if request.method == "POST" and "delete" in request.POST:
        toil.remove(caller=request.caller, entry=entry, now=timezone.now())
        messages.success(request, "The entry is gone.")
        return redirect("toil")
    names = ("hours", "category", "day", "service_id", "what", "revision")
    form = ToilForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(entry, name) for name in names},
        services=Service.objects.filter(team=entry.team).order_by("title", "pk"),
    )
    if form.is_valid():
        revision = form.cleaned_data["revision"]
        try:
            toil.correct(
                caller=request.caller, entry=entry, draft=form.draft(), now=timezone.now(), expected_revision=revision
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("toil")
    context = {"tabs": tabs_for(request), "form": form, "entry": entry}
    return render(request, "duties/toil_form.html", context, status=422 if form.errors else 200)


@each_method
def capacity_edit(request: AccessRequest, slug: str) -> HttpResponse:
    team = get_team(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    stored = Capacity.objects.filter(team=team).first()
    form = CapacityForm(
        request.POST if request.method == "POST" else None,
        initial={"hours_per_week": stored.hours_per_week if stored else None},
    )
    if form.is_valid():
        hours = form.cleaned_data["hours_per_week"]
        try:
            toil.set_capacity(caller=request.caller, team=team, hours_per_week=hours, now=timezone.now())
        except Invalid as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("toil")
    context = {"tabs": tabs_for(request), "form": form, "team": team}
    return render(request, "duties/capacity.html", context, status=422 if form.errors else 200)


def _form(request: AccessRequest, teams: Any, today: date) -> ToilForm:
    service = asked_text(request, "service", 63)
    services = Service.objects.filter(team__in=teams).select_related("team").order_by("title", "pk")
    found = services.filter(name=service).first()
    initial = {
        "day": today,
        "team": found.team.slug if found else asked_text(request, "team", 63),
        "service_id": found.pk if found else None,
    }
    posted = request.POST if request.method == "POST" else None
    return ToilForm(posted, initial=initial, services=services, teams=teams)


def _written(request: AccessRequest, form: ToilForm) -> bool:
    try:
        entry = toil.write(
            caller=request.caller, team_id=form.cleaned_data["team"].pk, draft=form.draft(), now=timezone.now()
        )
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return False
    messages.success(request, f"{entry.hours.normalize():f} h written down.")
    return True


def _span(request: AccessRequest, today: date) -> Span:
    """`?since=` with or without `?until=`, a year at most and nothing of the future; else `?weeks=12`."""
    days = Days.of(request.GET)
    if days.since is None:
        asked = asked_text(request, "weeks", 3)
        weeks = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in WEEKS else WEEKS_DEFAULT
        mondays = weeks_until(day=today, count=weeks)
        return Span(mondays, mondays[0], today + timedelta(days=2), weeks, Days())
    last = max(days.since, min(days.until or today, today + timedelta(days=1), days.since + timedelta(days=366)))
    count = (monday_of(last) - monday_of(days.since)) // _WEEK + 1
    mondays = weeks_until(day=last, count=count)
    return Span(mondays, days.since, last + timedelta(days=1), None, Days(days.since, last))


def _asked(request: AccessRequest, today: date) -> tuple[ToilFilters, Span]:
    """Raises NotFound for a team or service that is not readable: there would be hours of nobody, each 0."""
    span = _span(request, today)
    names = {"text": "q", "team_slug": "team", "service_name": "service", "category": "category"}
    given = {field: asked_text(request, name) for field, name in names.items()}
    check_names(caller=request.caller, team_slug=given["team_slug"], service_name=given["service_name"])
    return ToilFilters(**given, since=span.since, until=span.until), span


def _is_narrowed(filters: ToilFilters) -> bool:
    return any((filters.text, filters.team_slug, filters.service_name, filters.category))


def _teams_shown(request: AccessRequest, filters: ToilFilters) -> list[Team]:
    """The team asked for; else the caller's own; for administrators of the installation those with entries, too."""
    teams = readable_teams(caller=request.caller).order_by("name", "pk")
    if filters.team_slug:
        return list(teams.filter(slug=filters.team_slug))
    with_entries = list_toil(caller=request.caller, filters=filters).order_by().values("team_id")
    own = teams.filter(pk__in=request.caller.team_ids()) | teams.filter(pk__in=with_entries)
    return list(own.distinct()[:50])


def _row(request: AccessRequest, entry: Any) -> dict[str, Any]:
    return {
        "entry": entry,
        "service": visible(caller=request.caller, related=entry.service),
        "may_correct": toil.may_correct(caller=request.caller, entry=entry),
    }
