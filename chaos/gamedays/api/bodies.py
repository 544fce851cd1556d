"""What requests about game days say. Bounds of texts are those of chaos.gamedays.domain.bounds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import FollowUpKind, ObservationKind, RoleKind, Tri
from reliability.web.api.params import Instant

Title = Annotated[str, Field(min_length=1, max_length=bounds.TITLE_MAX)]
Text = Annotated[str, Field(max_length=bounds.TEXT_MAX)]
Reason = Annotated[str, Field(max_length=bounds.REASON_MAX)]
Slug = Annotated[str, Field(max_length=63)]
Revision = Annotated[int | None, Field(ge=1, description="the one that was read; 409 when it is stale")]


class Body(Schema):
    model_config = ConfigDict(extra="forbid")


class GameDayFields(Body):
    title: Title
    goal: Text = ""
    hypothesis: Text = ""
    notes: Annotated[str, Field(max_length=bounds.LONG_TEXT_MAX)] = ""
    starts_at: Annotated[Instant | None, Field(description="may be left out in a draft")] = None
    length_minutes: Annotated[int, Field(ge=bounds.LENGTH_MINUTES[0], le=bounds.LENGTH_MINUTES[1])] = 120
    zone: Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])] = "UTC"
    place: Annotated[str, Field(max_length=bounds.PLACE_MAX, description="address of a call, or a room")] = ""


class GameDayCreate(GameDayFields):
    team: Annotated[str, Field(min_length=1, max_length=63, description="slug")]


class GameDayPut(GameDayFields):
    revision: Revision = None


class WithReason(Body):
    reason: Reason = ""


class Override(Body):
    override_reason: Annotated[Reason, Field(description="why it goes on although something is not so yet")] = ""


class Postpone(Body):
    starts_at: Instant
    reason: Annotated[str, Field(min_length=1, max_length=bounds.REASON_MAX)]


class ScenarioBody(Body):
    title: Title
    happens: Text = ""
    experiment: Annotated[Slug, Field(description="slug; blank: by hand")] = ""
    service: Slug = ""
    expected_alert: Annotated[str, Field(max_length=bounds.ALERT_MAX)] = ""
    expected_minutes: Annotated[int | None, Field(ge=bounds.EXPECTED_MINUTES[0], le=bounds.EXPECTED_MINUTES[1])] = None
    expected_response: Text = ""
    revision: Revision = None


class Position(Body):
    position: Annotated[int, Field(ge=1, le=1000, description="from 1; the others make room")]


class Judgement(Body):
    held: Tri = Tri.PENDING
    responded: Tri = Tri.PENDING
    faults_gone: Tri = Tri.PENDING
    learnt: Text = ""
    revision: Revision = None


class RoleBody(Body):
    kind: RoleKind
    person: Annotated[str, Field(max_length=254, description="mail address of a member of the team")] = ""
    name: Annotated[str, Field(max_length=bounds.NAME_MAX, description="of anybody else")] = ""


class ItemBody(Body):
    text: Annotated[str, Field(min_length=1, max_length=bounds.ITEM_MAX)]


class Tick(Body):
    is_done: bool


class InviteBody(Body):
    addresses: Annotated[list[Annotated[str, Field(max_length=254)]], Field(min_length=1, max_length=200)]


class AnswerBody(Body):
    answer: Literal["accepted", "declined", "tentative"]
    comment: Annotated[str, Field(max_length=bounds.COMMENT_MAX)] = ""


class ObservationBody(Body):
    kind: ObservationKind = ObservationKind.NOTE
    text: Annotated[str, Field(min_length=1, max_length=bounds.TEXT_MAX)]
    by: Annotated[str, Field(max_length=bounds.NAME_MAX, description="who saw it; you if left out")] = ""
    at: Annotated[Instant | None, Field(description="when it was seen; now if left out")] = None
    scenario: Annotated[int | None, Field(description="the one under way then if left out")] = None


class ObservationPut(Body):
    kind: ObservationKind
    text: Annotated[str, Field(min_length=1, max_length=bounds.TEXT_MAX)]
    by: Annotated[str, Field(max_length=bounds.NAME_MAX)] = ""
    at: Instant
    revision: Revision = None


class WrapUpBody(Body):
    was_right: Annotated[Tri, Field(description="was it the right experiment?")] = Tri.PENDING
    was_right_why: Text = ""
    went_well: Text = ""
    went_badly: Text = ""
    was_lucky: Text = ""
    revision: Revision = None


class CorrectionBody(Body):
    text: Annotated[str, Field(min_length=1, max_length=bounds.TEXT_MAX)]


class FindingBody(Body):
    title: Title
    text: Annotated[str, Field(max_length=2_000)] = ""
    layer: Annotated[str, Field(max_length=16, examples=["component"])]
    service: Slug = ""
    scenario: int | None = None


class FollowUpBody(Body):
    title: Title
    kind: FollowUpKind
    text: Text = ""
    owner: Annotated[str, Field(max_length=254, description="mail address of a member of the team; blank: nobody")] = ""
    due_on: date | None = None
    tracker_url: Annotated[str, Field(max_length=500)] = ""
    experiment: Annotated[Slug, Field(description="the one whose held run closes it")] = ""


class FollowUpCreate(FollowUpBody):
    scenario: int | None = None


class FollowUpPut(FollowUpBody):
    revision: Revision = None


class FollowUpClose(Body):
    state: Literal["open", "done", "dropped"]
    reason: Reason = ""
