"""GET /api/v1/me: who the caller is and what they may do. The first request of every client."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Router, Schema
from pydantic import Field

from reliability.access.api.words import RoleWord, word_of
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import slugs_of_caller

router = Router(tags=["Access"])


class MeOut(Schema):
    name: str
    kind: Literal["person", "token"]
    is_administrator: bool = Field(description="of the whole installation")
    scopes: list[str]
    roles: dict[str, RoleWord] = Field(description="role by team")


@router.get("", response=MeOut, operation_id="getMe", summary="Who am I")
def me(request: AccessRequest) -> dict[str, Any]:
    caller = request.caller
    return {
        "name": caller.name,
        "kind": "person" if caller.token_id is None else "token",
        "is_administrator": caller.is_administrator,
        "scopes": sorted(caller.scopes),
        "roles": {slug: word_of(caller.roles[pk]) for pk, slug in slugs_of_caller(caller=caller).items()},
    }
