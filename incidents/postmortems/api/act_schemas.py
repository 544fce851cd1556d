"""Bodies and answers of what is done with postmortems over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from incidents.postmortems.domain.blameless import TEXT_MAX
from incidents.postmortems.domain.importing import BYTES_MAX


class BlamelessBody(Schema):
    text: Annotated[str, Field(max_length=TEXT_MAX)]
    team: Annotated[str, Field(max_length=63, description="slug; its words and members are known")] = ""


class BlameFindingOut(Schema):
    start: int = Field(description="characters (code points) of the text, half-open")
    end: int
    text: str
    sentence: str
    kind: Literal["failed", "hindsight", "character", "human_error", "fault", "slip", "team_word"]
    why: str
    suggestion: str


class BlameFindingsOut(Schema):
    findings: list[BlameFindingOut]


class PostmortemImportBody(Schema):
    team: Annotated[str, Field(max_length=63, description="slug")]
    text: Annotated[str, Field(max_length=BYTES_MAX, description="Markdown")]
    name: Annotated[str, Field(max_length=200, description="of the file")] = ""
    with_actions: bool = False
    dry_run: Annotated[bool, Field(description="only tell what would be recognised")] = False


class PostmortemImportOut(Schema):
    number: int | None = Field(description="of the draft; null on a dry run")
    title: str
    severity: int | None
    milestones: dict[str, datetime]
    recognised: list[str]
    unsure: list[str]


class ReviewAskBody(Schema):
    reviewers: Annotated[list[int], Field(max_length=50, description="numbers of members of the team")]


class ReviewAnswerBody(Schema):
    answer: Literal["approved", "changes_wanted", "waiting"] = Field(description="waiting only comments")
    comment: Annotated[str, Field(max_length=5000)] = ""


class PostmortemReviewOut(Schema):
    reviewer: str
    asked_at: datetime
    answer: str
    comment: str
    answered_at: datetime | None


class PublishBody(Schema):
    is_for_organisation: bool | None = Field(
        default=None, description="every signed-in person reads it; absent: unless its team is private"
    )


class TakeBackBody(Schema):
    reason: Annotated[str, Field(max_length=500)]


class ReaderOut(Schema):
    name: str
    revision: int
    opened_at: datetime
    confirmed_at: datetime | None


class PostmortemMeetingBody(Schema):
    starts_at: datetime
    length_minutes: int = 60
    zone: Annotated[str, Field(max_length=64)] = "UTC"
    place: Annotated[str, Field(max_length=500)] = ""
    agenda: Annotated[str, Field(max_length=5000)] = ""
    people: Annotated[list[int], Field(max_length=50)]
    revision: int | None = None


class PostmortemMeetingOut(Schema):
    starts_at: datetime
    length_minutes: int
    zone: str
    place: str
    agenda: str
    people: list[str]
    revision: int
    cancelled_at: datetime | None


class SimilarOut(Schema):
    number: int
    title: str
    score: float
    why: str
