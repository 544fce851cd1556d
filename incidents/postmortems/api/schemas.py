"""Postmortems as they are answered, and as callers write them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from incidents.postmortems.domain.whys import Node, walk
from incidents.postmortems.models import Factor, Postmortem, Section, TimelineItem
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant

StateWord = Literal["draft", "in_review", "approved", "published"]
CategoryWord = Literal[
    "change", "configuration", "capacity", "dependency", "design", "data", "testing", "detection", "runbook",
    "communication", "process", "outside", "other",
]  # fmt: skip
Revision = Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")]
SectionText = Annotated[str, Field(max_length=40_000, description="Markdown, at most 20,000 characters")]
FactorText = Annotated[str, Field(max_length=500)]
WhyText = Annotated[str, Field(max_length=500)]


class PostmortemOut(Schema):
    number: int
    title: str
    team: str
    incident: int | None = Field(description="null: imported, or not yours to see")
    state: StateWord
    severity: int | None
    started_at: datetime | None
    detected_at: datetime | None
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    due_at: datetime | None = Field(description="48 hours after the resolution")
    facilitator: str | None
    services: list[str]
    tags: list[str]
    is_published_to_organisation: bool
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    revision: int


class SectionOut(Schema):
    slug: str
    title: str
    text: str
    revision: int = Field(description="send it as `base` with the changed text")
    updated_at: datetime
    updated_by: str


class FactorOut(Schema):
    id: int
    category: CategoryWord
    text: str
    revision: int


class WhyOut(Schema):
    id: int
    parent: int | None = Field(description="the answer it answers; null on top")
    depth: int = Field(description="1 on top")
    text: str


class TimelineItemOut(Schema):
    id: int
    at: datetime
    kind: str
    is_human: bool
    author: str
    text: str
    annotation: str
    is_selected: bool = Field(description="stands in the document")
    is_from_incident: bool
    revision: int


class PostmortemEvidenceOut(Schema):
    kind: Literal["impact", "chart", "metrics", "suspects"]
    key: str
    title: str
    numbers: dict[str, Any] = Field(description="of a chart: its columns and rows")
    taken_at: datetime


class PostmortemVersionOut(Schema):
    id: int
    number: int = Field(description="revision of the postmortem after the change")
    what: str
    key: str
    title: str
    author: str
    at: datetime
    note: str
    before: str
    after: str


class PostmortemDetail(PostmortemOut):
    sections: list[SectionOut]
    factors: list[FactorOut]
    whys: list[WhyOut] = Field(description="each before those below it")


class _Body(Schema):
    model_config = ConfigDict(extra="forbid")


class PostmortemCreate(_Body):
    incident: Annotated[int, Field(ge=1, le=2**31, description="number of the incident to draft it from")]


class PostmortemChange(_Body):
    title: Annotated[str | None, Field(max_length=200)] = None
    facilitator: Annotated[
        str | None, Field(max_length=254, description="email of a member who did not respond; null: nobody")
    ] = None
    tags: Annotated[
        list[Annotated[str, Field(max_length=200)]] | None,
        Field(max_length=100, description="all of them: what is not named is taken away"),
    ] = None
    revision: Revision = None


class SectionWrite(_Body):
    text: SectionText
    base: Annotated[
        int | None,
        Field(
            ge=1,
            le=10**9,
            description="revision the text was changed from: what others saved since is merged in, or answered with"
            " 409 and both texts; absent: overwrites",
        ),
    ] = None


class SectionCreate(_Body):
    title: Annotated[str, Field(max_length=120)]
    text: SectionText = ""


class SectionSaved(SectionOut):
    outcome: Literal["same", "saved", "merged"]
    merged_with: list[str] = Field(description="names of those whose words were merged in")


class FactorWrite(_Body):
    category: CategoryWord
    text: FactorText


class FactorChange(_Body):
    category: CategoryWord | None = None
    text: FactorText | None = None
    revision: Revision = None


class WhyCreate(_Body):
    text: WhyText
    parent: Annotated[int | None, Field(ge=1, le=2**62)] = None


class WhyChange(_Body):
    """What is absent stays. parent with null: on top; place: 0 is the first among its siblings."""

    text: WhyText | None = None
    parent: Annotated[int | None, Field(ge=1, le=2**62)] = None
    place: Annotated[int | None, Field(ge=0, le=1000)] = None


class TimelineItemCreate(_Body):
    at: Instant
    text: Annotated[str, Field(max_length=2_000)]


class TimelineItemChange(_Body):
    at: Instant | None = None
    text: Annotated[str | None, Field(max_length=2_000)] = None
    annotation: Annotated[str | None, Field(max_length=4_000)] = None
    is_selected: bool | None = None
    revision: Revision = None


class TakenOver(Schema):
    added: int = Field(description="entries of the timeline that were new")


def postmortem_out(row: Postmortem, *, caller: Caller) -> dict[str, Any]:
    incident = visible(caller=caller, related=row.incident)
    services = [visible(caller=caller, related=service) for service in row.services.all()]
    same = (
        *("title", "state", "severity", "is_published_to_organisation", "published_at", "revision"),
        *("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at", "due_at"),
        *("created_at", "updated_at"),
    )
    return {
        **{name: getattr(row, name) for name in same},
        "number": row.pk,
        "team": row.team.slug,
        "incident": incident.pk if incident else None,
        "facilitator": row.facilitator.email if row.facilitator and caller.may_read(row.team_id) else None,
        "services": [service.name for service in services if service is not None],
        "tags": [tag.name for tag in row.tags.all()],
    }


def section_out(row: Section) -> dict[str, Any]:
    same = ("slug", "title", "text", "revision", "updated_at")
    return {**{name: getattr(row, name) for name in same}, "updated_by": row.updated_by_name}


def factor_out(row: Factor) -> dict[str, Any]:
    return {"id": row.pk, "category": row.category, "text": row.text, "revision": row.revision}


def whys_out(nodes: tuple[Node, ...]) -> list[dict[str, Any]]:
    return [
        {"id": node.row.id, "parent": node.row.parent, "depth": node.depth, "text": node.row.text}
        for node in walk(nodes)
    ]


def item_out(row: TimelineItem) -> dict[str, Any]:
    same = ("at", "kind", "is_human", "text", "annotation", "is_selected", "revision")
    return {
        **{name: getattr(row, name) for name in same},
        "id": row.pk,
        "author": row.author_name,
        "is_from_incident": row.origin_entry_id is not None,
    }
