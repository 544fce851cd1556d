"""/oncall/<slug>/: the final schedule as a calendar, each layer below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.oncall.domain.grid import Bar, Day, bars_of, days_with
from incidents.oncall.domain.rota import Shift, final_shifts, gaps, layer_shifts
from incidents.oncall.models import Override, Schedule
from incidents.oncall.selectors.board import standings
from incidents.oncall.selectors.feeds import feeds_of
from incidents.oncall.selectors.rotas import Rota, overrides_within, rotas
from incidents.oncall.selectors.schedules import newest_version, versions_of
from incidents.oncall.selectors.schedules import schedule as get_schedule
from incidents.oncall.selectors.warnings import warnings_of
from reliability.access.domain.caller import Role
from reliability.access.models import User
from reliability.access.requests import AccessRequest
from reliability.kit.days import day_of, period_of_days, weeks_of_month
from reliability.kit.periods import Period
from reliability.web.fields import page_zone

COLOURS = 10
VERSIONS_SHOWN = 10
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of bars: the final schedule, or a layer alone."""

    title: str
    note: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Shown:
    """Which days the address asks for."""

    mode: str  # month or week
    day: date
    first: date
    count: int
    zone_name: str

    @property
    def period(self) -> Period:
        return period_of_days(self.first, self.count, zone_name=self.zone_name)

    @property
    def before(self) -> date:
        return self.first - _WEEK if self.mode == "week" else self.day.replace(day=1) - timedelta(days=1)

    @property
    def after(self) -> date:
        return (
            self.first + _WEEK if self.mode == "week" else (self.day.replace(day=1) + timedelta(days=31)).replace(day=1)
        )

    @property
    def title(self) -> str:
        if self.mode == "month":
            return f"{self.day:%B %Y}"
        return f"{self.first:%-d %b} to {self.first + timedelta(days=6):%-d %b %Y}"


@require_safe
def schedule_page(request: AccessRequest, slug: str) -> HttpResponse:
    """The page of one schedule. Week or month, day and zone stand in the address."""
    schedule = get_schedule(caller=request.caller, slug=slug)
    now = timezone.now()
    shown = _shown(request, now)
    rota = rotas(schedule_ids=[schedule.pk], period=shown.period)[schedule.pk]
    final = final_shifts(versions=rota.versions, overrides=rota.overrides, period=shown.period)
    lines = _lines(rota, final, shown.period)
    newest = newest_version(schedule=schedule)
    overrides = _overrides(schedule, shown.period, now)
    users = _users(final, lines, newest.definition if newest else {})
    definition: dict[str, Any] = newest.definition if newest else {"time_zone": "UTC", "layers": []}
    role = request.caller.role_in(schedule.team_id)
    context = {
        "schedule": schedule,
        "shown": shown,
        "days": _days(final, shown, now),
        "lines": lines,
        "now_left": _share(now, shown.period),
        "users": users,
        "colours": _colours(definition, final),
        "definition": definition,
        "gaps": gaps(shifts=final, period=shown.period),
        "overrides": overrides,
        "standing": standings(schedules=[schedule], now=now)[0],
        "warnings": warnings_of(schedules=[schedule], now=now)[schedule.pk],
        "versions": versions_of(schedule=schedule)[:VERSIONS_SHOWN],
        "feeds": feeds_of(caller=request.caller, schedule=schedule),
        "is_editor": role is not None and role >= Role.EDITOR,
        "is_responder": role is not None and role >= Role.RESPONDER,
        "now": now,
        "holds_today": shown.period.contains(now),
        "zones": _zones(request, definition["time_zone"], shown.zone_name),
    }
    return render(request, "oncall/schedule.html", context)


def _shown(request: HttpRequest, now: datetime) -> Shown:
    zone_name = page_zone().key
    try:
        day = date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        day = day_of(now, zone_name=zone_name)
    day = min(max(day, date(1971, 1, 1)), date(2990, 1, 1))
    if request.GET.get("view") == "week":
        return Shown("week", day, day - timedelta(days=day.weekday()), 7, zone_name)
    return Shown("month", day, *weeks_of_month(day), zone_name)


def _days(final: list[Shift], shown: Shown, now: datetime) -> list[Day]:
    return days_with(
        final,
        first=shown.first,
        count=shown.count,
        zone_name=shown.zone_name,
        today=day_of(now, zone_name=shown.zone_name),
        month=shown.day.month if shown.mode == "month" else None,
    )


def _lines(rota: Rota, final: list[Shift], period: Period) -> list[Line]:
    alone = layer_shifts(versions=rota.versions, period=period)
    lines = [Line("Final schedule", "what pages go by", bars_of(final, period))]
    lines += [Line(name, "layer alone", bars_of(own, period)) for name, own in alone.items()]
    overridden = [shift for shift in final if shift.is_override]
    if overridden:
        lines.append(Line("Overrides", "on top of the layers", bars_of(overridden, period)))
    return lines


def _overrides(schedule: Schedule, period: Period, now: datetime) -> list[Override]:
    """Those of the days shown and those that lie ahead."""
    wanted = Period(min(period.start, now), max(period.end, now + timedelta(days=366)))
    found = overrides_within(schedule_ids=[schedule.pk], period=wanted)
    return sorted(found.select_related("user", "replaces"), key=lambda override: (override.start_at, override.pk))


def _users(final: list[Shift], lines: list[Line], definition: dict[str, object]) -> dict[int, User]:
    ids = {bar.shift.user_id for line in lines for bar in line.bars if bar.shift} | {shift.user_id for shift in final}
    return User.objects.in_bulk(ids | set(_participants(definition)))


def _participants(definition: dict[str, object]) -> list[int]:
    layers = definition.get("layers", [])
    found: list[int] = []
    for layer in layers if isinstance(layers, list) else []:
        found += layer["rotation"]["participants"]
    return found


def _colours(definition: dict[str, object], final: list[Shift]) -> dict[int, int]:
    """A colour for each person, the same on every page while the people of the schedule stay."""
    people = dict.fromkeys([*_participants(definition), *(shift.user_id for shift in final)])
    return {user_id: number % COLOURS for number, user_id in enumerate(people)}


def _share(now: datetime, period: Period) -> float | None:
    return round((now - period.start) / period.length * 100, 3) if period.contains(now) else None


def _zones(request: AccessRequest, of_schedule: str, chosen: str) -> list[tuple[str, str, bool]]:
    """(words, zone name, whether it is the one shown): own, the schedule's, UTC."""
    own = getattr(request.user, "time_zone", "UTC") or "UTC"
    named = {own: "Yours", of_schedule: "Schedule", "UTC": "UTC"}
    if chosen not in named:
        named[chosen] = "Chosen"
    return [(words, name, name == chosen) for name, words in named.items()]
