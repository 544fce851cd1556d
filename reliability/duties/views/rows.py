"""Duties as lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.duties.domain.recurring import words_of
from reliability.duties.models import Duty
from reliability.duties.selectors.duties import responsible_words


@dataclass(frozen=True, slots=True)
class DutyRow:
    """badge: a slug of reliability.web.states."""

    duty: Duty
    service: Service | None
    every: str
    who: str
    badge: str


def row_of(duty: Duty, *, caller: Caller, now: datetime) -> DutyRow:
    """Needs service and responsible_user at hand."""
    service = visible(caller=caller, related=duty.service)
    return DutyRow(duty, service, words_of(duty.rule), responsible_words(duty=duty), badge_of(duty, now=now))


def badge_of(duty: Duty, *, now: datetime) -> str:
    if not duty.is_enabled:
        return "duty_off"
    return "duty_overdue" if duty.due_at <= now else "duty_coming"
