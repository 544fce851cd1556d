"""What stakeholders may be told of, and the audiences that are told in words of their own."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """Of a message."""

    DECLARED = "declared"
    UPDATED = "updated"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    MAINTENANCE = "maintenance"
    EXPERIMENT = "experiment"

    @property
    def words(self) -> str:
        return _KIND_WORDS[self]


class Audience(StrEnum):
    EXECUTIVE = "executive"
    SUPPORT = "support"
    CUSTOMER = "customer"
    ENGINEERING = "engineering"

    @property
    def words(self) -> str:
        return _AUDIENCE_WORDS[self]


class Way(StrEnum):
    """How somebody is reached. PERSON: a user, by their own first way."""

    PERSON = "person"
    EMAIL = "email"
    WEBHOOK = "webhook"
    CHANNEL = "channel"

    @property
    def words(self) -> str:
        return _WAY_WORDS[self]


class Mode(StrEnum):
    """When a message goes out."""

    NOW = "now"
    HOURS = "hours"  # at each one's hour


# What a person composes on the page of an incident.
OF_INCIDENTS = (EventKind.DECLARED, EventKind.UPDATED, EventKind.RESOLVED)
_KIND_WORDS = {
    EventKind.DECLARED: "incident declared",
    EventKind.UPDATED: "incident updated",
    EventKind.RESOLVED: "incident resolved",
    EventKind.POSTMORTEM: "postmortem published",
    EventKind.MAINTENANCE: "maintenance",
    EventKind.EXPERIMENT: "experiment or game day",
}
_AUDIENCE_WORDS = {
    Audience.EXECUTIVE: "executive",
    Audience.SUPPORT: "support",
    Audience.CUSTOMER: "customer-facing",
    Audience.ENGINEERING: "engineering",
}
_WAY_WORDS = {
    Way.PERSON: "their own way",
    Way.EMAIL: "mail",
    Way.WEBHOOK: "webhook",
    Way.CHANNEL: "channel of the team",
}


def why_untrue(kind: EventKind, *, is_open: bool) -> str:
    """Why *kind* cannot be told of an incident as it stands, blank when it can: what goes on is not over."""
    if is_open and kind is EventKind.RESOLVED:
        return "the incident is still open: tell of an update, or resolve it first"
    if not is_open and kind in (EventKind.DECLARED, EventKind.UPDATED):
        return "the incident is over: tell that it is resolved"
    return ""
