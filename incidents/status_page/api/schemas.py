"""Status pages on the wire, for the team. What the public reads has the shape of Statuspage and lies elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from incidents.status_page.domain import bounds
from reliability.web.api.params import Instant

ShownState = Literal[
    "operational", "unknown", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"
]
SaidState = Literal["operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"]
PublicStatus = Literal["investigating", "identified", "monitoring", "resolved", "postmortem"]
WorkStatus = Literal["scheduled", "in_progress", "verifying", "completed"]
PublicImpact = Literal["none", "minor", "major", "critical"]
Name = Annotated[str, Field(min_length=1, max_length=bounds.NAME_MAX)]
Title = Annotated[str, Field(min_length=1, max_length=bounds.TITLE_MAX)]
Text = Annotated[str, Field(min_length=1, max_length=bounds.BODY_MAX, description="Markdown, public")]
Slug = Annotated[str, Field(max_length=63)]
Revision = Annotated[int | None, Field(ge=1, description="the one that was read; 409 when it is stale")]


class StatusPageOut(Schema):
    slug: str
    title: str
    team: str
    description: str
    support_url: str
    is_public: bool
    domain: str
    zone: str
    public_url: str
    indicator: str = Field(description="none, minor, major, critical or maintenance")
    says: str = Field(description="the one line the public reads")
    revision: int


class StatusPageRow(Schema):
    slug: str
    title: str
    team: str
    is_public: bool
    public_url: str
    components: int
    open_incidents: int
    planned: int


class ComponentOut(Schema):
    id: int
    code: str = Field(description="its id in public JSON")
    name: str
    description: str
    group: str
    service: str | None = Field(description="null: none, or one that is not yours to see")
    slos: list[str] = Field(description="those that are yours to see")
    state: ShownState = Field(description="what the public sees")
    since_at: datetime
    automatic_state: ShownState
    automatic_reason: str
    is_measured: bool
    override_state: str
    override_reason: str
    override_until: datetime | None
    show_uptime: bool
    started_on: date | None
    revision: int


class UpdateOut(Schema):
    code: str
    status: str
    body: str
    at: datetime
    by: str
    is_told: bool
    components: dict[str, SaidState] = Field(description="by their codes")
    edits: int
    revision: int


class PublicIncidentOut(Schema):
    code: str
    title: str
    impact: PublicImpact
    status: PublicStatus
    started_at: datetime
    resolved_at: datetime | None
    incident: int | None = Field(description="ours, if it is yours to see; the public never does")
    updates: list[UpdateOut]
    revision: int


class MaintenanceOut(Schema):
    code: str
    title: str
    status: WorkStatus
    starts_at: datetime
    ends_at: datetime
    components: list[str] = Field(description="codes")
    is_automatic: bool
    excludes_budget: bool
    silences_alerts: bool
    is_cancelled: bool
    updates: list[UpdateOut]
    revision: int


class Body(Schema):
    model_config = ConfigDict(extra="forbid")


class StatusPageFields(Body):
    slug: Annotated[str, Field(min_length=1, max_length=63, examples=["shop"])]
    title: Name
    description: Annotated[str, Field(max_length=bounds.DESCRIPTION_MAX)] = ""
    support_url: Annotated[str, Field(max_length=bounds.URL_MAX)] = ""
    is_public: bool = True
    domain: Annotated[str, Field(max_length=bounds.DOMAIN_MAX, examples=["status.example.com"])] = ""
    zone: Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])] = "UTC"


class StatusPageCreate(StatusPageFields):
    team: Annotated[str, Field(min_length=1, max_length=63, description="slug")]


class StatusPagePut(StatusPageFields):
    revision: Revision = None


class ComponentBody(Body):
    name: Name
    description: Annotated[str, Field(max_length=bounds.LINE_MAX)] = ""
    group: Annotated[str, Field(max_length=bounds.NAME_MAX, description="name of a group of the page; blank: none")] = (
        ""
    )
    service: Annotated[Slug, Field(description="name; blank: none")] = ""
    slos: Annotated[list[Slug], Field(max_length=bounds.SLOS_MAX, description="names")] = Field(default_factory=list)
    show_uptime: bool = True
    started_on: date | None = None
    revision: Revision = None


class ComponentOverrideBody(Body):
    state: SaidState
    reason: Annotated[str, Field(min_length=1, max_length=bounds.REASON_MAX, description="for the team")]
    until: Annotated[Instant | None, Field(description="null: until somebody ends it")] = None


Said = Annotated[
    dict[Annotated[str, Field(max_length=16)], SaidState],
    Field(max_length=bounds.COMPONENTS_MAX, description="what it says of components, by their codes"),
]


class UpdateBody(Body):
    status: PublicStatus
    body: Text
    components: Said = Field(default_factory=dict)
    at: Annotated[Instant | None, Field(description="when it was said; left out: now")] = None
    is_told: Annotated[bool, Field(description="whether subscribers hear of it")] = True
    revision: Revision = None


class IncidentBody(UpdateBody):
    title: Title
    impact: PublicImpact = "minor"
    started_at: Instant | None = None
    incident: Annotated[int | None, Field(ge=1, lt=2**63, description="number of one of ours")] = None


class IncidentPut(Body):
    title: Title
    impact: PublicImpact
    started_at: Instant | None = None
    revision: Revision = None


class UpdatePut(Body):
    body: Text
    at: Instant | None = None
    revision: Revision = None


class MaintenanceFields(Body):
    title: Title
    starts_at: Instant
    ends_at: Instant
    components: Annotated[
        list[Annotated[str, Field(max_length=16)]], Field(max_length=bounds.COMPONENTS_MAX, description="codes")
    ] = Field(default_factory=list)
    is_automatic: bool = True
    excludes_budget: Annotated[bool, Field(description="needs the role editor of the objectives")] = False
    silences_alerts: bool = False


class MaintenanceCreate(MaintenanceFields):
    body: Text
    is_told: bool = True


class MaintenancePut(MaintenanceFields):
    revision: Revision = None


class MaintenanceUpdateBody(Body):
    status: WorkStatus
    body: Text
    is_told: bool = True
    revision: Revision = None


class CancelBody(Body):
    body: Text
    is_told: bool = True
