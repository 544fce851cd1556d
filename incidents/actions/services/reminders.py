"""Telling people of actions: one row for each place, sent as due work; the try is written down before it is made."""

from __future__ import annotations

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
from reliability.channels.domain.message import Message
from reliability.channels.models import Channel
from reliability.channels.services import notices

_ADMINISTRATORS_MAX = 10


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
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def _stages(action: Action, habits: Habits) -> list[Stage]:
    state = State(action.state)
    if state in CLOSED:
        return []
    if state is State.DONE and action.done_at is not None:
        return stages_until_proven(proof=Proof(action.proof), done_at=action.done_at, habits=habits)
    due_at = due_instant(action=action)
    return [] if due_at is None else stages_until_done(due_at=due_at, habits=habits)


def _make_all(action: Action, stage: Stage, channel: Channel | None, now: datetime) -> None:
    columns = {
        "action": action,
        "stage": stage.slug,
        "for_state_at": action.state_at,
        "for_due_on": action.due_on,
    }
    key = f"{_occasion(action)}:{stage.slug}"
    for place in _places(action, stage.audience, channel):
        notices.make_for_place(telling=_TELLING, key=key, place=place, columns=columns, now=now)


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


def _occasion(action: Action) -> str:
    """What notices tell of: to be done by a date, or done at an instant and not proven. To take it up, or to put it
    back, is no new occasion: nobody is reminded twice for that; to open it again is."""
    done_at = int(action.done_at.timestamp()) if action.done_at is not None else ""
    return f"{action.pk}:{action.reopened}:{done_at}:{action.due_on or ''}"


def _void_because(*, notice: ActionNotice, now: datetime) -> str:
    action = notice.action
    is_true = State(action.state) not in CLOSED and notice.key.startswith(f"{_occasion(action)}:")
    return "" if is_true else "it was moved, done or closed meanwhile"


def _message_of(*, notice: ActionNotice, now: datetime) -> Message:
    return message_of(notice=notice, due_at=due_instant(action=notice.action), now=now.astimezone(UTC))


_TELLING = notices.Telling(
    model=ActionNotice,
    due_kind=NOTICE,
    joined=(
        "action__team",
        "action__owner",
        "action__service",
        "action__experiment",
        "action__checker",
        "channel",
        "user",
    ),
    void_because=_void_because,
    send=notices.to_its_place(_message_of),
    patience=timedelta(days=1),
    waits_for_morning=True,
)
