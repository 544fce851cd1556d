"""Kinds of recurring duties, and of what stands in their log."""

from __future__ import annotations

from enum import StrEnum


class DutyKind(StrEnum):
    KEY_ROTATION = "key_rotation"
    DR_PROMOTION = "dr_promotion"
    ACCESS_REVIEW = "access_review"
    CERTIFICATE = "certificate"
    CUSTOM = "custom"

    @property
    def words(self) -> str:
        return _WORDS[self]


class Every(StrEnum):
    """How it recurs."""

    DAYS = "days"
    MONTHS = "months"
    CRON = "cron"


class Responsible(StrEnum):
    """Who is reminded: a person of the team, or whoever is on call then."""

    PERSON = "person"
    ON_CALL = "on_call"


class Outcome(StrEnum):
    """Of one occurrence."""

    DONE = "done"
    SKIPPED = "skipped"


_WORDS = {
    DutyKind.KEY_ROTATION: "key rotation",
    DutyKind.DR_PROMOTION: "DR promotion",
    DutyKind.ACCESS_REVIEW: "access review",
    DutyKind.CERTIFICATE: "certificate renewal",
    DutyKind.CUSTOM: "other",
}
