"""/api/v1/stakeholders: who must know."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from incidents.stakeholders.api import schemas
from incidents.stakeholders.api.shapes import stakeholder_out
from incidents.stakeholders.models import Stakeholder
from incidents.stakeholders.selectors import stakeholders as selectors
from incidents.stakeholders.selectors.stakeholders import StakeholderFilters
from incidents.stakeholders.services import stakeholders
from incidents.stakeholders.services.stakeholders import StakeholderDraft
from reliability.access.domain.caller import Role
from reliability.access.models import Membership
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.channels.models import Channel
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid
from slo.models import Slo

router = Router(tags=["Stakeholders"])


class StakeholderQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="words of name or role")] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    audience: schemas.AudienceName | None = None
    state: Literal["told", "stopped"] | None = None


@router.get("", response=Page[schemas.StakeholderOut], operation_id="listStakeholders", summary="List stakeholders")
def list_all(request: AccessRequest, query: Query[StakeholderQuery]) -> Any:
    """By name."""
    filters = StakeholderFilters(
        text=query.q, team_slug=query.team, audience=query.audience or "", state=query.state or ""
    )
    page = page_of(queryset=selectors.list_stakeholders(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [stakeholder_out(one, caller=request.caller) for one in page["items"]]}


@router.post(
    "",
    response={201: schemas.StakeholderSaved},
    operation_id="createStakeholder",
    summary="Add a stakeholder",
)
def create(request: AccessRequest, response: HttpResponse, body: schemas.StakeholderCreate) -> Any:
    """An address of somebody with an account here reaches them in their own way."""
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    draft = _draft(team.pk, body)
    saved = stakeholders.create(caller=request.caller, team_id=team.pk, draft=draft, now=timezone.now())
    return Status(201, _answer(request, response, saved.stakeholder.pk) | {"made_secret": saved.made_secret})


@router.get("/{int:pk}", response=schemas.StakeholderOut, operation_id="getStakeholder", summary="Read a stakeholder")
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.put(
    "/{int:pk}", response=schemas.StakeholderSaved, operation_id="putStakeholder", summary="Change a stakeholder"
)
def put(
    request: AccessRequest, response: HttpResponse, pk: int, body: schemas.StakeholderPut, if_match: IfMatch = None
) -> Any:
    """All of it anew. Who unsubscribed stays so."""
    found = _writable(request, pk)
    saved = stakeholders.edit(
        caller=request.caller,
        stakeholder=found,
        draft=_draft(found.team_id, body),
        now=timezone.now(),
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision),
    )
    return _answer(request, response, pk) | {"made_secret": saved.made_secret}


@router.delete("/{int:pk}", response={204: None}, operation_id="deleteStakeholder", summary="Delete a stakeholder")
def delete(request: AccessRequest, pk: int) -> Any:
    """What they were told stays, by their name."""
    stakeholders.remove(caller=request.caller, stakeholder=_writable(request, pk), now=timezone.now())
    return Status(204, None)


def _writable(request: AccessRequest, pk: int) -> Stakeholder:
    found = selectors.stakeholder(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    found = selectors.stakeholder(caller=request.caller, pk=pk)
    tag(response, found.revision)
    return stakeholder_out(found, caller=request.caller)


def _draft(team_id: int, body: schemas.StakeholderBody) -> StakeholderDraft:
    """Names looked up within the team. Raises Invalid for one that is not there."""
    names = ("name", "role", "audience", "way", "address", "url", "secret", "consent_note", "kinds", "severity_max")
    people = Membership.objects.filter(team_id=team_id, user__is_active=True, user__email__iexact=body.person.strip())
    return StakeholderDraft(
        **{name: getattr(body, name) for name in (*names, "zone", "hours", "at_once", "is_enabled")},
        user_id=people.values_list("user_id", flat=True).first() if body.person else None,
        channel_id=_ids(Channel, team_id, [body.channel], "channel")[0] if body.channel else None,
        service_ids=_ids(Service, team_id, body.services, "services"),
        slo_ids=_ids(Slo, team_id, body.objectives, "objectives"),
    )


def _ids(model: type[Channel] | type[Service] | type[Slo], team_id: int, names: list[str], field: str) -> list[int]:
    rows = model._default_manager.filter(team_id=team_id, name__in=names)
    found = dict(rows.values_list("name", "pk"))
    missing = [name for name in names if name not in found]
    if missing:
        raise Invalid(details=[{"field": field, "message": f"the team has none of the name {missing[0]!r}"}])
    return [found[name] for name in dict.fromkeys(names)]
