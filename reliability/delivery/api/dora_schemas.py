"""What the metrics of DORA look like in the API: parameters and answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from reliability.delivery.selectors.dora_rows import Metric
from reliability.web.api.paging import PageQuery
from reliability.web.api.params import Duration, Instant


class DoraGroupBy(StrEnum):
    SERVICE = "service"
    TEAM = "team"
    ENVIRONMENT = "environment"


class DoraQuery(PageQuery):
    """limit and offset are of the groups, or of the rows."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    environment: Annotated[
        str, Field(max_length=120, description="this one alone; default: every one that counts as production")
    ] = ""
    start: Annotated[Instant | None, Field(alias="from", description="finished at or after; 90 days before `to`")] = (
        None
    )
    end: Annotated[Instant | None, Field(alias="to", description="finished before; now")] = None


class DoraFiguresQuery(DoraQuery):
    by: Annotated[DoraGroupBy | None, Field(description="also of each of these")] = None


class DoraTrendQuery(DoraQuery):
    step: Annotated[Duration, Field(description="length of a slice, an hour or more")] = timedelta(days=7)


class DoraDeploymentsQuery(DoraQuery):
    metric: Metric = Metric.FREQUENCY


class DoraSpread(Schema):
    """Seconds; null where n is 0."""

    n: int
    median: float | None
    p90: float | None


class DoraFigures(Schema):
    """Figures are null where they are undefined, never 0."""

    deployments: int = Field(description="successful ones that finished in the period")
    days: float
    deployments_per_day: float | None
    lead_time: DoraSpread = Field(description="commit to deployed, of each commit first shipped; n: commits")
    failed: int = Field(description="rolled back, hot-fixed, named by an incident, or the suspect of a burn")
    change_fail_rate: float | None
    recovery_time: DoraSpread = Field(description="finish of a failed deployment to service restored")
    unrecovered: int = Field(description="failed and not restored yet: in no recovery time")
    rework: int = Field(description="rollbacks, and unplanned deployments that mend production")
    rework_rate: float | None


class DoraGroup(Schema):
    name: str = Field(description="of the service or environment, or slug of the team")
    figures: DoraFigures


class DoraStage(Schema):
    name: str = Field(description="coding, pickup, review or release")
    change_requests: int = Field(description="all that were deployed; n of `time` have this stage")
    time: DoraSpread


class DoraBucket(Schema):
    title: str
    commits: int


class DoraQualityLine(Schema):
    name: str
    title: str
    count: int
    share: float | None = Field(description="of the successful deployments; null where it is no share of them")


class DoraOut(Schema):
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    figures: DoraFigures
    stages: list[DoraStage]
    distribution: list[DoraBucket] = Field(description="of lead times")
    quality: list[DoraQualityLine]
    groups: list[DoraGroup] = Field(description="the most deployments first; empty without `by`")
    groups_total: int


class DoraSlice(Schema):
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    figures: DoraFigures


class DoraDeployment(Schema):
    id: int
    team: str
    service: str
    environment: str
    revision: str
    finished_at: datetime
    commits: int = Field(description="that it was the first to ship")
    is_failed: bool
    is_rework: bool
    restored_at: datetime | None
    recovery_seconds: float | None
    url: str


class DoraLead(Schema):
    sha: str
    title: str
    committed_at: datetime
    deployment: int = Field(description="id")
    service: str
    environment: str
    deployed_at: datetime | None
    lead_seconds: int
