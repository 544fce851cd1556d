"""/api/v1/tokens: made, listed without their secrets, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.api.words import RoleWord, word_of
from reliability.access.domain.caller import Scope
from reliability.access.models import ApiToken
from reliability.access.requests import AccessRequest
from reliability.access.selectors import tokens as selectors
from reliability.access.selectors.teams import team as team_named
from reliability.access.services import tokens
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant

router = Router(tags=["Access"])


class TokenOut(Schema):
    id: int
    name: str
    team: str | None = Field(description="null: the whole installation")
    role: RoleWord
    scopes: list[Scope]
    prefix: str = Field(description="how the token begins, to tell it from others")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="to the minute")


class NewTokenOut(TokenOut):
    secret: str = Field(description="what to send as `Authorization: Bearer …`; never shown again")


class TokenIn(Schema):
    name: str = Field(min_length=1, max_length=120, examples=["checkout CI"])
    team: str | None = Field(description="null: the whole installation, for its administrators")
    role: RoleWord = RoleWord.VIEWER
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    expires_at: Instant | None = None
    reason: str = Field("", max_length=500, description="why, for the audit trail")


class TokenQuery(PageQuery):
    include_revoked: bool = False


@router.get("", response=Page[TokenOut], operation_id="listTokens", summary="Tokens of the teams you administer")
def list_tokens(request: AccessRequest, query: Query[TokenQuery]) -> dict[str, Any]:
    found = selectors.list_tokens(caller=request.caller, include_revoked=query.include_revoked)
    page = page_of(queryset=found, query=query)
    return {**page, "items": [_token(token) for token in page["items"]]}


@router.post("", response={201: NewTokenOut}, operation_id="createToken", summary="Make a token")
def create_token(request: AccessRequest, body: TokenIn) -> Status[dict[str, Any]]:
    """For administrators of the team. A token that makes another gives away only scopes and time it has."""
    made = tokens.create(
        caller=request.caller,
        name=body.name,
        team=team_named(caller=request.caller, slug=body.team) if body.team is not None else None,
        role=body.role.role,
        scopes=body.scopes,
        expires_at=body.expires_at,
        reason=body.reason,
        now=timezone.now(),
    )
    return Status(201, {**_token(made.token), "secret": made.secret})


@router.delete("/{int:token_id}", response={204: None}, operation_id="revokeToken", summary="Revoke a token")
def revoke_token(request: AccessRequest, token_id: int) -> Status[None]:
    """At once; revoking it again changes nothing. It stays in the list with `include_revoked=true`."""
    token = selectors.token(caller=request.caller, token_id=token_id)
    tokens.revoke(caller=request.caller, token=token, now=timezone.now())
    return Status(204, None)


def _token(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "team": token.team.slug if token.team else None,
        "role": word_of(token.role),
        "scopes": token.scopes,
        "prefix": token.prefix,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
    }
