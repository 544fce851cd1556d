"""Telling people that a schedule was refused: one row for each place, sent as due work."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from chaos.runs.services.notices import places_of
from chaos.schedules.models import Firing, FiringNotice, Schedule
from reliability.access.domain.caller import Role
from reliability.access.models import User
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel
from reliability.channels.selectors.contacts import methods_of, sign_in_mail
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due

TELL = "chaos.schedule_notice"  # key: a notice's id
GIVE_UP_AFTER = timedelta(hours=1)
PEOPLE_MAX = 20
_PLACE_MAX = 200


def plan(*, firing: Firing, schedule: Schedule, now: datetime) -> list[FiringNotice]:
    """In the transaction of the refusal: where the policy of runs tells, else the editors of the team."""
    places = places_of(team_id=schedule.team_id, service_id=schedule.experiment.service_id) or _editors(schedule)
    return [_make(firing, place, now) for place in places]


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again."""
    notice = _begin(notice_id=notice_id)
    if notice is None:
        return None
    outcome = _send(notice, now)
    return _end(notice_id=notice_id, outcome=outcome, now=now)


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


def _make(firing: Firing, place: Channel | User, now: datetime) -> FiringNotice:
    notice = FiringNotice.objects.create(
        firing=firing,
        idempotency_key=uuid.uuid4().hex,
        channel=place if isinstance(place, Channel) else None,
        user=place if isinstance(place, User) else None,
        place=(place.title if isinstance(place, Channel) else str(place))[:_PLACE_MAX],
        created_at=now,
    )
    due.schedule_first(kind=TELL, key=notice.pk, due_at=now)
    return notice


@transaction.atomic
def _begin(*, notice_id: int) -> FiringNotice | None:
    """The try is written down before it is made, and nothing is locked meanwhile."""
    rows = FiringNotice.objects.select_for_update(of=("self",)).filter(pk=notice_id)
    known = ("firing__schedule__team", "firing__schedule__experiment__service", "channel", "user")
    notice = rows.select_related(*known).first()
    if notice is None or notice.state != FiringNotice.State.WAITING:
        return None
    notice.attempts += 1
    notice.save(update_fields=("attempts",))
    return notice


def _send(notice: FiringNotice, now: datetime) -> Outcome:
    message = message_of(notice=notice, now=now)
    if notice.channel is not None:
        return send_to_channel(channel=notice.channel, message=message, now=now)
    if notice.user is None or not notice.user.is_active:
        return Outcome(Result.REFUSED, f"{notice.place} is not there any more")
    methods = methods_of(user_id=notice.user.pk)
    return send_to_contact(
        contact_method=methods[0] if methods else sign_in_mail(user=notice.user), message=message, now=now
    )


@transaction.atomic
def _end(*, notice_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    notice = FiringNotice.objects.select_for_update(of=("self",)).filter(pk=notice_id).first()
    if notice is None or notice.state != FiringNotice.State.WAITING:
        return None
    notice.state_reason = outcome.reason
    again: datetime | None = None
    if outcome.is_delivered:
        notice.state, notice.sent_at = FiringNotice.State.SENT, now
    elif outcome.result is Result.REFUSED or now - notice.created_at >= GIVE_UP_AFTER:
        notice.state = FiringNotice.State.FAILED
    else:
        again = now + (outcome.retry_after or pause_after(attempts=notice.attempts))
    notice.save(update_fields=("state", "state_reason", "sent_at"))
    return again
