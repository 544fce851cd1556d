"""The states of a postmortem and what each is for. Source: domain.md §3; Google's and Etsy's postmortem guides."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """In their order. Only a published one is read by those it was not written among."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


UNFINISHED = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


class ReviewAnswer(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    CHANGES_WANTED = "changes_wanted"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")
