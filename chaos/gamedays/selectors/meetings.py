"""A game day as an event in a calendar, and the link by which an invitee answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse

from chaos.gamedays.domain.states import Answer
from chaos.gamedays.models import GameDay, Invitee
from chaos.runs.domain.tokens import NoticeClaim
from reliability.kit.meetings import Meeting

SIGNER = "chaos.gamedays.invitee"
_LINK_AFTER = timedelta(days=1)
_PARTSTAT = {
    Answer.NONE: "NEEDS-ACTION",
    Answer.ACCEPTED: "ACCEPTED",
    Answer.DECLINED: "DECLINED",
    Answer.TENTATIVE: "TENTATIVE",
}


def token_of(*, invitee: Invitee) -> str:
    """The text of the link of an invitee, good until a day after the end by plan."""
    ends_at = invitee.game_day.ends_at
    if ends_at is None:
        raise ValueError("a game day without a time has no links")
    return Signer(salt=SIGNER).sign(NoticeClaim(invitee.pk, ends_at + _LINK_AFTER).to_text())


def page_url(*, game_day: GameDay) -> str:
    """Of the page of the team."""
    return f"{settings.PUBLIC_URL}{reverse('game-day', args=(game_day.pk,))}"


def answer_url(*, invitee: Invitee) -> str:
    """Of the page behind the link of one invitee."""
    return f"{settings.PUBLIC_URL}{reverse('game-day-answer-link', args=(token_of(invitee=invitee),))}"


def file_url(*, invitee: Invitee) -> str:
    """Of the event as a file, for one invitee: it reads without signing in, as the page of their link does."""
    return f"{settings.PUBLIC_URL}{reverse('game-day-answer-file', args=(token_of(invitee=invitee),))}"


def meeting_of(*, game_day: GameDay, invitee: Invitee | None = None, sequence: int, at: datetime) -> Meeting:
    """The event in a calendar. Raises ValueError without a time."""
    if game_day.starts_at is None or game_day.ends_at is None:
        raise ValueError("a game day without a time stands in no calendar")
    url = page_url(game_day=game_day) if invitee is None else answer_url(invitee=invitee)
    lines = [f"Goal: {game_day.goal}" if game_day.goal else "", f"Answer: {url}" if invitee is not None else ""]
    return Meeting(
        uid=game_day.uid,
        sequence=sequence,
        title=f"Game day: {game_day.title}",
        description="\n".join(line for line in lines if line) or f"Game day of {game_day.team.name}",
        start=game_day.starts_at,
        end=game_day.ends_at,
        place=game_day.place,
        url=url,
        organizer=settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip("> "),
        organizer_name=game_day.team.name,
        changed_at=at,
        category="Game day",
        attendee=invitee.address if invitee is not None else "",
        attendee_name=invitee.name if invitee is not None else "",
        answer=_PARTSTAT[Answer(invitee.answer)] if invitee is not None else _PARTSTAT[Answer.NONE],
    )
