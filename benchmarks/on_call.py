"""Claim: who is on call in 1,000 schedules over a year, in pure Python from their stored definitions, in 1 s."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from timing import demand, finish, heading, median_of, report, runs

from incidents.oncall.domain.notation import parse_definition
from incidents.oncall.domain.rota import OverrideRule, Version, final_shifts, on_call_at
from reliability.kit.instants import EPOCH
from reliability.kit.periods import Period

SCHEDULES = 1_000
YEAR = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
GOAL = 1.0
Stored: TypeAlias = tuple[dict[str, Any], list[OverrideRule]]
ZONES = (
    "Europe/Berlin", "America/New_York", "UTC", "Asia/Kolkata", "Australia/Sydney",
    "America/Sao_Paulo", "Europe/London", "Asia/Tokyo", "America/Los_Angeles", "Africa/Casablanca",
)  # fmt: skip
OFFICE = [{"weekdays": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}]


def _layer(
    name: str, priority: int, unit: str, people: list[int], restrictions: list[dict[str, Any]]
) -> dict[str, Any]:
    rotation = {"unit": unit, "length": 1, "start": "2025-01-06T09:00", "participants": people}
    return {"name": name, "priority": priority, "rotation": rotation, "restrictions": restrictions}


def weekly(number: int) -> dict[str, Any]:
    """What most teams have: a weekly rotation of six."""
    people = list(range(number, number + 6))
    return {"time_zone": ZONES[number % len(ZONES)], "layers": [_layer("Primary", 1, "week", people, [])]}


def two_layers(number: int) -> dict[str, Any]:
    """Office hours by the day over nights by the week: about 570 shifts a year."""
    people = list(range(number, number + 6))
    return {
        "time_zone": ZONES[number % len(ZONES)],
        "layers": [_layer("Office", 2, "day", people[:3], OFFICE), _layer("Nights", 1, "week", people[3:], [])],
    }


def _overrides(number: int) -> list[OverrideRule]:
    """One a month, for a day."""
    starts = [YEAR.start + timedelta(days=30 * month + number % 28, hours=9) for month in range(12)]
    return [OverrideRule(start, start + timedelta(days=1), 9_999, order) for order, start in enumerate(starts)]


def shifts_of_a_year(stored: list[Stored]) -> int:
    """All shifts of all schedules, from the stored JSON on."""
    return sum(
        len(final_shifts(versions=[Version(EPOCH, parse_definition(document))], overrides=overrides, period=YEAR))
        for document, overrides in stored
    )


def now_on_call(stored: list[Stored]) -> int:
    """How many are on call at one instant: what a page or an escalation asks."""
    at = YEAR.start + timedelta(days=200)
    return sum(
        len(on_call_at(versions=[Version(EPOCH, parse_definition(document))], overrides=overrides, at=at))
        for document, overrides in stored
    )


def main() -> None:
    for words, make, least in (
        ("a weekly rotation of six", weekly, 52),
        ("office hours by the day over nights by the week", two_layers, 500),
    ):
        heading(f"{SCHEDULES:,} schedules in {len(ZONES)} zones: {words}, an override a month")
        stored = [(make(number), _overrides(number)) for number in range(SCHEDULES)]
        taken, count = median_of(lambda stored=stored: shifts_of_a_year(stored), times=runs(5))
        report("who is on call over a year", taken, goal=GOAL, note=f"{count:,} shifts")
        demand(count >= SCHEDULES * least, f"{count} shifts")
        taken, count = median_of(lambda stored=stored: now_on_call(stored), times=runs(5))
        report("who is on call at one instant", taken)
        demand(count == SCHEDULES, f"{count} people on call")
    finish()


if __name__ == "__main__":
    main()
