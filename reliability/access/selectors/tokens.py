"""Reading API tokens; never their secrets."""

from __future__ import annotations

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.models import ApiToken
from reliability.web.errors import NotFound


def list_tokens(*, caller: Caller, include_revoked: bool = True) -> QuerySet[ApiToken]:
    """The tokens of the teams the caller administers; all of them for an administrator of the installation."""
    tokens = ApiToken.objects.select_related("team", "created_by").order_by("-created_at", "-pk")
    if Scope.READ not in caller.scopes:
        return tokens.none()
    if not include_revoked:
        tokens = tokens.filter(revoked_at=None)
    if caller.is_administrator:
        return tokens
    return tokens.filter(team_id__in=caller.team_ids(Role.ADMINISTRATOR))


def token(*, caller: Caller, token_id: int) -> ApiToken:
    """Raises NotFound for an unknown token and for those of teams the caller does not administer."""
    found = list_tokens(caller=caller).filter(pk=token_id).first()
    if found is None:
        raise NotFound("there is no such token, or it is not yours to see")
    return found


def person_behind(*, caller: Caller) -> int | None:
    """The id of the person who acts: the caller, or who made the token that is presented; None for the platform."""
    if caller.token_id is None:
        return caller.user_id
    maker: int | None = ApiToken.objects.filter(pk=caller.token_id).values_list("created_by_id", flat=True).first()
    return maker
