"""What will go wrong unless somebody acts: gaps ahead, people whom nothing reaches, people who left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings

from incidents.oncall.domain.rota import Shift, gaps
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import shifts
from incidents.oncall.selectors.people import responders
from reliability.access.models import User
from reliability.channels.selectors.contacts import reaching
from reliability.kit.periods import Period

_ONLY_ANSWERS = "paged, they may acknowledge and resolve, and nothing else"


class WarningKind(StrEnum):
    GAP = "gap"
    NO_CONTACT = "no_contact"
    INACTIVE = "inactive"
    CANNOT_RESPOND = "cannot_respond"


@dataclass(frozen=True, slots=True)
class RotaWarning:
    """period: the first time it matters; count: how often within the days looked at; user: whom it is about."""

    kind: WarningKind
    period: Period
    count: int = 1
    user: User | None = None

    @property
    def text(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        if self.kind is WarningKind.GAP:
            return f"Nobody is on call{times}"
        words = {
            WarningKind.NO_CONTACT: "has no verified contact method: pages go to the sign-in address only",
            WarningKind.INACTIVE: "is deactivated: nobody is paged then",
            WarningKind.CANNOT_RESPOND: f"has no role of responder in the team: {_ONLY_ANSWERS}",
        }
        return f"{self.user} {words[self.kind]}{times}"


@dataclass(frozen=True, slots=True)
class Told:
    """Warnings of one kind in one sentence; first: when it first matters."""

    text: str
    first: datetime
    is_bad: bool


def told_together(warnings: Iterable[RotaWarning]) -> list[Told]:
    """Warnings as pages show them: one line for each kind, people by name, at most five."""
    by_kind: dict[WarningKind, list[RotaWarning]] = {}
    for warning in warnings:
        by_kind.setdefault(warning.kind, []).append(warning)
    return [
        Told(
            text=found[0].text if len(found) == 1 else _together(kind, found),
            first=min(warning.period.start for warning in found),
            is_bad=kind in (WarningKind.GAP, WarningKind.INACTIVE),
        )
        for kind, found in by_kind.items()
    ]


def _together(kind: WarningKind, found: list[RotaWarning]) -> str:
    names = [str(warning.user) for warning in found[:5]]
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    words = {
        WarningKind.NO_CONTACT: "have no verified contact method: pages go to their sign-in addresses only",
        WarningKind.INACTIVE: "are deactivated: nobody is paged then",
        WarningKind.CANNOT_RESPOND: f"have no role of responder in the team: {_ONLY_ANSWERS}",
    }
    return f"{', '.join(names)}{more} {words[kind]}"


def warnings_of(*, schedules: Iterable[Schedule], now: datetime) -> dict[int, list[RotaWarning]]:
    """The warnings of each schedule for the next days (ONCALL_WARN_DAYS), in six queries whatever their number."""
    known = {schedule.pk: schedule for schedule in schedules}
    period = Period(now, now + timedelta(days=settings.ONCALL_WARN_DAYS))
    ahead = shifts(schedule_ids=known, period=period)
    user_ids = {shift.user_id for found in ahead.values() for shift in found}
    users = User.objects.in_bulk(user_ids)
    reached = set(reaching(user_ids=user_ids).values_list("user_id", flat=True))
    able = responders(user_ids=user_ids, team_ids={schedule.team_id for schedule in known.values()})
    found: dict[int, list[RotaWarning]] = {}
    for pk, own in ahead.items():
        warnings = _gap_warnings(own, period)
        for user_id, periods in _by_user(own).items():
            user = users.get(user_id)
            may = (known[pk].team_id, user_id) in able
            kinds = _kinds(user, is_reached=user_id in reached, may_respond=may)
            warnings += [RotaWarning(kind, periods[0], len(periods), user) for kind in kinds]
        found[pk] = warnings
    return found


def _kinds(user: User | None, *, is_reached: bool, may_respond: bool) -> list[WarningKind]:
    if user is None or not user.is_active:
        return [WarningKind.INACTIVE]
    contact = [] if is_reached else [WarningKind.NO_CONTACT]
    return contact if may_respond else [*contact, WarningKind.CANNOT_RESPOND]


def _gap_warnings(own: list[Shift], period: Period) -> list[RotaWarning]:
    open_periods = gaps(shifts=own, period=period)
    return [RotaWarning(WarningKind.GAP, open_periods[0], len(open_periods))] if open_periods else []


def _by_user(own: list[Shift]) -> dict[int, list[Period]]:
    found: dict[int, list[Period]] = {}
    for shift in own:
        found.setdefault(shift.user_id, []).append(Period(shift.start, shift.end))
    return found
