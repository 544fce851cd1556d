"""/api/v1/gate/policies: error-budget policies, and which service has which."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.gate.api import schemas
from reliability.gate.domain.budget_rules import Action, Measure, Rule
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.domain.terms import Terms
from reliability.gate.models import BudgetPolicy
from reliability.gate.selectors import policies as selectors
from reliability.gate.selectors.answers import service_named
from reliability.gate.services import policies
from reliability.gate.services.policies import PolicyDraft
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Error-budget policies"])


class BudgetPolicyQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""


@router.get("", response=Page[schemas.BudgetPolicyOut], operation_id="listBudgetPolicies", summary="List policies")
def list_all(request: AccessRequest, query: Query[BudgetPolicyQuery]) -> Any:
    page = page_of(queryset=selectors.list_policies(caller=request.caller, team=query.team), query=query)
    return {**page, "items": [_out(one) for one in page["items"]]}


@router.post(
    "", response={201: schemas.BudgetPolicyOut}, operation_id="createBudgetPolicy", summary="Write a policy down"
)
def create(request: AccessRequest, response: HttpResponse, body: schemas.BudgetPolicyCreate) -> Any:
    """Rules that are crossed already come into force at once."""
    team = team_named(caller=request.caller, slug=body.team)
    row = policies.create(
        caller=request.caller, team_id=team.pk, draft=_draft(body), now=timezone.now(), reason=body.reason
    )
    return Status(201, _answer(request, response, row.pk))


@router.get("/{int:pk}", response=schemas.BudgetPolicyOut, operation_id="getBudgetPolicy", summary="Read a policy")
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.put("/{int:pk}", response=schemas.BudgetPolicyOut, operation_id="putBudgetPolicy", summary="Change a policy")
def put(
    request: AccessRequest, response: HttpResponse, pk: int, body: schemas.BudgetPolicyPut, if_match: IfMatch = None
) -> Any:
    """All of it, as a new version; a rule of the same action, measure and objective stays in force."""
    found = _writable(request, pk)
    policies.change(
        caller=request.caller,
        policy=found,
        draft=_draft(body),
        now=timezone.now(),
        reason=body.reason,
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision),
    )
    return _answer(request, response, pk)


@router.delete("/{int:pk}", response={204: None}, operation_id="deleteBudgetPolicy", summary="Delete a policy")
def delete(request: AccessRequest, pk: int) -> Any:
    """Services that it was chosen for have their team's default again."""
    policies.remove(caller=request.caller, policy=_writable(request, pk), now=timezone.now())
    return Status(204, None)


@router.put(
    "/services/{name}", response={204: None}, operation_id="chooseBudgetPolicy", summary="Choose a service's policy"
)
def choose(request: AccessRequest, name: str, body: schemas.PolicyChoicePut) -> Any:
    service = service_named(caller=request.caller, name=name)
    policies.choose(caller=request.caller, service=service, choice=body.policy, now=timezone.now())
    return Status(204, None)


def _writable(request: AccessRequest, pk: int) -> BudgetPolicy:
    found = selectors.policy(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _draft(body: schemas.BudgetPolicyCreate | schemas.BudgetPolicyPut) -> PolicyDraft:
    rules = tuple(
        Rule(**{**one.model_dump(), "action": Action(one.action), "measure": Measure(one.measure)})
        for one in body.rules
    )
    terms = Terms(
        rules=rules,
        passes=tuple(ChangeKind(one) for one in body.passes),
        decides=body.decides,
        agreed_by=body.agreed_by,
        review_on=body.review_on,
        text=body.text,
    )
    return PolicyDraft(title=body.title, terms=terms, is_team_default=body.is_team_default)


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    found = selectors.policy(caller=request.caller, pk=pk)
    tag(response, found.revision)
    return _out(found)


def _out(row: BudgetPolicy) -> dict[str, Any]:
    names = ("title", "is_team_default", "revision", "updated_at")
    return {
        "id": row.pk,
        "team": row.team.slug,
        "updated_by": row.updated_by_name,
        **{name: getattr(row, name) for name in names},
        **row.content,
    }
