"""How one person is told: by which of their contact methods, when, and why. Never nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.paging.domain.quiet_hours import Quiet, quiet_until
from incidents.paging.domain.urgency import Urgency
from reliability.kit.durations import humanize_duration
from reliability.kit.wall_clock import wall_clock

# The place of last resort of a person: the address they sign in with.
SIGN_IN_MAIL = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Be told by this contact method, `delay` after a step reached the person."""

    urgency: Urgency
    delay: timedelta
    contact_method_id: int


class PlaceReason(StrEnum):
    BY_RULE = "by_rule"
    NO_RULES = "no_rules"  # every verified contact method at once
    NO_CONTACT_METHOD = "no_contact_method"  # the sign-in address


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDue:
    """contact_method_id: None for the address the person signs in with. held: quiet hours moved `due_at`."""

    contact_method_id: int | None
    due_at: datetime
    reason: PlaceReason
    words: str
    held: bool = False


def opens_at(*, urgency: Urgency, quiet_hours: Quiet | None, zone_name: str, at: datetime) -> datetime:
    """When the person may first be told of what reaches them *at*: at once, or at the end of their quiet hours."""
    if urgency is Urgency.URGENT:
        return at
    return quiet_until(quiet=quiet_hours, zone_name=zone_name, at=at) or at


def places_of(
    *,
    rules: Sequence[Rule],
    contact_methods: Sequence[int],
    urgency: Urgency,
    quiet_hours: Quiet | None,
    zone: str,
    reached_at: datetime,
) -> list[PlaceDue]:
    """Where and when the person is told of what reaches them at *reached_at*, in the order of time.

    contact_methods: ids of the enabled and verified ones. Rules that name others are left out; when none of this
    urgency is left, all contact methods are told at once; without any, the address the person signs in with.
    In quiet hours NORMAL urgency waits for their end, from which on the delays count.
    """
    begins = opens_at(urgency=urgency, quiet_hours=quiet_hours, zone_name=zone, at=reached_at)
    wanted, reason = _wanted(rules, contact_methods, urgency)
    found = []
    for delay, contact_method_id in wanted:
        asked = begins + delay
        due_at = opens_at(urgency=urgency, quiet_hours=quiet_hours, zone_name=zone, at=asked)
        held = begins > reached_at or due_at > asked
        words = _words(reason, delay, held_until=due_at if held else None, zone=zone)
        found.append(
            PlaceDue(contact_method_id=contact_method_id, due_at=due_at, reason=reason, words=words, held=held)
        )
    return sorted(found, key=lambda place: place.due_at)


def _wanted(
    rules: Sequence[Rule], contact_methods: Sequence[int], urgency: Urgency
) -> tuple[list[tuple[timedelta, int | None]], PlaceReason]:
    if not contact_methods:
        return [(timedelta(0), SIGN_IN_MAIL)], PlaceReason.NO_CONTACT_METHOD
    chosen: list[tuple[timedelta, int | None]] = [
        (rule.delay, rule.contact_method_id)
        for rule in sorted(rules, key=lambda rule: rule.delay)
        if rule.urgency is urgency and rule.contact_method_id in contact_methods
    ]
    if chosen:
        return chosen, PlaceReason.BY_RULE
    return [(timedelta(0), contact_method_id) for contact_method_id in contact_methods], PlaceReason.NO_RULES


def _words(reason: PlaceReason, delay: timedelta, *, held_until: datetime | None, zone: str) -> str:
    words = {
        PlaceReason.BY_RULE: f"{humanize_duration(delay)} after being reached" if delay else "at once",
        PlaceReason.NO_RULES: "at once: no rules, so every contact method is told",
        PlaceReason.NO_CONTACT_METHOD: "at once: no verified contact method, so the sign-in address is told",
    }[reason]
    if held_until is None:
        return words
    local = held_until.astimezone(wall_clock(zone).zone)
    return f"{words}, held by quiet hours until {local:%H:%M} {local.tzname()}"
