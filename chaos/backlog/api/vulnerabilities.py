"""/api/v1/chaos/vulnerabilities: what may break, in the order of what to do next."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from chaos.backlog.api import schemas
from chaos.backlog.domain.states import State
from chaos.backlog.models import Vulnerability
from chaos.backlog.selectors import vulnerabilities as selectors
from chaos.backlog.selectors.vulnerabilities import VulnerabilityFilters
from chaos.backlog.services import vulnerabilities
from chaos.experiments.selectors.experiments import experiment as experiment_named
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import list_services
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid

router = Router(tags=["Chaos backlog"])


class VulnerabilityQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="words of title or fear")] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    layer: schemas.BacklogLayer | None = None
    state: schemas.VulnerabilityState | None = None
    origin: schemas.VulnerabilityOrigin | None = None


@router.get(
    "",
    response=Page[schemas.VulnerabilityOut],
    operation_id="listVulnerabilities",
    summary="List vulnerabilities",
)
def list_all(request: AccessRequest, query: Query[VulnerabilityQuery]) -> Any:
    """What pays back soonest first; mended and accepted ones last. Ties: tier, age, id."""
    filters = VulnerabilityFilters(
        text=query.q,
        team_slug=query.team,
        service_name=query.service,
        layer=query.layer or "",
        state=query.state or "",
        origin=query.origin or "",
    )
    found = selectors.list_vulnerabilities(caller=request.caller, filters=filters).prefetch_related("evidence")
    page = page_of(queryset=found, query=query)
    return {**page, "items": [schemas.vulnerability_out(one, caller=request.caller) for one in page["items"]]}


@router.post(
    "",
    response={201: schemas.VulnerabilityDetail},
    operation_id="createVulnerability",
    summary="Record a vulnerability",
)
def create(request: AccessRequest, response: HttpResponse, body: schemas.VulnerabilityCreate) -> Any:
    """With an origin_key that was sent before, the one that was recorded then."""
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.RESPONDER)
    made = vulnerabilities.record(
        caller=request.caller,
        team_id=team.pk,
        service_id=_service_id(request, body.service),
        origin_key=body.origin_key,
        now=timezone.now(),
        **{"layer": body.layer, **body.given()},
    )
    return Status(201, _answer(request, response, made))


@router.get(
    "/{int:pk}",
    response=schemas.VulnerabilityDetail,
    operation_id="getVulnerability",
    summary="Read a vulnerability",
)
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, selectors.vulnerability(caller=request.caller, pk=pk))


@router.patch(
    "/{int:pk}",
    response=schemas.VulnerabilityDetail,
    operation_id="changeVulnerability",
    summary="Change a vulnerability",
)
def change(
    request: AccessRequest,
    response: HttpResponse,
    pk: int,
    body: schemas.VulnerabilityChange,
    if_match: IfMatch = None,
) -> Any:
    """What is absent stays; service null takes it away."""
    found = _writable(request, pk)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    values = body.given()
    if "service" in body.model_fields_set:
        values["service_id"] = _service_id(request, body.service)
    vulnerabilities.edit(
        caller=request.caller,
        vulnerability=found,
        values=values,
        expected_revision=expected,
        reason=body.reason,
        now=timezone.now(),
    )
    return _answer(request, response, selectors.vulnerability(caller=request.caller, pk=pk))


@router.post(
    "/{int:pk}/state",
    response=schemas.VulnerabilityDetail,
    operation_id="setVulnerabilityState",
    summary="Say what is known of it",
)
def set_state(request: AccessRequest, response: HttpResponse, pk: int, body: schemas.VulnerabilityStateBody) -> Any:
    found = _writable(request, pk)
    vulnerabilities.set_state(
        caller=request.caller,
        vulnerability=found,
        state=State(body.state),
        reason=body.reason,
        now=timezone.now(),
    )
    return _answer(request, response, selectors.vulnerability(caller=request.caller, pk=pk))


@router.get(
    "/{int:pk}/notes",
    response=Page[schemas.VulnerabilityNoteOut],
    operation_id="listVulnerabilityNotes",
    summary="History of a vulnerability",
)
def list_notes(request: AccessRequest, pk: int, query: Query[PageQuery]) -> Any:
    """The newest first."""
    found = selectors.vulnerability(caller=request.caller, pk=pk)
    page = page_of(queryset=selectors.history_of(vulnerability=found), query=query)
    items = [
        {
            "at": one.at,
            "author": one.author_name,
            "kind": one.kind,
            "text": one.text,
            "state": one.state or None,
            "run": one.run_id,
        }
        for one in page["items"]
    ]
    return {**page, "items": items}


@router.post(
    "/{int:pk}/notes",
    response={204: None},
    operation_id="addVulnerabilityNote",
    summary="Add a note",
)
def add_note(request: AccessRequest, pk: int, body: schemas.VulnerabilityNoteBody) -> Any:
    found = _writable(request, pk)
    vulnerabilities.add_note(caller=request.caller, vulnerability=found, text=body.text, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{int:pk}/link",
    response=schemas.VulnerabilityDetail,
    operation_id="linkVulnerability",
    summary="Link an experiment that tries it",
)
def link(request: AccessRequest, response: HttpResponse, pk: int, body: schemas.VulnerabilityLinkBody) -> Any:
    """Its real runs move the vulnerability from now on. Twice is once."""
    found = _writable(request, pk)
    experiment = experiment_named(caller=request.caller, slug=body.experiment)
    vulnerabilities.link(caller=request.caller, vulnerability=found, experiment=experiment, now=timezone.now())
    return _answer(request, response, selectors.vulnerability(caller=request.caller, pk=pk))


@router.post(
    "/{int:pk}/unlink",
    response=schemas.VulnerabilityDetail,
    operation_id="unlinkVulnerability",
    summary="Take an experiment away",
)
def unlink(request: AccessRequest, response: HttpResponse, pk: int, body: schemas.VulnerabilityLinkBody) -> Any:
    """What its runs said stays. Twice is once."""
    found = _writable(request, pk)
    experiment = experiment_named(caller=request.caller, slug=body.experiment)
    vulnerabilities.unlink(caller=request.caller, vulnerability=found, experiment=experiment, now=timezone.now())
    return _answer(request, response, selectors.vulnerability(caller=request.caller, pk=pk))


def _writable(request: AccessRequest, pk: int) -> Vulnerability:
    found = selectors.vulnerability(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    return found


def _service_id(request: AccessRequest, name: str | None) -> int | None:
    """None for none. Raises Invalid, since the body names it and not the address."""
    if name is None:
        return None
    found = list_services(caller=request.caller).filter(name=name).first()
    if found is None:
        message = f"there is no service {name!r}, or it is not yours to see"
        raise Invalid(details=[{"field": "service", "message": message}])
    return found.pk


def _answer(request: AccessRequest, response: HttpResponse, row: Vulnerability) -> dict[str, Any]:
    tag(response, row.revision)
    experiments = selectors.experiments_of(caller=request.caller, vulnerability=row)
    return {
        **schemas.vulnerability_out(row, caller=request.caller),
        "experiments": [one.slug for one in experiments],
        "evidence": [one.run_id for one in row.evidence.all()],
    }
