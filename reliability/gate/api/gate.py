"""/api/v1/gate: may it be deployed now, what was answered, and overrides."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.gate.api import schemas
from reliability.gate.api.answers import answer_out, decision_out, override_out
from reliability.gate.models import TeamGate
from reliability.gate.selectors import decisions
from reliability.gate.selectors.decisions import DecisionFilters
from reliability.gate.selectors.facts import gates_of
from reliability.gate.services import asking, overrides, team_gates
from reliability.gate.services.overrides import OverrideDraft
from reliability.gate.services.team_gates import GateDraft
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Deploy gate"])


class GateQuery(Schema):
    service: Annotated[str, Field(max_length=63, description="name of the service", examples=["checkout"])]
    environment: schemas.Environment = "production"
    revision: Annotated[str, Field(max_length=255, description="sha or version that is to be deployed")] = ""
    kind: Annotated[schemas.KindWord, Field(description="what the change is for: policies let some pass")] = "change"


class DecisionQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    environment: Annotated[str, Field(max_length=120)] = ""
    decision: schemas.DecisionWord | None = None


class OverrideQuery(PageQuery):
    service: Annotated[str, Field(max_length=63)] = ""
    live: Annotated[bool | None, Field(description="true: those that hold now")] = None


@router.get("", response=schemas.GateAnswer, operation_id="askGate", summary="May it be deployed now?")
def ask(request: AccessRequest, query: Query[GateQuery]) -> Any:
    """Always 200 for a decision, also for a no: read `is_go`. 404 for a service that is unknown or not yours to see,
    with the nearest names. Each answer is kept. The scope `read` is enough.
    """
    answer = asking.ask(
        caller=request.caller,
        service=query.service,
        environment=query.environment,
        revision=query.revision,
        kind=query.kind,
        now=timezone.now(),
    )
    return answer_out(answer=answer, caller=request.caller)


@router.get(
    "/decisions",
    response=Page[schemas.GateDecisionOut],
    operation_id="listGateDecisions",
    summary="What the gate answered",
)
def list_decisions(request: AccessRequest, query: Query[DecisionQuery]) -> Any:
    """The newest first. The same answer to the same asker within ten minutes is one row."""
    filters = DecisionFilters(query.team, query.service, query.environment, query.decision or "")
    page = page_of(queryset=decisions.list_decisions(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [decision_out(row=one, caller=request.caller) for one in page["items"]]}


@router.get(
    "/overrides",
    response=Page[schemas.GateOverrideOut],
    operation_id="listGateOverrides",
    summary="Overrides of the gate",
)
def list_overrides(request: AccessRequest, query: Query[OverrideQuery]) -> Any:
    """The newest first."""
    now = timezone.now()
    rows = decisions.list_overrides(caller=request.caller, service=query.service, is_live=query.live, now=now)
    page = page_of(queryset=rows, query=query)
    return {**page, "items": [override_out(row=one, now=now) for one in page["items"]]}


@router.post(
    "/overrides",
    response={201: schemas.GateOverrideOut},
    operation_id="overrideGate",
    summary="Let a service's changes through",
)
def create_override(request: AccessRequest, body: schemas.GateOverrideCreate) -> Any:
    """For 24 hours at most, with a reason that the team is told. By responders of the team, unless its settings ask for
    more. What may not be overridden, such as some freeze windows, stays a no.
    """
    now = timezone.now()
    row = overrides.create(caller=request.caller, draft=OverrideDraft(**body.model_dump()), now=now)
    return Status(201, override_out(row=row, now=now))


@router.post(
    "/overrides/{int:pk}/revoke",
    response=schemas.GateOverrideOut,
    operation_id="revokeGateOverride",
    summary="Take an override back",
)
def revoke_override(request: AccessRequest, pk: int, body: schemas.GateOverrideRevoke) -> Any:
    now = timezone.now()
    row = overrides.revoke(caller=request.caller, override_id=pk, now=now, reason=body.reason)
    return override_out(row=row, now=now)


@router.get("/teams/{slug}", response=schemas.TeamGateOut, operation_id="getTeamGate", summary="Settings of a team")
def get_team(request: AccessRequest, slug: str) -> Any:
    team = team_named(caller=request.caller, slug=slug)
    return _team_out(gates_of(team_ids=[team.pk])[team.pk], team.slug)


@router.put("/teams/{slug}", response=schemas.TeamGateOut, operation_id="putTeamGate", summary="Set them")
def put_team(request: AccessRequest, slug: str, body: schemas.TeamGateBody) -> Any:
    """By administrators of the team: it says who may override its gate."""
    team = team_named(caller=request.caller, slug=slug)
    values = body.model_dump() | {"override_role": Role[body.override_role.upper()].value}
    row = team_gates.set_gate(caller=request.caller, team=team, draft=GateDraft(**values), now=timezone.now())
    return _team_out(row, team.slug)


def _team_out(row: TeamGate, slug: str) -> dict[str, Any]:
    names = ("incidents", "incidents_of_needs", "experiments", "no_data")
    return {
        "team": slug,
        **{name: getattr(row, name) for name in names},
        "override_role": Role(row.override_role).name.lower(),
        "channel": row.channel.name if row.channel is not None else "",
    }
