"""An engine whose receivers are lists: what was sent to whom, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from incidents.paging.domain.content import Content
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, EscalationPolicy
from incidents.paging.services import delivery, escalations
from reliability.access.models import User
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel, ContactMethod
from reliability.outbox.models import Due
from reliability.outbox.services import runs
from reliability.outbox.services.claims import Claim
from reliability.outbox.services.tick import tick
from tests.cast import (
    ChannelFactory,
    ContactMethodFactory,
    EscalationPolicyFactory,
    PolicyStepFactory,
    StepTargetFactory,
)

DELIVERED = Outcome(Result.DELIVERED, "taken", status=202, external_id="x1")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Sent:
    """to: the name of a channel, or `person: contact method`."""

    to: str
    message: Message


@dataclass
class Receivers:
    """`answers["where"]` is given in turn, its last again and again; others take everything."""

    sent: list[Sent] = field(default_factory=list)
    answers: dict[str, list[Outcome]] = field(default_factory=dict)
    during: Callable[[], object] | None = None

    def to_channel(self, *, channel: Channel, message: Message, now: datetime) -> Outcome:
        return self._take(channel.name, message)

    def to_contact(self, *, contact_method: ContactMethod, message: Message, now: datetime) -> Outcome:
        return self._take(f"{contact_method.user.name}: {contact_method.title}", message)

    def _take(self, to: str, message: Message) -> Outcome:
        self.sent.append(Sent(to, message))
        if self.during is not None:
            during, self.during = self.during, None
            during()
        script = self.answers.get(to)
        if not script:
            return DELIVERED
        return script.pop(0) if len(script) > 1 else script[0]

    @property
    def told(self) -> list[tuple[str, str]]:
        """(to, event) of what was sent, in order."""
        return [(entry.to, entry.message.event.value) for entry in self.sent]


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch) -> Receivers:
    receivers = Receivers()
    monkeypatch.setattr(delivery, "tell_channel", receivers.to_channel)
    monkeypatch.setattr(delivery, "tell_contact", receivers.to_contact)
    return receivers


@dataclass
class Clock:
    """Goes on only when told to; `run` does what is due on the way."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def run(self, span: timedelta = timedelta()) -> None:
        """Do what is due until *span* from now, each at its instant."""
        until = self.now + span
        while True:
            self._do_what_is_due()
            due_at = Due.objects.filter(kind__startswith="paging.").order_by("due_at").values_list("due_at", flat=True)
            following = due_at.first()
            if following is None or following > until:
                self.now = until
                return
            self.now = max(self.now, following)

    def _do_what_is_due(self) -> None:
        def do(claim: Claim) -> None:
            runs.run(due_id=claim.due_id, token=claim.token, owner="test", clock=self)

        while tick(now=self.now, hand_over=do):
            pass


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Whoever reads the clock himself reads this one."""
    clock = Clock(now)
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


CONTENT = Content(title="Checkout fails", text="Error rate 12 %", severity="error", severity_word="Sev2")


def policy_of(*steps: Sequence[User | Channel], delay: int = 5, **fields: object) -> EscalationPolicy:
    """A policy that tells each list in turn."""
    policy = EscalationPolicyFactory(**fields)
    for position, targets in enumerate(steps):
        step = PolicyStepFactory(policy=policy, position=position, delay_minutes=delay)
        for target in targets:
            StepTargetFactory(step=step, **{"user" if isinstance(target, User) else "channel": target})
    return policy


def person_with(user: User, *titles: str) -> User:
    """The person with a contact method of each title."""
    for position, title in enumerate(titles):
        ContactMethodFactory(user=user, title=title, position=position)
    return user


def room(name: str, **fields: object) -> Channel:
    return ChannelFactory(name=name, **fields)


def begin(
    policy: EscalationPolicy, now: datetime, *, subject: str = "thing:1", urgency: Urgency = Urgency.URGENT
) -> Escalation:
    return escalations.begin(
        team_id=policy.team_id, subject=subject, policy=policy, urgency=urgency, content=CONTENT, now=now
    )
