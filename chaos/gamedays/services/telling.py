"""Telling invitees: asked, asked anew, reminded, told that it is off. One row for each message, sent as due work.

The rows and their due times are written in the transaction of their cause.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from chaos.gamedays.domain.hours import by_day, day_before
from chaos.gamedays.domain.states import INVITING, Answer, State, Told
from chaos.gamedays.models import GameDay, Invitee, InviteeNotice
from chaos.gamedays.selectors.leavers import has_left
from chaos.gamedays.services.due_kinds import NOTICE
from chaos.gamedays.services.messages import message_of, way_of
from reliability.channels.domain.outcome import Outcome
from reliability.channels.quiet import quiet_until
from reliability.channels.services import notices
from reliability.channels.services.sending import send_to_contact

SOON = timedelta(minutes=15)
_DAY = timedelta(days=1)
# A message that changes plans waits for the morning, unless that is nearly too late.
_LEAD = timedelta(hours=2)
_GIVE_UP = {Told.DAY_BEFORE: timedelta(hours=6), Told.SOON: timedelta(minutes=15)}
_REMINDING = (Told.DAY_BEFORE, Told.SOON)


def ask(*, row: GameDay, invitees: Iterable[Invitee], was_at: datetime | None = None, now: datetime) -> None:
    """Ask each for the time of now, and set their reminders. Their answer is open from here on.

    was_at: the former start, which they may have in mind still.
    """
    if row.starts_at is None:
        return
    latest = row.starts_at - _DAY if was_at is None else min(was_at, row.starts_at) - _LEAD
    told = set(invited(row=row).filter(_was_told()).values_list("pk", flat=True))
    for one in invitees:
        kind = Told.UPDATE if one.pk in told else Told.INVITE
        one.answer, one.answered_at, one.comment = Answer.NONE.value, None, ""
        one.asked_sequence = row.sequence
        one.save(update_fields=("answer", "answered_at", "comment", "asked_sequence"))
        _make(row=row, invitee=one, kind=kind, latest=latest, now=now)
        _remind(row=row, invitee=one, now=now)


def ask_anew(*, row: GameDay, was_at: datetime | None, now: datetime) -> None:
    """The time is another: what was to be sent is void, and everybody is asked. was_at: the former start."""
    _void(Q(invitee__game_day=row), "it was moved")
    ask(row=row, invitees=invited(row=row), was_at=was_at, now=now)


def tell_change(*, row: GameDay, now: datetime) -> None:
    """The title or the place is another: calendars are brought up to date, and answers stay."""
    for one in invited(row=row).filter(asked_sequence__isnull=False):
        _make(row=row, invitee=one, kind=Told.UPDATE, latest=(row.starts_at or now) - _LEAD, now=now)


def tell_off(*, row: GameDay, was_at: datetime | None, now: datetime) -> None:
    """It does not take place: whoever was told of it gets a cancellation; of others the invitation is void."""
    _void(Q(invitee__game_day=row), "it does not take place")
    for one in invited(row=row).filter(_was_told()):
        _make(row=row, invitee=one, kind=Told.CANCEL, latest=(was_at or now) - _LEAD, now=now)


def tell_off_one(*, row: GameDay, invitee: Invitee, now: datetime) -> None:
    """It takes place without them."""
    _void(Q(invitee=invitee), "they are not invited any more")
    if Invitee.objects.filter(_was_told(), pk=invitee.pk).exists():
        _make(row=row, invitee=invitee, kind=Told.CANCEL, latest=(row.starts_at or now) - _LEAD, now=now)


def _was_told() -> Exists:
    """A message was sent to them, or perhaps: the try is written down before it is made."""
    return Exists(InviteeNotice.objects.filter(invitee=OuterRef("pk"), attempts__gt=0))


def invited(*, row: GameDay) -> QuerySet[Invitee]:
    """Who is on the list now, with the user at hand."""
    return row.invitees.filter(removed_at=None).select_related("user").order_by("pk")


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still true. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def _remind(*, row: GameDay, invitee: Invitee, now: datetime) -> None:
    if row.starts_at is None:
        return
    zone = invitee.user.time_zone if invitee.user is not None else row.zone
    instants = {
        Told.DAY_BEFORE: day_before(starts_at=row.starts_at, zone_name=zone),
        Told.SOON: row.starts_at - SOON,
    }
    for kind, at in instants.items():
        if at > now:
            _write(row=row, invitee=invitee, kind=kind, due_at=at, now=now)


def _make(*, row: GameDay, invitee: Invitee, kind: Told, latest: datetime, now: datetime) -> None:
    zone = invitee.user.time_zone if invitee.user is not None else row.zone
    told_at = by_day(at=quiet_until(user_id=invitee.user_id, at=now), zone_name=zone, latest=latest)
    _write(row=row, invitee=invitee, kind=kind, due_at=max(now, min(told_at, latest)), now=now)


def _write(*, row: GameDay, invitee: Invitee, kind: Told, due_at: datetime, now: datetime) -> None:
    columns = {"invitee": invitee, "kind": kind.value, "sequence": row.sequence, "due_at": due_at}
    key = f"{kind.value}:{invitee.pk}:{row.sequence}"
    notices.make(telling=_TELLING, key=key, due_at=due_at, columns=columns, now=now)


def _void(which: Q, why: str) -> None:
    waiting = InviteeNotice.objects.filter(which, state=InviteeNotice.State.WAITING)
    waiting.update(state=InviteeNotice.State.VOID, state_reason=why)


def _void_because(*, notice: InviteeNotice, now: datetime) -> str:
    invitee, kind = notice.invitee, Told(notice.kind)
    row = invitee.game_day
    if has_left(invitee=invitee):
        return "they are not there any more"
    if kind is Told.CANCEL:
        return ""
    if invitee.removed_at is not None:
        return "they are not invited any more"
    if State(row.state) not in INVITING:
        return f"the game day is {State(row.state).words}"
    if kind in _REMINDING and invitee.answer == Answer.DECLINED:
        return "they declined"
    if row.starts_at is None or now >= row.starts_at:
        return "it began before they could be told"
    return ""


def _send(*, notice: InviteeNotice, now: datetime) -> Outcome:
    way = way_of(invitee=notice.invitee)
    notice.way = way.title[:200]
    notice.save(update_fields=("way",))
    return send_to_contact(contact_method=way, message=message_of(notice=notice, way=way, now=now), now=now)


def _patience_of(*, notice: InviteeNotice) -> timedelta:
    return _GIVE_UP.get(Told(notice.kind), _DAY)


_TELLING = notices.Telling(
    model=InviteeNotice,
    due_kind=NOTICE,
    joined=("invitee__game_day__team", "invitee__user"),
    void_because=_void_because,
    send=_send,
    patience=_patience_of,
)
