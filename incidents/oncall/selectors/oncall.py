"""Who is on call, for paging, pages, calendars and the API: all of them ask here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from incidents.oncall.domain.rota import Shift, final_shifts, on_call_at
from incidents.oncall.selectors.rotas import rotas
from reliability.access.models import User
from reliability.kit.periods import Period

_INSTANT = timedelta(seconds=1)


def on_call(*, schedule_id: int, at: datetime) -> list[User]:
    """Whom to page at *at*: the people on call who still have an active account. Empty when there is nobody."""
    return on_call_of(schedule_ids=[schedule_id], at=at)[schedule_id]


def on_call_of(*, schedule_ids: Iterable[int], at: datetime) -> dict[int, list[User]]:
    """on_call for many schedules, in three queries whatever their number."""
    found = {
        schedule_id: on_call_at(versions=rota.versions, overrides=rota.overrides, at=at)
        for schedule_id, rota in rotas(schedule_ids=schedule_ids, period=Period(at, at + _INSTANT)).items()
    }
    users = User.objects.in_bulk({user_id for user_ids in found.values() for user_id in user_ids})
    return {
        schedule_id: [users[user_id] for user_id in user_ids if user_id in users and users[user_id].is_active]
        for schedule_id, user_ids in found.items()
    }


def shifts(*, schedule_ids: Iterable[int], period: Period) -> dict[int, list[Shift]]:
    """The final shifts of each schedule within *period*, cut to it. Two queries; persons are ids, active or not."""
    return {
        schedule_id: final_shifts(versions=rota.versions, overrides=rota.overrides, period=period)
        for schedule_id, rota in rotas(schedule_ids=schedule_ids, period=period).items()
    }
