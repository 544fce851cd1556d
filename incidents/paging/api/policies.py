"""/api/v1/escalation-policies: policies as documents, and what they would do."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from incidents.paging.api import schemas
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors import policies as selectors
from incidents.paging.selectors.simulation import simulate
from incidents.paging.selectors.simulation_warnings import warnings_of
from incidents.paging.services import policies, policy_documents
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Duration, Instant
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid

router = Router(tags=["Escalation policies"])


class PolicyQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    q: Annotated[str, Field(max_length=200, description="words in slug, title or description")] = ""


class SimulationQuery(Schema):
    at: Annotated[Instant | None, Field(description="when it would fire; now when left out")] = None
    urgency: Urgency = Urgency.URGENT
    ack: Annotated[Duration | None, Field(description="acknowledged so long after the beginning; else never")] = None


@router.get(
    "",
    response=Page[schemas.PolicyOut],
    exclude_none=False,
    operation_id="listEscalationPolicies",
    summary="List escalation policies",
)
def list_all(request: AccessRequest, query: Query[PolicyQuery]) -> Any:
    """Readable policies by title."""
    page = page_of(queryset=selectors.list_policies(caller=request.caller, text=query.q, team=query.team), query=query)
    visible = schemas.visible_targets(page["items"], caller=request.caller)
    items = [schemas.policy_out(policy, caller=request.caller, visible=visible) for policy in page["items"]]
    return {**page, "items": items}


@router.get(
    "/{slug}", response=schemas.PolicyWarnedOut, operation_id="getEscalationPolicy", summary="Read an escalation policy"
)
def get_one(request: AccessRequest, response: HttpResponse, slug: str) -> Any:
    return _answer(request, response, selectors.policy(caller=request.caller, slug=slug))


@router.put(
    "/{slug}",
    response={200: schemas.PolicyWarnedOut, 201: schemas.PolicyWarnedOut},
    operation_id="putEscalationPolicy",
    summary="Create or change an escalation policy",
)
def put_one(
    request: AccessRequest, response: HttpResponse, slug: str, body: schemas.PolicyPut, if_match: IfMatch = None
) -> Any:
    """The whole policy as one document; sending it again changes nothing. Escalations under way keep what they
    began with."""
    if body.slug not in (None, slug):
        message = f"the address names {slug!r}: leave slug out, or send it to the address of {body.slug!r}"
        raise Invalid(details=[{"field": "slug", "message": message}])
    readable = EscalationPolicy.objects.readable_by(request.caller).filter(slug=slug).first()
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=readable.revision if readable else 0)
    stored = policy_documents.put(
        caller=request.caller,
        slug=slug,
        document=body.document(),
        now=timezone.now(),
        expected_revision=expected,
        reason=body.reason,
    )
    return Status(201 if stored.change == "added" else 200, _answer(request, response, stored.policy))


@router.delete(
    "/{slug}", response={204: None}, operation_id="deleteEscalationPolicy", summary="Delete an escalation policy"
)
def delete_one(
    request: AccessRequest, slug: str, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """409 while a service, integration or monitor uses it, or while it is its team's default."""
    policy = selectors.policy(caller=request.caller, slug=slug)
    policies.delete(caller=request.caller, policy=policy, now=timezone.now(), reason=reason)
    return Status(204, None)


@router.get(
    "/{slug}/simulation",
    response=schemas.SimulationOut,
    by_alias=True,
    operation_id="simulateEscalationPolicy",
    summary="Who would be told when",
)
def simulation(request: AccessRequest, slug: str, query: Query[SimulationQuery]) -> Any:
    """If an incident began at `at`: who is told, when, by what and why, by the same functions that page people."""
    now = timezone.now()
    policy = selectors.policy(caller=request.caller, slug=slug)
    found = simulate(
        caller=request.caller,
        policy=policy,
        at=query.at or now,
        urgency=query.urgency,
        acknowledged_after=query.ack,
    )
    warnings = warnings_of(caller=request.caller, policy=policy, now=now)
    return schemas.simulation_out(found, slug=policy.slug, warnings=warnings)


def _answer(request: AccessRequest, response: HttpResponse, policy: EscalationPolicy) -> dict[str, Any]:
    tag(response, policy.revision)
    found = warnings_of(caller=request.caller, policy=policy, now=timezone.now())
    return schemas.policy_out(policy, caller=request.caller) | {"warnings": schemas.warnings_out(found)}
