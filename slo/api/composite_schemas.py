"""Composites on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant, Name
from slo.api.references import Hidden, hidden
from slo.api.slo_schemas import PeriodOut, Ratio, Window
from slo.api.status import BudgetOut
from slo.domain.composites import PARTS_MAX, WEIGHT_MAX, CompositeKind, Missing
from slo.domain.status import State
from slo.domain.windows import parse_window
from slo.models import Composite, CompositePart, CompositeVersion


class CompositePartIn(Schema):
    """One of `slo`, `composite` and `keep`."""

    model_config = ConfigDict(extra="forbid")

    slo: Annotated[str | None, Field(max_length=63, description="name of an SLO")] = None
    composite: Annotated[str | None, Field(max_length=63, description="name of another composite")] = None
    keep: Annotated[int | None, Field(description="id of a part of the newest version that you may not see")] = None
    weight: Annotated[int, Field(ge=1, le=WEIGHT_MAX, description="for weighted: how often each event counts")] = 1
    slice_target: Annotated[
        Ratio | None, Field(description="for all_of: from which ratio on a slice is good; as the part has it if null")
    ] = None
    group: Annotated[
        str, Field(max_length=40, description="for chain: parts of the same group stand in for each other")
    ] = ""


class CompositeFields(Schema):
    """What a composite asks for."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=160, examples=["Checkout journey"])]
    team: Annotated[str, Field(max_length=63, description="slug of the owner")]
    kind: CompositeKind
    objective: Ratio
    window: Window
    parts: Annotated[list[CompositePartIn], Field(max_length=PARTS_MAX)]
    slice_minutes: Annotated[int, Field(ge=1, le=1440, description="minutes judged together; not for weighted")] = 5
    missing: Annotated[Missing, Field(description="what a slice is in which some part was not measured")] = (
        Missing.NO_DATA
    )
    service: Annotated[str | None, Field(max_length=63)] = None
    description: Annotated[str, Field(max_length=10_000)] = ""
    has_page: Annotated[bool, Field(description="burn alerts: 2 % of the budget in 1 h, 5 % in 6 h; Sev2")] = True
    has_ticket: Annotated[bool, Field(description="burn alerts: 10 % of the budget in 1 d, 10 % in 3 d; Sev3")] = True


class CompositeCreate(CompositeFields):
    name: Name
    effective_from: Annotated[Instant | None, Field(description="from when it counts; now when left out")] = None
    reason: Annotated[str, Field(max_length=2000, description="why, for the audit trail")] = ""


class CompositeReplace(CompositeFields):
    revision: Annotated[int | None, Field(description="the revision this edit was made from; 409 when it is old")] = (
        None
    )
    effective_from: Annotated[
        Instant | None, Field(description="from when the new definition counts; the past is restated from then on")
    ] = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class CompositePartOut(Schema):
    """slo and composite are null for a part that is private to another team, or gone since."""

    id: int
    slo: str | None
    composite: str | None
    hidden: bool
    weight: int
    slice_target: float | None
    group: str


class CompositeDefinitionOut(Schema):
    kind: CompositeKind
    objective: float
    window: dict[str, Any]
    window_text: str
    slice_minutes: int
    missing: Missing
    effective_from: datetime
    parts: list[CompositePartOut]


class CompositeOut(CompositeDefinitionOut):
    name: str
    title: str
    description: str
    team: str
    service: str | None
    hidden: Hidden
    has_page: bool
    has_ticket: bool
    revision: int
    created_at: datetime
    updated_at: datetime


class CompositeVersionOut(CompositeDefinitionOut):
    """What the composite asked for from `effective_from` on."""

    id: int
    author: str
    reason: str
    created_at: datetime


class CompositeAlertOut(Schema):
    """One firing of one rule."""

    id: int
    composite: str
    condition: str
    state: str = Field(description="firing or resolved")
    severity: int
    urgency: str
    title: str
    text: str
    numbers: dict[str, Any]
    fired_at: datetime
    fire_reason: str
    resolved_at: datetime | None
    resolve_reason: str


class PartShareOut(Schema):
    """What a part took of the budget by itself, and in how many slices it was bad at all."""

    slo: str | None
    composite: str | None
    hidden: bool
    bad: float = Field(description="slices, or weighted events, that it alone took")
    consumed: float = Field(description="share of the whole budget")
    of_spent: float | None = Field(description="share of all that was lost; null when nothing was")
    bad_slices: int = Field(description="slices in which it was bad, alone or not; minutes for weighted")


class SharesOut(Schema):
    """`parts` and `several_at_once` sum to `total`."""

    parts: list[PartShareOut]
    several_at_once: float = Field(description="share of the budget taken by slices in which several parts were bad")
    total: float


class WeakestTiedOut(Schema):
    slo: str | None
    composite: str | None
    hidden: bool


class WeakestOut(Schema):
    slo: str | None
    composite: str | None
    hidden: bool
    tied: list[WeakestTiedOut] = Field(description="further parts that cost exactly as much")
    reason: str = Field(description="lost_most, bad_most_often, nothing_lost or no_data")
    text: str


class CompositeStatusOut(Schema):
    composite: str
    at: datetime
    state: State
    reason: str = Field(description="why it is in this state")
    kind: CompositeKind
    objective: float
    sli: float | None
    good: float | None = Field(description="slices, or weighted events")
    valid: float | None
    window: PeriodOut
    window_text: str
    coverage: float = Field(description="share of the minutes so far in which every part was measured, 0 to 1")
    budget: BudgetOut
    burn_rates: dict[str, float | None]
    forecast_exhausted_at: datetime | None
    forecast_reason: str
    weakest: WeakestOut
    shares: SharesOut | None = Field(description="null without data")
    version: int = Field(description="id of the version that judged")
    warnings: list[str]


def named(row: CompositePart, *, caller: Caller) -> dict[str, Any]:
    """Which part it is, as far as the caller may know."""
    slo = visible(caller=caller, related=row.slo)
    nested = visible(caller=caller, related=row.nested)
    return {
        "slo": slo.name if slo else None,
        "composite": nested.name if nested else None,
        "hidden": slo is None and nested is None and (row.slo or row.nested) is not None,
    }


def composite_out(composite: Composite, version: CompositeVersion, *, caller: Caller) -> dict[str, Any]:
    service = visible(caller=caller, related=composite.service)
    return {
        "name": composite.name,
        "title": composite.title,
        "description": composite.description,
        "team": composite.team.slug,
        "service": service.name if service else None,
        "hidden": hidden(caller=caller, service=composite.service),
        "has_page": composite.has_page,
        "has_ticket": composite.has_ticket,
        "revision": composite.revision,
        "created_at": composite.created_at,
        "updated_at": composite.updated_at,
        **_definition(version, caller),
    }


def composite_version_out(version: CompositeVersion, *, caller: Caller) -> dict[str, Any]:
    return {
        "id": version.pk,
        "author": version.author_name,
        "reason": version.reason,
        "created_at": version.created_at,
        **_definition(version, caller),
    }


def _definition(version: CompositeVersion, caller: Caller) -> dict[str, Any]:
    return {
        "kind": version.kind,
        "objective": version.objective,
        "window": version.window,
        "window_text": parse_window(version.window).describe(),
        "slice_minutes": version.slice_minutes,
        "missing": version.missing,
        "effective_from": version.effective_from,
        "parts": [
            {
                "id": row.pk,
                **named(row, caller=caller),
                "weight": row.weight,
                "slice_target": row.slice_target,
                "group": row.group,
            }
            for row in version.parts.all()
        ],
    }
