"""The life of an escalation. The owner of the subject calls these in the transaction of its own change."""

from __future__ import annotations

from datetime import datetime

from incidents.paging.domain.content import Content
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, EscalationPolicy


def begin(
    *,
    team_id: int,
    subject: str,
    policy: EscalationPolicy | None,
    urgency: Urgency,
    content: Content,
    now: datetime,
) -> Escalation:
    """Freeze the policy and tell the first step. Without a policy the team's administrators are told."""
    raise NotImplementedError


def pause(*, escalation_id: int, now: datetime, by: str) -> Escalation:
    """Acknowledged by *by*: nobody is paged any more, and those who were told hear of it. Twice is once."""
    raise NotImplementedError


def resume(*, escalation_id: int, now: datetime, by: str) -> Escalation:
    """Un-acknowledged: the same step again, with a fresh delay. Does nothing unless it was paused."""
    raise NotImplementedError


def end(*, escalation_id: int, now: datetime, by: str) -> Escalation:
    """Resolved: nobody is paged any more, and those who were told hear of it. Twice is once."""
    raise NotImplementedError


def restart(*, escalation_id: int, now: datetime, by: str) -> Escalation:
    """Reopened: from the first step, in a new epoch. Does nothing unless it had ended."""
    raise NotImplementedError


def escalate_now(*, escalation_id: int, epoch: int, step: int, now: datetime, by: str) -> bool:
    """The next step at once. False when the escalation is not at (epoch, step) any more: a stale button."""
    raise NotImplementedError
