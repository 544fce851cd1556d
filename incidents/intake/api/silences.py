"""/api/v1/silences: alerts that open no incident for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from incidents.intake.domain.silences import Matcher, Operator
from incidents.intake.models import Integration, Silence
from incidents.intake.selectors import integrations
from incidents.intake.selectors import silences as selectors
from incidents.intake.services import silences
from incidents.intake.services.silences import Wanted
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.catalog.selectors.services import service_named
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Silences"])

State = Literal["active", "planned", "over"]


class MatcherBody(Schema):
    label: str = Field(max_length=120, examples=["alertname"])
    op: Literal["=", "!=", "=~", "!~"] = "="
    value: str = Field(max_length=1000, examples=["DiskFull"])


class SilenceOut(Schema):
    id: int
    team: str
    state: State
    matchers: list[MatcherBody]
    integration: str | None
    service: str | None
    start_at: datetime
    end_at: datetime
    revoked_at: datetime | None = Field(description="ended by hand")
    reason: str
    author: str


class SilenceIn(Schema):
    """Without matchers, integration and service it covers every alert of the team."""

    team: str = Field(max_length=63, description="slug")
    matchers: list[MatcherBody] = Field(default_factory=list, description="all must hold")
    integration: str | None = Field(None, max_length=63)
    service: str | None = Field(None, max_length=63)
    start_at: Instant | None = Field(None, description="absent: now")
    end_at: Instant
    reason: str = Field(max_length=2000)


class SilenceQuery(PageQuery):
    team: str = Field("", max_length=63, description="slug")
    state: State | None = None


@router.get("", response=Page[SilenceOut], operation_id="listSilences", summary="Silences")
def list_silences(request: AccessRequest, query: Query[SilenceQuery]) -> dict[str, Any]:
    now = timezone.now()
    found = selectors.list_silences(caller=request.caller, team=query.team, state=query.state or "", now=now)
    page = page_of(queryset=found, query=query)
    return {**page, "items": [_silence(request.caller, one, now) for one in page["items"]]}


@router.post("", response={201: SilenceOut}, operation_id="createSilence", summary="Silence alerts")
def create_silence(request: AccessRequest, body: SilenceIn) -> Status[dict[str, Any]]:
    now = timezone.now()
    made = silences.create(
        caller=request.caller,
        team=team_named(caller=request.caller, slug=body.team),
        wanted=Wanted(
            start_at=body.start_at or now,
            end_at=body.end_at,
            reason=body.reason,
            matchers=[Matcher(one.label, Operator(one.op), one.value) for one in body.matchers],
            service=service_named(caller=request.caller, name=body.service),
            integration=_integration(request.caller, body.integration),
        ),
        now=now,
    )
    return Status(201, _silence(request.caller, made, now))


@router.get("/{silence_id}", response=SilenceOut, operation_id="getSilence", summary="A silence")
def get_silence(request: AccessRequest, silence_id: int) -> dict[str, Any]:
    silence = selectors.silence(caller=request.caller, silence_id=silence_id)
    return _silence(request.caller, silence, timezone.now())


@router.post("/{silence_id}/expire", response=SilenceOut, operation_id="expireSilence", summary="End it now")
def expire_silence(request: AccessRequest, silence_id: int) -> dict[str, Any]:
    """What it hid and still fires opens its incident."""
    now = timezone.now()
    silence = selectors.silence(caller=request.caller, silence_id=silence_id)
    silences.expire(caller=request.caller, silence=silence, now=now)
    return _silence(request.caller, selectors.silence(caller=request.caller, silence_id=silence_id), now)


def _integration(caller: Caller, name: str | None) -> Integration | None:
    if not name:
        return None
    try:
        return integrations.integration(caller=caller, name=name)
    except NotFound as error:
        raise Invalid(details=[{"field": "integration", "message": error.message}]) from error


def _silence(caller: Caller, one: Silence, now: datetime) -> dict[str, Any]:
    service = visible(caller=caller, related=one.service)
    return {
        "id": one.pk,
        "team": one.team.slug,
        "state": selectors.state_of(one, now=now),
        "matchers": one.matchers,
        "integration": one.integration and one.integration.name,
        "service": service and service.name,
        "start_at": one.start_at,
        "end_at": one.end_at,
        "revoked_at": one.revoked_at,
        "reason": one.reason,
        "author": one.author_name,
    }
