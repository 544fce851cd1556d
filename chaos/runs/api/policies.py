"""/api/v1/chaos/policies: what must hold before and during runs, of teams and of services."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from chaos.runs.domain.guards import Policy
from chaos.runs.models import GuardPolicy
from chaos.runs.selectors.policies import channels_told, people_told, written_policy
from chaos.runs.selectors.policies import list_policies as listed
from chaos.runs.services.policies import in_force, remove_policy, set_policy
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as readable_team
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import service as readable_service
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Chaos guards"])


class GuardPolicyFields(Schema):
    approvals_needed: int = Field(description="by people who neither asked for the run nor wrote the experiment")
    approval_hours: int = Field(description="how long an approval counts after the start that was asked for")
    budget_left_least: float = Field(description="share of the error budget that must be left of every objective")
    burn_before_most: float = Field(description="multiple of the sustainable rate; one that burns faster waits")
    burn_before_minutes: int
    allows_no_data: bool = Field(description="an objective of which nothing is known does not object")
    needs_objectives: bool = Field(description="a service without any objective may not be tried")
    needs_on_call: bool
    notice_minutes: int = Field(description="how long before the start stakeholders are told; 0: not at all")
    needs_acknowledgement: bool
    stop_burn_rate: float = Field(description="stops the run; at most half of what a total failure burns")
    stop_burn_minutes: int
    stop_bad_least: int = Field(description="bad events below which no burn stops a run")
    spend_most: float = Field(description="share of a whole error budget that one run may spend")
    budget_floor: float = Field(description="share that must be left while a run is under way")
    telemetry_seconds: int = Field(description="how old the newest counts may be")


class GuardPolicyOut(GuardPolicyFields):
    team: str
    service: str | None = Field(description="null: of all services of the team without their own")
    origin: str = Field(description="who wrote what holds: service, team, or defaults")
    channels: list[str] = Field(description="told before runs")
    people: list[str] = Field(description="told before runs: mail addresses")
    revision: int | None


class GuardPolicyPut(Schema):
    """What is left out stays as it is, or is the default."""

    model_config = ConfigDict(extra="forbid")

    approvals_needed: int | None = None
    approval_hours: int | None = None
    budget_left_least: float | None = None
    burn_before_most: float | None = None
    burn_before_minutes: int | None = None
    allows_no_data: bool | None = None
    needs_objectives: bool | None = None
    needs_on_call: bool | None = None
    notice_minutes: int | None = None
    needs_acknowledgement: bool | None = None
    stop_burn_rate: float | None = None
    stop_burn_minutes: int | None = None
    stop_bad_least: int | None = None
    spend_most: float | None = None
    budget_floor: float | None = None
    telemetry_seconds: int | None = None
    channels: list[Annotated[str, Field(max_length=63)]] | None = Field(None, max_length=20)
    people: list[Annotated[str, Field(max_length=254)]] | None = Field(None, max_length=20)
    reason: Annotated[str, Field(max_length=500, description="for the audit trail")] = ""
    revision: Annotated[int | None, Field(ge=1, description="the one that was read; 409 when it is stale")] = None


@router.get("", response=Page[GuardPolicyOut], operation_id="listGuardPolicies", summary="List written guard policies")
def list_policies(request: AccessRequest, query: Query[PageQuery]) -> Any:
    page = page_of(queryset=listed(caller=request.caller), query=query)
    return {**page, "items": [_written(row) for row in page["items"]]}


@router.get("/teams/{slug}", response=GuardPolicyOut, operation_id="getTeamGuardPolicy", summary="Read a team's policy")
def get_of_team(request: AccessRequest, response: HttpResponse, slug: str) -> Any:
    """What holds for its services without their own: as it wrote it, or the defaults."""
    return _answer(response, readable_team(caller=request.caller, slug=slug), None)


@router.put("/teams/{slug}", response=GuardPolicyOut, operation_id="setTeamGuardPolicy", summary="Set a team's policy")
def set_of_team(
    request: AccessRequest, response: HttpResponse, slug: str, body: GuardPolicyPut, if_match: IfMatch = None
) -> Any:
    return _set(request, response, readable_team(caller=request.caller, slug=slug), None, body, if_match)


@router.delete(
    "/teams/{slug}", response={204: None}, operation_id="removeTeamGuardPolicy", summary="Go back to the defaults"
)
def remove_of_team(request: AccessRequest, slug: str) -> Any:
    remove_policy(caller=request.caller, team=readable_team(caller=request.caller, slug=slug), now=timezone.now())
    return Status(204, None)


@router.get(
    "/services/{name}",
    response=GuardPolicyOut,
    operation_id="getServiceGuardPolicy",
    summary="What holds for a service",
)
def get_of_service(request: AccessRequest, response: HttpResponse, name: str) -> Any:
    """Its own policy, else its team's, else the defaults: `origin` says which."""
    service = readable_service(caller=request.caller, name=name)
    return _answer(response, service.team, service)


@router.put(
    "/services/{name}", response=GuardPolicyOut, operation_id="setServiceGuardPolicy", summary="Set a service's policy"
)
def set_of_service(
    request: AccessRequest, response: HttpResponse, name: str, body: GuardPolicyPut, if_match: IfMatch = None
) -> Any:
    service = readable_service(caller=request.caller, name=name)
    return _set(request, response, service.team, service, body, if_match)


@router.delete(
    "/services/{name}", response={204: None}, operation_id="removeServiceGuardPolicy", summary="Use the team's policy"
)
def remove_of_service(request: AccessRequest, name: str) -> Any:
    service = readable_service(caller=request.caller, name=name)
    remove_policy(caller=request.caller, team=service.team, service=service, now=timezone.now())
    return Status(204, None)


def _set(
    request: AccessRequest,
    response: HttpResponse,
    team: Team,
    service: Service | None,
    body: GuardPolicyPut,
    if_match: str | None,
) -> dict[str, Any]:
    stored = written_policy(team=team, service=service)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=stored.revision if stored else 0)
    values = {name: getattr(body, name) for name in Policy.names() if getattr(body, name) is not None}
    set_policy(
        caller=request.caller,
        team=team,
        service=service,
        values=values,
        channels=body.channels,
        people=body.people,
        revision=expected,
        reason=body.reason,
        now=timezone.now(),
    )
    return _answer(response, team, service)


def _answer(response: HttpResponse, team: Team, service: Service | None) -> dict[str, Any]:
    """Whose places are told is the writer's to show: those of a policy that the team wrote."""
    found = in_force(team_id=team.pk, service_id=service.pk if service else None)
    row = None if found.row is None else written_policy(team=team, service=service if found.row.service_id else None)
    if row is None:
        return _out(found.policy, team=team, service=service, origin=found.origin)
    tag(response, row.revision)
    return {**_written(row), "service": service.name if service else None}


def _written(row: GuardPolicy) -> dict[str, Any]:
    return {
        **_out(
            row.as_value(),
            team=row.service.team if row.service else row.team,
            service=row.service,
            origin="service" if row.service_id else "team",
        ),
        "channels": [one.name for one in channels_told(row=row)],
        "people": [one.email for one in people_told(row=row)],
        "revision": row.revision,
    }


def _out(policy: Policy, *, team: Team, service: Service | None, origin: str) -> dict[str, Any]:
    return {
        **{name: getattr(policy, name) for name in Policy.names()},
        "team": team.slug,
        "service": service.name if service else None,
        "origin": origin,
        "channels": [],
        "people": [],
        "revision": None,
    }
