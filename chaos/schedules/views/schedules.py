"""The list of schedules, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import is_editor_somewhere
from chaos.schedules.forms.schedule import PauseForm
from chaos.schedules.models import Firing, Schedule
from chaos.schedules.selectors import schedules as selectors
from chaos.schedules.selectors.preview import next_firings
from chaos.schedules.selectors.schedules import STATES, ScheduleFilters, state_of
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.kit.cron import explained, local_words
from reliability.kit.typed_hours import hours_text
from reliability.web.pagination import page_of

PER_PAGE = 50
FIRINGS_PER_PAGE = 30
TEXT_MAX = 100
STATE_WORDS = {"active": "Active", "paused": "Paused", "archived": "Experiment archived", "over": "Over"}


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """state: a slug of reliability.web.states; last: its newest settled firing."""

    schedule: Schedule
    service: Any
    when: str
    state: str
    last: Firing | None


@dataclass(frozen=True, slots=True)
class ScheduleQuery:
    """The state of the list, as its address carries it. What is unknown is left out."""

    text: str = ""
    team: str = ""
    service: str = ""
    experiment: str = ""
    state: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        def given(name: str) -> str:
            return data.get(name, "").replace("\0", "").strip()[:TEXT_MAX]

        state = given("state")
        return cls(given("q"), given("team"), given("service"), given("experiment"), state if state in STATES else "")

    @property
    def is_narrowed(self) -> bool:
        return self != type(self)()

    def filters(self) -> ScheduleFilters:
        return ScheduleFilters(self.team, self.service, self.experiment, self.state, self.text)


@require_safe
def schedule_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; the next to fire first."""
    query = ScheduleQuery.of(request.GET)
    found = selectors.list_schedules(caller=request.caller, filters=query.filters())
    page = page_of(request, found, per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": rows_of(request, list(page.object_list)),
        "may_edit": is_editor_somewhere(request),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "states": list(STATE_WORDS.items()),
    }
    return render(request, "schedules/list.html", context)


@require_safe
def schedule_detail(request: AccessRequest, pk: int) -> HttpResponse:
    schedule = selectors.schedule(caller=request.caller, pk=pk)
    return detail_page(request, schedule, PauseForm(), now=timezone.now())


def detail_page(request: AccessRequest, schedule: Schedule, pause_form: PauseForm, *, now: datetime) -> HttpResponse:
    """pause_form: with what was wrong in it, when it was sent."""
    page = page_of(request, selectors.firings_of(schedule=schedule), per_page=FIRINGS_PER_PAGE)
    ahead = []
    if state_of(schedule=schedule) == "active":
        ahead = next_firings(timing=schedule.timing, experiment=schedule.experiment, mode=schedule.mode, now=now)
    context = {
        "tabs": tabs_for(request),
        "schedule": schedule,
        "row": _row(request, schedule, None),
        "windows": hours_text(schedule.windows).splitlines(),
        "ahead": ahead,
        "page": page,
        "firings": [(one, local_words(one.due_at, zone_name=schedule.time_zone)) for one in page],
        "form": pause_form,
        "may_edit": request.caller.may(schedule.team_id, Role.EDITOR),
        "may_pause": request.caller.may(schedule.team_id, Role.RESPONDER),
    }
    return render(request, "schedules/detail.html", context, status=422 if pause_form.errors else 200)


def rows_of(request: AccessRequest, schedules: list[Schedule]) -> list[ScheduleRow]:
    """Of rows of `list_schedules`: one query for all."""
    last = selectors.last_firings(schedules=schedules)
    return [_row(request, one, last.get(one.pk)) for one in schedules]


def when_words(schedule: Schedule) -> str:
    """`At 10:00 on Tuesday`, or `once, Tue 2026-03-03 10:00 CET`."""
    if schedule.once_at is not None:
        return f"Once, {local_words(schedule.once_at, zone_name=schedule.time_zone)}"
    return explained(schedule.cron)


def _row(request: AccessRequest, schedule: Schedule, last: Firing | None) -> ScheduleRow:
    service = visible(caller=request.caller, related=schedule.experiment.service)
    state = state_of(schedule=schedule)
    look = {"archived": "schedule_archived", "over": "schedule_over"}.get(state, state)
    return ScheduleRow(schedule, service, when_words(schedule), look, last)
