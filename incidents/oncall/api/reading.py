"""What endpoints ask in common: a period within bounds, people by id, the answer of one schedule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from incidents.oncall.api import schemas
from incidents.oncall.domain.rota import Shift
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import shifts
from incidents.oncall.selectors.schedules import newest_version
from incidents.oncall.selectors.warnings import warnings_of
from reliability.access.models import User
from reliability.kit.instants import EPOCH
from reliability.kit.periods import Period
from reliability.web.errors import Invalid


def period_asked(*, start: datetime, end: datetime, start_name: str = "from", end_name: str = "to") -> Period:
    """[start, end). Raises Invalid when it is empty or longer than ONCALL_PERIOD_DAYS_MAX."""
    days = settings.ONCALL_PERIOD_DAYS_MAX
    if end <= start:
        raise Invalid(details=[{"field": end_name, "message": f"must be later than {start_name}"}])
    if end - start > timedelta(days=days):
        raise Invalid(details=[{"field": end_name, "message": f"lies more than {days} days after {start_name}"}])
    return Period(max(start, EPOCH), end)


def users_of(own: Iterable[Shift]) -> dict[int, User]:
    return User.objects.in_bulk({shift.user_id for shift in own})


def schedule_answer(schedule: Schedule, *, period: Period | None = None) -> dict[str, Any]:
    """A schedule with what lies ahead of it, and its final shifts within *period* when that is given."""
    now = timezone.now()
    newest = newest_version(schedule=schedule)
    definition: dict[str, Any] = newest.definition if newest else {"time_zone": "UTC", "layers": []}
    open_overrides = list(
        schedule.overrides.filter(revoked_at=None, end_at__gt=now).select_related("user", "replaces").order_by("pk")
    )
    own = shifts(schedule_ids=[schedule.pk], period=period)[schedule.pk] if period else []
    named = {user_id for layer in definition["layers"] for user_id in layer["rotation"]["participants"]}
    users = User.objects.in_bulk(named | {shift.user_id for shift in own})
    answer = schemas.schedule_out(
        schedule=schedule,
        definition=definition,
        overrides=open_overrides,
        users=users,
        warnings=warnings_of(schedules=[schedule], now=now)[schedule.pk],
    )
    if period is not None:
        answer |= {"shifts": schemas.shifts_out(own, users), "gaps": schemas.gaps_out(own, period)}
    return answer
