"""Who is asked to come, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email
from django.db import transaction

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import INVITING, PLANNING, Answer, State
from chaos.gamedays.models import GameDay, Invitee
from chaos.gamedays.selectors.leavers import has_left
from chaos.gamedays.selectors.meetings import SIGNER, token_of
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.holding import check_state, held, tell
from chaos.gamedays.services.telling import ask, tell_off_one
from chaos.runs.domain.tokens import NoticeClaim, TokenSyntaxError
from reliability.access.domain.caller import SYSTEM, Caller, Role
from reliability.access.models import Membership, User
from reliability.web.errors import Conflict, Invalid, NotFound

_GONE = "this invitation is not for you any more: ask the team of the game day"
_ANSWERABLE = INVITING | {State.LIVE}

__all__ = ["answer", "answer_as", "invite", "invitee_of_token", "remove", "token_of"]


def invite(*, caller: Caller, number: int, addresses: Sequence[str], now: datetime) -> list[Invitee]:
    """Ask these mail addresses; an address of a user asks the user, in their own way. Who is asked already stays.

    Told by day when it is planned, else with the plan. Editors of the team. Returns who is new. Raises NotFound,
    Forbidden, Invalid (by field "addresses", with "index"), Conflict when it has begun.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.EDITOR)
        check_state(row=row, allowed=PLANNING, what="get more invitees")
        wanted = _checked(addresses)
        known = set(row.invitees.filter(removed_at=None).values_list("address", flat=True))
        wanted = [address for address in wanted if address not in known]
        if row.invitees.count() + len(wanted) > settings.GAME_DAY_INVITEES_MAX:
            raise Conflict(f"at most {settings.GAME_DAY_INVITEES_MAX} may be invited: invite a list", reason="too_many")
        made = [_invitee(row, caller, address, now) for address in wanted]
        if State(row.state) in INVITING:
            ask(row=row, invitees=made, now=now)
        if made:
            changes = {"invitees": [None, ", ".join(wanted)[:2000]]}
            tell(caller=caller, row=row, action="invite", changes=changes, now=now)
    return made


def remove(*, caller: Caller, number: int, invitee_id: int, now: datetime) -> None:
    """Off the list: whoever was asked is told that it is off for them. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.EDITOR)
        check_state(row=row, allowed=PLANNING, what="lose an invitee")
        invitee = row.invitees.select_related("user").filter(pk=min(invitee_id, 2**63 - 1)).first()
        if invitee is None:
            raise NotFound("nobody of that number is invited to this game day")
        if invitee.removed_at is not None:
            return
        invitee.removed_at = now
        invitee.save(update_fields=("removed_at",))
        if State(row.state) in INVITING:
            row.sequence += 1
            row.save(update_fields=("sequence",))
            tell_off_one(row=row, invitee=invitee, now=now)
        changes = {"invitees": [invitee.address, None]}
        tell(caller=caller, row=row, action="uninvite", changes=changes, now=now)


def answer(*, token: str, answer: Answer, comment: str = "", now: datetime) -> Invitee:
    """By whoever has the link. Raises NotFound for a link that is damaged, over, or of somebody who left; Conflict when
    the game day is over or cancelled; Invalid for Answer.NONE."""
    invitee = invitee_of_token(token=token, now=now)
    return _answer(invitee=invitee, answer=answer, comment=comment, caller=SYSTEM, now=now)


def answer_as(*, caller: Caller, number: int, answer: Answer, comment: str = "", now: datetime) -> Invitee:
    """The caller's own answer, on the page. Raises NotFound when not invited, Conflict, Invalid."""
    found: Invitee | None = None
    if caller.user_id is not None:
        rows = Invitee.objects.filter(game_day_id=min(number, 2**63 - 1), user_id=caller.user_id, removed_at=None)
        found = rows.select_related("user", "game_day__team").first()
    if found is None or not caller.may_read(found.game_day.team_id):
        raise NotFound("you are not invited to this game day, or it is not yours to see")
    return _answer(invitee=found, answer=answer, comment=comment, caller=caller, now=now)


def invitee_of_token(*, token: str, now: datetime) -> Invitee:
    """Whose link this is, with game_day and game_day.team at hand. Raises NotFound as `answer`."""
    try:
        claim = NoticeClaim.from_text(Signer(salt=SIGNER).unsign(token))
    except (BadSignature, TokenSyntaxError):
        raise NotFound("this link is damaged or not one of ours: open it again from the message") from None
    if now >= claim.expires_at:
        raise NotFound("this link has ended: the game day it was about is over, or was moved")
    rows = Invitee.objects.select_related("game_day__team", "user").filter(pk=claim.notice_id)
    invitee = rows.first()
    if invitee is None or invitee.removed_at is not None or has_left(invitee=invitee):
        raise NotFound(_GONE)
    return invitee


def _answer(*, invitee: Invitee, answer: Answer, comment: str, caller: Caller, now: datetime) -> Invitee:
    if answer is Answer.NONE:
        raise Invalid(details=[{"field": "answer", "message": "choose accepted, declined or tentative"}])
    check_texts(texts={"comment": comment.strip()}, most={"comment": bounds.COMMENT_MAX})
    with transaction.atomic():
        # The game day first, as every other change does: no two wait for each other.
        row = GameDay.objects.select_for_update(of=("self",)).select_related("team").get(pk=invitee.game_day_id)
        held_one = Invitee.objects.select_for_update(of=("self",)).get(pk=invitee.pk)
        if held_one.removed_at is not None:
            raise NotFound(_GONE)
        if State(row.state) not in _ANSWERABLE:
            words = State(row.state).words
            raise Conflict(f"the game day is {words}: there is nothing to answer", reason="wrong_state")
        before = held_one.answer
        if (before, held_one.comment) != (answer.value, comment.strip()):
            held_one.answer, held_one.comment, held_one.answered_at = answer.value, comment.strip(), now
            held_one.save(update_fields=("answer", "comment", "answered_at"))
            tell(
                caller=caller,
                row=row,
                action="answer",
                changes={f"answer of {held_one.name}": [before, answer.value]},
                reason="by the link in the invitation" if caller is SYSTEM else "",
                now=now,
            )
    held_one.game_day = row
    return held_one


def _checked(addresses: Sequence[str]) -> list[str]:
    """Lower-case, each once, in order. Raises Invalid with the index of each mistake."""
    details = []
    found: dict[str, None] = {}
    for index, written in enumerate(addresses):
        address = written.strip().lower()
        try:
            validate_email(address)
        except ValidationError:
            message = f"{written[:80]!r} is no mail address: write one such as ada@example.org"
            details.append({"field": "addresses", "index": index, "message": message})
        found[address] = None
    if not found:
        details.append({"field": "addresses", "message": "write at least one mail address"})
    if details:
        raise Invalid(details=details[:20])
    return list(found)


def _invitee(row: GameDay, caller: Caller, address: str, now: datetime) -> Invitee:
    user = User.objects.filter(email__iexact=address, is_active=True).first()
    is_member = user is not None and Membership.objects.filter(team_id=row.team_id, user=user).exists()
    return Invitee.objects.create(
        game_day=row,
        user=user,
        address=address,
        name=str(user)[:160] if user is not None else address[:160],
        is_outside=user is None,
        was_member=is_member,
        invited_at=now,
        invited_by_name=caller.name[:160],
    )
