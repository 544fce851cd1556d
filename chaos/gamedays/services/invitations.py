"""Who is asked to come, and what they answer."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.domain.states import Answer
from chaos.gamedays.models import (
    Invitee,
)
from reliability.access.domain.caller import Caller


def invite(*, caller: Caller, number: int, addresses: list[str], now: datetime) -> list[Invitee]:
    """Ask these mail addresses; an address of a user asks the user, in their own way. Who is asked already stays.

    Told at once when it is planned, else with the plan. Editors of the team. Raises NotFound, Forbidden, Invalid
    (by field "addresses", with "index"), Conflict when over."""
    raise NotImplementedError


def remove(*, caller: Caller, number: int, invitee_id: int, now: datetime) -> None:
    """Off the list: whoever was asked is told that it is off for them. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError


def answer(*, token: str, answer: Answer, comment: str = "", now: datetime) -> Invitee:
    """By whoever has the link. Raises NotFound for a link that is damaged, over, or of somebody who left; Conflict when
    the game day is over or cancelled; Invalid for Answer.NONE."""
    raise NotImplementedError


def answer_as(*, caller: Caller, number: int, answer: Answer, comment: str = "", now: datetime) -> Invitee:
    """The caller's own answer, on the page. Raises NotFound when not invited, Conflict, Invalid."""
    raise NotImplementedError


def invitee_of_token(*, token: str, now: datetime) -> Invitee:
    """Whose link this is, with game_day and game_day.team at hand. Raises NotFound as `answer`."""
    raise NotImplementedError


def token_of(*, invitee: Invitee) -> str:
    """The text of the link of an invitee, good until a day after the end by plan."""
    raise NotImplementedError
