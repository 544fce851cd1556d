"""Telling people of actions: one row for each place, sent as due work; the try is written down before it is made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction

from chaos.gamedays.domain.hours import at_nine
from incidents.actions.domain.reminders import (
    Audience,
    Habits,
    Stage,
    next_after,
    stages_until_done,
    stages_until_proven,
    standing,
)
from incidents.actions.domain.states import CLOSED, Proof, State
from incidents.actions.models import Action, ActionNotice
from incidents.actions.services.due_kinds import NOTICE
from incidents.actions.services.messages import message_of
from incidents.actions.services.settings import settings_of
from reliability.access.domain.caller import Role
from reliability.access.models import Membership, User
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel
from reliability.channels.quiet import quiet_until
from reliability.channels.selectors.contacts import methods_of, sign_in_mail
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due

_PLACE_MAX = 200
_LATEST = timedelta(hours=12)  # quiet hours that never end delay no longer
_GIVE_UP = timedelta(days=1)
_ADMINISTRATORS_MAX = 10
Notice = ActionNotice.State


def due_instant(*, action: Action) -> datetime | None:
    """09:00 of its date on the owner's clock, UTC when nobody owns it. Needs the owner at hand."""
    if action.due_on is None:
        return None
    zone = action.owner.time_zone if action.owner is not None else "UTC"
    day = action.due_on
    return at_nine(year=day.year, month=day.month, day=day.day, zone_name=zone)


@transaction.atomic
def remind(*, number: int, now: datetime) -> datetime | None:
    """Make the notices that stand now, each once. Returns when the next one will; None for none."""
    rows = Action.objects.select_for_update(of=("self",)).select_related("team", "owner", "checker")
    action: Action | None = rows.filter(pk=number).first()
    if action is None:
        return None
    chosen = settings_of(team_id=action.team_id)
    stages = _stages(action, chosen.habits if chosen is not None else Habits())
    channel = chosen.channel if chosen is not None and chosen.channel and chosen.channel.is_enabled else None
    if action.reopened and action.state == State.OPEN and action.proof_text:
        # What undid it is told once, whenever it is due.
        _make_all(action, Stage("reopened", action.state_at, Audience.OWNER), channel, now)
    for stage in standing(stages, now=now):
        _make_all(action, stage, channel, now)
    return next_after(stages, now=now)


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    notice = _begin(notice_id=notice_id, now=now)
    if notice is None:
        return None
    later = min(quiet_until(user_id=notice.user_id, at=now), now + _LATEST)
    if later > now and notice.attempts == 1:
        return later
    return _end(notice_id=notice_id, outcome=_send(notice=notice, now=now), now=now)


def _stages(action: Action, habits: Habits) -> list[Stage]:
    state = State(action.state)
    if state in CLOSED:
        return []
    if state is State.DONE and action.done_at is not None:
        return stages_until_proven(proof=Proof(action.proof), done_at=action.done_at, habits=habits)
    due_at = due_instant(action=action)
    return [] if due_at is None else stages_until_done(due_at=due_at, habits=habits)


def _make_all(action: Action, stage: Stage, channel: Channel | None, now: datetime) -> None:
    for place in _places(action, stage.audience, channel):
        _make(action=action, stage=stage, place=place, now=now)


def _places(action: Action, audience: Audience, channel: Channel | None) -> Sequence[Channel | User]:
    """Who has left the team is not told; when nobody is left, the team is."""
    person = {Audience.OWNER: action.owner, Audience.CHECKER: action.checker, Audience.TEAM: None}[audience]
    members = Membership.objects.filter(team_id=action.team_id, user=person, user__is_active=True)
    if person is not None and members.exists():
        return [person]
    if channel is not None:
        return [channel]
    heads = Membership.objects.filter(team_id=action.team_id, role=Role.ADMINISTRATOR, user__is_active=True)
    return [one.user for one in heads.select_related("user").order_by("pk")[:_ADMINISTRATORS_MAX]]


def _make(*, action: Action, stage: Stage, place: Channel | User, now: datetime) -> None:
    kind = "channel" if isinstance(place, Channel) else "person"
    notice, is_new = ActionNotice.objects.get_or_create(
        key=f"{_occasion(action)}:{stage.slug}:{kind}:{place.pk}",
        defaults={
            "action": action,
            "idempotency_key": uuid.uuid4().hex,
            "stage": stage.slug,
            "for_state_at": action.state_at,
            "for_due_on": action.due_on,
            "channel": place if isinstance(place, Channel) else None,
            "user": place if isinstance(place, User) else None,
            "place": (place.title if isinstance(place, Channel) else str(place))[:_PLACE_MAX],
            "created_at": now,
        },
    )
    if is_new:
        due.schedule_first(kind=NOTICE, key=notice.pk, due_at=now)


def _occasion(action: Action) -> str:
    """What notices tell of: to be done by a date, or done at an instant and not proven. To take it up, or to put it
    back, is no new occasion: nobody is reminded twice for that; to open it again is."""
    done_at = int(action.done_at.timestamp()) if action.done_at is not None else ""
    return f"{action.pk}:{action.reopened}:{done_at}:{action.due_on or ''}"


@transaction.atomic
def _begin(*, notice_id: int, now: datetime) -> ActionNotice | None:
    rows = ActionNotice.objects.select_for_update(of=("self",)).filter(pk=notice_id)
    notice: ActionNotice | None = rows.select_related(
        "action__team", "action__owner", "action__service", "action__experiment", "action__checker", "channel", "user"
    ).first()
    if notice is None or notice.state != Notice.WAITING:
        return None
    action = notice.action
    if State(action.state) in CLOSED or not notice.key.startswith(f"{_occasion(action)}:"):
        notice.state, notice.state_reason = Notice.VOID, "it was moved, done or closed meanwhile"
        notice.save(update_fields=("state", "state_reason"))
        return None
    notice.attempts += 1
    notice.first_attempt_at = notice.first_attempt_at or now
    notice.save(update_fields=("attempts", "first_attempt_at"))
    return notice


def _send(*, notice: ActionNotice, now: datetime) -> Outcome:
    message = message_of(notice=notice, due_at=due_instant(action=notice.action), now=now.astimezone(UTC))
    if notice.channel is not None:
        return send_to_channel(channel=notice.channel, message=message, now=now)
    if notice.user is None or not notice.user.is_active:
        return Outcome(Result.REFUSED, f"{notice.place} is not there any more")
    methods = methods_of(user_id=notice.user.pk)
    contact = methods[0] if methods else sign_in_mail(user=notice.user)
    return send_to_contact(contact_method=contact, message=message, now=now)


@transaction.atomic
def _end(*, notice_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    notice = ActionNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.state != Notice.WAITING:
        return None
    notice.state_reason = outcome.reason
    again: datetime | None = None
    if outcome.is_delivered:
        notice.state, notice.sent_at = Notice.SENT, now
    elif outcome.result is Result.REFUSED or now - (notice.first_attempt_at or now) >= _GIVE_UP:
        notice.state = Notice.FAILED
    else:
        again = now + (outcome.retry_after or pause_after(attempts=notice.attempts))
    notice.save(update_fields=("state", "state_reason", "sent_at"))
    return again
