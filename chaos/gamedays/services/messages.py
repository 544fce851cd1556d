"""What an invitee is told, and by which way."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.domain.states import Answer, Told
from chaos.gamedays.models import GameDay, Invitee, InviteeNotice
from chaos.gamedays.selectors.meetings import answer_url, file_url, meeting_of, page_url
from reliability.channels.domain.invitations import clock_words, invitation
from reliability.channels.domain.message import Event, Link, Message
from reliability.channels.models import ContactMethod
from reliability.channels.selectors.contacts import carries_files, first_way_of

_ASKING = (Told.INVITE, Told.UPDATE)
_TITLES = {
    Told.INVITE: "Game day {when}: {title}",
    Told.UPDATE: "Changed, game day {when}: {title}",
    Told.CANCEL: "Off, game day {when}: {title}",
    Told.DAY_BEFORE: "Reminder, game day {when}: {title}",
    Told.SOON: "Soon, game day {when}: {title}",
}


def way_of(*, invitee: Invitee) -> ContactMethod:
    """The person's first way, else their sign-in mail; of somebody outside the address."""
    if invitee.user is None:
        return ContactMethod(title=invitee.address, kind="email", config={"address": invitee.address})
    return first_way_of(user=invitee.user)


def when_words(*, game_day: GameDay, zone_name: str) -> str:
    """`2026-11-28 10:00 Europe/Berlin`, and the UTC beside it where they differ."""
    if game_day.starts_at is None:
        return "without a time yet"
    return clock_words(at=game_day.starts_at, zone_name=zone_name)


def message_of(*, notice: InviteeNotice, way: ContactMethod, now: datetime) -> Message:
    """Needs notice.invitee.game_day.team and invitee.user at hand. A way that carries no files is given the address of
    the entry for calendars instead.
    """
    invitee, kind = notice.invitee, Told(notice.kind)
    row = invitee.game_day
    zone = invitee.user.time_zone if invitee.user is not None else row.zone
    when = when_words(game_day=row, zone_name=zone)
    link = answer_url(invitee=invitee)
    is_off = kind is Told.CANCEL
    is_asked = not is_off and invitee.answer == Answer.NONE
    file = file_url(invitee=invitee) if kind in _ASKING and not carries_files(way) else ""
    lines = [
        _first_line(kind, row, invitee),
        f"When: {when}, {row.length_minutes} minutes",
        f"Where: {row.place}" if row.place else "",
        f"Goal: {row.goal}" if row.goal else "",
        f"What should hold: {row.hypothesis}" if row.hypothesis else "",
        f"Will you come? Answer here: {link}" if is_asked else "",
        f"For your calendar: {file}" if file else "",
    ]
    sequence = notice.sequence if is_off else row.sequence
    meeting = meeting_of(game_day=row, invitee=invitee, sequence=sequence, at=notice.created_at)
    attachment = invitation(meeting=meeting, is_off=is_off)
    return Message(
        event=Event.NOTICE,
        subject_key=f"chaos:game_day:{row.pk}",
        idempotency_key=notice.idempotency_key,
        title=_TITLES[kind].format(when=when, title=row.title),
        text="\n".join(line for line in lines if line),
        severity="info",
        severity_word="",
        url=page_url(game_day=row) if invitee.was_member else link,
        at=now,
        team=row.team.name,
        links=() if is_off else (Link("Answer, and see your invitation", link), *_file_links(file)),
        attachments=() if kind in (Told.DAY_BEFORE, Told.SOON) else (attachment,),
    )


def _file_links(url: str) -> tuple[Link, ...]:
    return (Link("Take it into your calendar", url),) if url else ()


def _first_line(kind: Told, row: GameDay, invitee: Invitee) -> str:
    if kind is Told.CANCEL:
        if invitee.removed_at is not None:
            return f"You are not needed at this game day of {row.team.name} any more."
        why = f": {row.state_reason}" if row.state_reason else "."
        return f"This game day of {row.team.name} does not take place{why}"
    if kind is Told.UPDATE:
        why = f": {row.state_reason}" if row.state_reason else "."
        return f"The plan of this game day of {row.team.name} has changed{why}"
    if kind is Told.INVITE:
        by = invitee.invited_by_name or row.team.name
        return (
            f"{by} invites you to a game day of {row.team.name}: faults on purpose, and how we notice and answer them."
        )
    return f"You are invited to this game day of {row.team.name}."
