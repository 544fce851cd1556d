"""What is told through a channel: one message, the same for every kind, which each kind says in its own form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Event(StrEnum):
    """What happened to the subject."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    UPDATE = "update"
    SHIFT = "shift"  # on call begins or ends
    NOTICE = "notice"  # something planned comes, such as an experiment
    TEST = "test"
    BUNDLE = "bundle"  # many pages in one, in a storm
    OPERATORS = "operators"  # the platform about itself

    @property
    def word(self) -> str:
        return _WORDS[self]

    @property
    def calls(self) -> bool:
        """Whether somebody should come: such a message may ring, the others only tell."""
        return self in _CALLING


_WORDS = {
    Event.TRIGGER: "triggered",
    Event.ACKNOWLEDGE: "acknowledged",
    Event.RESOLVE: "resolved",
    Event.REOPEN: "reopened",
    Event.UPDATE: "updated",
    Event.SHIFT: "on call",
    Event.NOTICE: "notice",
    Event.TEST: "test",
    Event.BUNDLE: "several incidents",
    Event.OPERATORS: "the platform itself",
}
# Told by their title alone: they are about no incident.
PLAIN = frozenset({Event.SHIFT, Event.TEST, Event.NOTICE})
_CALLING = frozenset({Event.TRIGGER, Event.REOPEN, Event.BUNDLE, Event.OPERATORS})


@dataclass(frozen=True, slots=True)
class Action:
    """A button. name: acknowledge, escalate, resolve or take_command; value: opaque, signed, carried by the button."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of text that a mail carries; other kinds of channel leave it out. subtype: `calendar` of text/calendar."""

    name: str
    subtype: str
    content: bytes  # UTF-8
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """subject_key: the same for all messages about one incident (PagerDuty's dedup key, the thread of mails).
    idempotency_key: the same at every try of one notification.

    text: plain, several lines. severity: critical, error, warning or info; severity_word as shown ("Sev2").
    url: the page about it. ack_url: acknowledges for one person, blank when there is none.
    """

    event: Event
    subject_key: str
    idempotency_key: str
    title: str
    text: str
    severity: str
    severity_word: str
    url: str
    at: datetime
    team: str
    service: str = ""
    ack_url: str = ""
    actions: tuple[Action, ...] = ()
    links: tuple[Link, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    mail_html: str = ""  # safe HTML that a mail shows instead of `text`; other kinds never see it
    unsubscribe_url: str = ""  # a POST there ends such messages: mail programs show it as a button

    @property
    def headline(self) -> str:
        """`Sev2 triggered: Checkout fails`, and just the title where there is no incident."""
        if self.event in PLAIN:
            return self.title
        return f"{self.severity_word} {self.event.word}: {self.title}".strip()
