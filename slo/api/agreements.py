"""/api/v1/agreements: what customers were promised, its versions, and whether it was kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Name
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid
from slo.domain.agreement_drafts import AgreementDraft
from slo.domain.agreements import Compliance, Credit
from slo.models import Agreement, AgreementVersion, Slo
from slo.selectors import agreements as selectors
from slo.selectors.agreements import AgreementFilters, compliance_of, get_agreement, versions_of
from slo.services import agreements

PERIODS_MAX = 40

router = Router(tags=["Agreements"])

CountingName = Literal["as_objective", "maintenance", "everything"]
Target = Annotated[Decimal, Field(gt=0, lt=1, max_digits=14, decimal_places=12, examples=["0.995"])]
Slug = Annotated[str, Field(max_length=63)]


class CreditRow(Schema):
    model_config = ConfigDict(extra="forbid")

    below: Annotated[Decimal, Field(gt=0, lt=1, max_digits=14, description="a ratio")]
    percent: Annotated[Decimal, Field(gt=0, le=100, max_digits=7, description="of the fee")]


class AgreementCreditOut(Schema):
    below: Decimal = Field(description="a ratio")
    percent: Decimal = Field(description="of the fee")


class AgreementTermsOut(Schema):
    first: date = Field(description="in force from this day on, in `zone`")
    slo: str
    target: Decimal
    period: Literal["month", "quarter"]
    zone: str
    counting: CountingName
    credits: list[AgreementCreditOut]
    author: str
    reason: str


class AgreementOut(Schema):
    name: str
    team: str
    title: str
    customer: str
    contract: str
    note: str = Field(description="Markdown")
    last: date | None = Field(description="its last day; null while no end is agreed")
    versions: list[AgreementTermsOut] = Field(description="the oldest first")
    revision: int


class CompliancePeriodOut(Schema):
    period: str
    start: datetime
    end: datetime
    state: Literal["met", "missed", "running", "no_data"]
    reason: str
    target: Decimal
    availability: float | None
    downtime_minutes: float | None
    allowed_minutes: float
    left_minutes: float | None = Field(description="that it can still lose; below 0: lost more than the period allows")
    credit_percent: Decimal | None = Field(description="owed; null while it runs, and without data")
    measured_minutes: int
    minutes: int


class ComplianceOut(Schema):
    agreement: str
    periods: list[CompliancePeriodOut] = Field(description="the oldest first")


class AgreementFields(Schema):
    model_config = ConfigDict(extra="forbid")

    customer: Annotated[str | None, Field(max_length=160)] = None
    contract: Annotated[str | None, Field(max_length=160)] = None
    note: Annotated[str | None, Field(max_length=10_000)] = None
    period: Literal["month", "quarter"] | None = None
    zone: Annotated[str | None, Field(max_length=64)] = None
    counting: CountingName | None = None
    credits: Annotated[list[CreditRow] | None, Field(max_length=20)] = None
    last: date | None = None
    reason: Annotated[str, Field(max_length=2_000)] = ""


class AgreementCreate(AgreementFields):
    name: Name
    team: Annotated[Slug, Field(description="slug")]
    title: Annotated[str, Field(min_length=1, max_length=160)]
    slo: Slug
    target: Target
    first: date


class AgreementChange(AgreementFields):
    title: Annotated[str | None, Field(max_length=160)] = None
    slo: Slug | None = None
    target: Target | None = None
    first: Annotated[
        date | None, Field(description="another day makes a version from then on; default: the last version's day")
    ] = None
    revision: Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")] = None


class AgreementQuery(PageQuery):
    q: Annotated[str, Field(max_length=200)] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Slug = ""
    slo: Slug = ""


class ComplianceQuery(Schema):
    periods: Annotated[int, Field(ge=1, le=PERIODS_MAX, description="the last so many")] = 13


@router.get("", response=Page[AgreementOut], operation_id="listAgreements", summary="List agreements with customers")
def list_all(request: AccessRequest, query: Query[AgreementQuery]) -> Any:
    filters = AgreementFilters(query.team, query.service, query.slo, query.q)
    page = page_of(queryset=selectors.list_agreements(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [_out(one) for one in page["items"]]}


@router.post("", response={201: AgreementOut}, operation_id="createAgreement", summary="Write down an agreement")
def create(request: AccessRequest, response: HttpResponse, body: AgreementCreate) -> Any:
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    draft = AgreementDraft(
        name=body.name, title=body.title, slo_id=_slo_id(team.pk, body.slo), target=body.target, first=body.first,
        **_given(body),
    )  # fmt: skip
    made = agreements.create(
        caller=request.caller, team_id=team.pk, draft=draft, now=timezone.now(), reason=body.reason
    )
    return Status(201, _answer(request, response, made.name))


@router.get("/{name}", response=AgreementOut, operation_id="getAgreement", summary="Read an agreement")
def get_one(request: AccessRequest, response: HttpResponse, name: str) -> Any:
    return _answer(request, response, name)


@router.patch("/{name}", response=AgreementOut, operation_id="changeAgreement", summary="Change an agreement")
def change(
    request: AccessRequest, response: HttpResponse, name: str, body: AgreementChange, if_match: IfMatch = None
) -> Any:
    """What is absent stays. Terms from another day on are a version of their own; later ones are replaced."""
    found = _writable(request, name)
    stored = agreements.draft_of(agreement=found, version=versions_of(found)[-1])
    changed = _given(body) | {
        field: getattr(body, field)
        for field in ("title", "target", "first")
        if field in body.model_fields_set and getattr(body, field) is not None
    }
    if body.slo is not None:
        changed["slo_id"] = _slo_id(found.team_id, body.slo)
    agreements.edit(
        caller=request.caller,
        agreement=found,
        draft=replace(stored, **changed),
        now=timezone.now(),
        reason=body.reason,
        expected_revision=expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision),
    )
    return _answer(request, response, name)


@router.delete("/{name}", response={204: None}, operation_id="deleteAgreement", summary="Delete an agreement")
def delete(
    request: AccessRequest, name: str, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    agreements.remove(caller=request.caller, agreement=_writable(request, name), now=timezone.now(), reason=reason)
    return Status(204, None)


@router.get("/{name}/compliance", response=ComplianceOut, operation_id="getAgreementCompliance", summary="Was it kept")
def get_compliance(request: AccessRequest, name: str, query: Query[ComplianceQuery]) -> Any:
    """Each period under the terms of its time, with the credit that its table says is owed."""
    found = get_agreement(caller=request.caller, name=name)
    rows = compliance_of(agreement=found, now=timezone.now(), count=query.periods)
    return {"agreement": found.name, "periods": [_period_out(one) for one in rows]}


def _writable(request: AccessRequest, name: str) -> Agreement:
    found = get_agreement(caller=request.caller, name=name)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _given(body: AgreementFields) -> dict[str, Any]:
    names = ("customer", "contract", "note", "period", "zone", "counting")
    found = {name: getattr(body, name) for name in names if getattr(body, name) is not None}
    if body.credits is not None:
        found["credits"] = tuple(Credit(one.below, one.percent) for one in body.credits)
    if "last" in body.model_fields_set:
        found["last"] = body.last
    return found


def _slo_id(team_id: int, name: str) -> int:
    found: int | None = Slo.objects.filter(team_id=team_id, name=name).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(details=[{"field": "slo", "message": f"the team has no objective {name!r}"}])
    return found


def _answer(request: AccessRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    found = get_agreement(caller=request.caller, name=name)
    tag(response, found.revision)
    return _out(found)


def _out(agreement: Agreement) -> dict[str, Any]:
    names = ("name", "title", "customer", "contract", "note", "revision")
    return {
        **{name: getattr(agreement, name) for name in names},
        "team": agreement.team.slug,
        "last": agreement.ends_on,
        "versions": [_terms_out(one) for one in versions_of(agreement)],
    }


def _terms_out(version: AgreementVersion) -> dict[str, Any]:
    terms = version.terms
    return {
        "first": terms.first,
        "slo": version.slo.name,
        "target": terms.target.normalize(),
        "period": terms.period.value,
        "zone": terms.zone_name,
        "counting": terms.counting.value,
        "credits": [{"below": one.below, "percent": one.percent} for one in terms.credits],
        "author": version.author_name,
        "reason": version.reason,
    }


def _period_out(one: Compliance) -> dict[str, Any]:
    return {
        "period": one.part.calendar.slug,
        "start": one.part.period.start,
        "end": one.part.period.end,
        "state": one.state.value,
        "reason": one.reason,
        "target": one.part.terms.target.normalize(),
        "availability": one.found.ratio,
        "downtime_minutes": one.found.downtime_minutes,
        "allowed_minutes": one.allowed_minutes,
        "left_minutes": one.left_minutes,
        "credit_percent": one.credit,
        "measured_minutes": one.found.covered_minutes,
        "minutes": one.found.minutes,
    }
