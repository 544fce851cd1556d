"""/api/v1/chaos/game-days/{number}: roles, the team's own checklist, invitations and their answers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Router, Status

from chaos.gamedays.api.bodies import AnswerBody, InviteBody, ItemBody, RoleBody, Tick
from chaos.gamedays.api.reading import answer, member_id, seen
from chaos.gamedays.api.schemas import GameDayOut, InviteeOut, ItemOut
from chaos.gamedays.api.shapes import invitee_out, item_out
from chaos.gamedays.domain.states import Answer
from chaos.gamedays.selectors.game_days import invitees_of
from chaos.gamedays.services import checklist, invitations, roles
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require

router = Router(tags=["Game days"])


@router.post("/{int:number}/roles", response=GameDayOut, operation_id="giveGameDayRole", summary="Hand over a role")
def give_role(request: AccessRequest, number: int, body: RoleBody) -> Any:
    """The former holder's time ends; there may be any number of observers."""
    day = seen(request, number)
    require(caller=request.caller, team_id=day.team_id, role=Role.RESPONDER)
    user_id = member_id(team_id=day.team_id, address=body.person, field="person")
    roles.give(
        caller=request.caller, number=number, kind=body.kind, user_id=user_id, name=body.name, now=timezone.now()
    )
    return answer(request, number)


@router.delete(
    "/{int:number}/roles/{int:holder_id}",
    response={204: None},
    operation_id="endGameDayRole",
    summary="Take a role back",
)
def end_role(request: AccessRequest, number: int, holder_id: int) -> Any:
    roles.end(caller=request.caller, number=number, holder_id=holder_id, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{int:number}/checklist", response={201: ItemOut}, operation_id="addGameDayItem", summary="Add to the checklist"
)
def add_item(request: AccessRequest, number: int, body: ItemBody) -> Any:
    made = checklist.add(caller=request.caller, number=number, text=body.text, now=timezone.now())
    return Status(201, item_out(made))


@router.put(
    "/{int:number}/checklist/{int:item_id}", response=ItemOut, operation_id="tickGameDayItem", summary="Done, or not"
)
def tick_item(request: AccessRequest, number: int, item_id: int, body: Tick) -> Any:
    found = checklist.tick(
        caller=request.caller, number=number, item_id=item_id, is_done=body.is_done, now=timezone.now()
    )
    return item_out(found)


@router.delete(
    "/{int:number}/checklist/{int:item_id}",
    response={204: None},
    operation_id="removeGameDayItem",
    summary="Take an item out of the checklist",
)
def remove_item(request: AccessRequest, number: int, item_id: int) -> Any:
    checklist.remove(caller=request.caller, number=number, item_id=item_id, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{int:number}/invitations",
    response=list[InviteeOut],
    operation_id="listGameDayInvitations",
    summary="Who is invited, and what they answered",
)
def list_invitations(request: AccessRequest, number: int) -> Any:
    return [invitee_out(one) for one in invitees_of(game_day=seen(request, number))]


@router.post(
    "/{int:number}/invitations",
    response={201: list[InviteeOut]},
    operation_id="inviteToGameDay",
    summary="Invite people by their mail addresses",
)
def invite(request: AccessRequest, number: int, body: InviteBody) -> Any:
    """Who is invited already stays as they are. Answers with everybody who is invited now."""
    day = seen(request, number)
    invitations.invite(caller=request.caller, number=number, addresses=body.addresses, now=timezone.now())
    return Status(201, [invitee_out(one) for one in invitees_of(game_day=day)])


@router.delete(
    "/{int:number}/invitations/{int:invitee_id}",
    response={204: None},
    operation_id="uninviteFromGameDay",
    summary="Take somebody off the list",
)
def uninvite(request: AccessRequest, number: int, invitee_id: int) -> Any:
    invitations.remove(caller=request.caller, number=number, invitee_id=invitee_id, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{int:number}/invitations/answer",
    response=list[InviteeOut],
    operation_id="answerGameDayInvitation",
    summary="Answer your own invitation",
)
def answer_invitation(request: AccessRequest, number: int, body: AnswerBody) -> Any:
    """Of the person who is signed in: a token is nobody and has no invitation."""
    day = seen(request, number)
    invitations.answer_as(
        caller=request.caller,
        number=number,
        answer=Answer(body.answer),
        comment=body.comment,
        now=timezone.now(),
    )
    return [invitee_out(one) for one in invitees_of(game_day=day)]
