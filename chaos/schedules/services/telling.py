"""Telling people that a schedule was refused: one row for each place, sent as due work."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from chaos.runs.services.notices import places_of
from chaos.schedules.models import Firing, FiringNotice, Schedule
from reliability.access.domain.caller import Role
from reliability.access.models import User
from reliability.channels.domain.message import Event, Message
from reliability.channels.models import Channel
from reliability.channels.services import notices

TELL = "chaos.schedule_notice"  # key: a notice's id
GIVE_UP_AFTER = timedelta(hours=1)
PEOPLE_MAX = 20


def plan(*, firing: Firing, schedule: Schedule, now: datetime) -> list[FiringNotice]:
    """In the transaction of the refusal: where the policy of runs tells, else the editors of the team."""
    places = places_of(team_id=schedule.team_id, service_id=schedule.experiment.service_id) or _editors(schedule)
    columns = {"firing": firing}
    made = [
        notices.make_for_place(telling=_TELLING, key=str(firing.pk), place=place, columns=columns, now=now)
        for place in places
    ]
    return [notice for notice, _ in made]


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def message_of(*, notice: FiringNotice, now: datetime) -> Message:
    firing = notice.firing
    schedule, experiment = firing.schedule, firing.schedule.experiment
    return Message(
        event=Event.NOTICE,
        subject_key=f"chaos:schedule:{schedule.pk}",
        idempotency_key=notice.idempotency_key,
        title=f"A scheduled experiment was refused: {experiment.title}",
        text=f"It was due at {firing.due_at:%Y-%m-%d %H:%M} UTC and did not run: {firing.reason}.\n"
        "You are told once; until this is mended, its firings are refused.",
        severity="info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}/chaos/schedules/{schedule.pk}/",
        at=now,
        team=schedule.team.name,
        service=experiment.service.title if experiment.service is not None else "",
    )


def _editors(schedule: Schedule) -> list[Channel | User]:
    roles = [role.value for role in Role if role >= Role.EDITOR]
    people = User.objects.filter(is_active=True, memberships__team=schedule.team_id, memberships__role__in=roles)
    return list(people.order_by("email", "pk")[:PEOPLE_MAX])


def _stays_true(*, notice: FiringNotice, now: datetime) -> str:
    return ""


_TELLING = notices.Telling(
    model=FiringNotice,
    due_kind=TELL,
    joined=("firing__schedule__team", "firing__schedule__experiment__service", "channel", "user"),
    void_because=_stays_true,
    send=notices.to_its_place(message_of),
    patience=GIVE_UP_AFTER,
)
