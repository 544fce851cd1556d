"""Who works at the demo's shop, and who is on call when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """teams: slug to role. Nobody but the demo's own account can sign in."""

    email: str
    name: str
    time_zone: str
    teams: dict[str, str]


@dataclass(frozen=True, slots=True)
class DemoSchedule:
    """layers: the notation of incidents.oncall.domain.notation with email addresses for persons."""

    slug: str
    title: str
    team: str
    description: str
    time_zone: str
    layers: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DemoPolicy:
    """steps: (minutes until the next, round robin, targets as (kind, name)); the last resort's targets apart."""

    slug: str
    title: str
    team: str
    description: str
    steps: tuple[tuple[int, bool, tuple[tuple[str, str], ...]], ...]
    last_resort: tuple[tuple[str, str], ...] = ()
    repeat: int = 0
    ack_timeout_minutes: int | None = None
    services: tuple[str, ...] = ()


DANA = "demo@example.org"

PEOPLE = (
    DemoPerson("ben.ortiz@example.org", "Ben Ortiz", "Europe/Madrid", {"payments": "responder"}),
    DemoPerson("chiara.rossi@example.org", "Chiara Rossi", "Europe/Rome", {"payments": "editor"}),
    DemoPerson("dev.patel@example.org", "Dev Patel", "Asia/Kolkata", {"platform": "editor"}),
    DemoPerson("eva.lindqvist@example.org", "Eva Lindqvist", "Europe/Stockholm", {"platform": "responder"}),
    DemoPerson("farid.haddad@example.org", "Farid Haddad", "America/Toronto", {"platform": "responder"}),
    DemoPerson(
        "grace.kim@example.org", "Grace Kim", "Europe/Berlin", {"storefront": "editor", "payments": "responder"}
    ),
    DemoPerson("hugo.silva@example.org", "Hugo Silva", "Europe/Lisbon", {"storefront": "responder"}),
)


def _weekly(name: str, priority: int, start: str, participants: list[str]) -> dict[str, Any]:
    rotation = {"unit": "week", "length": 1, "start": start, "participants": participants}
    return {"name": name, "priority": priority, "rotation": rotation}


SCHEDULES = (
    DemoSchedule(
        "payments-primary",
        "Payments, primary",
        "payments",
        "Handed over on Mondays after stand-up.",
        "Europe/Berlin",
        [
            _weekly(
                "Weekly",
                1,
                "2026-01-05T09:30",
                ["ben.ortiz@example.org", "chiara.rossi@example.org", "grace.kim@example.org", DANA],
            )
        ],
    ),
    DemoSchedule(
        "payments-secondary",
        "Payments, secondary",
        "payments",
        "Steps in when the primary does not answer.",
        "Europe/Berlin",
        [
            _weekly(
                "Weekly",
                1,
                "2026-01-05T09:30",
                ["grace.kim@example.org", DANA, "ben.ortiz@example.org", "chiara.rossi@example.org"],
            )
        ],
    ),
    DemoSchedule(
        "platform-follow-the-sun",
        "Platform, follow the sun",
        "platform",
        "Each continent by day; at the weekend one person for all of it.",
        "UTC",
        [
            {
                "name": "Asia",
                "priority": 1,
                "rotation": {
                    "unit": "day",
                    "length": 1,
                    "start": "2026-01-05T00:00",
                    "participants": ["dev.patel@example.org"],
                },
                "restrictions": [{"weekdays": ["mon", "tue", "wed", "thu", "fri"], "start": "01:00", "end": "08:00"}],
            },
            {
                "name": "Europe",
                "priority": 1,
                "rotation": {
                    "unit": "week",
                    "length": 1,
                    "start": "2026-01-05T08:00",
                    "participants": ["eva.lindqvist@example.org", DANA],
                },
                "restrictions": [{"weekdays": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "16:00"}],
            },
            {
                "name": "America",
                "priority": 1,
                "rotation": {
                    "unit": "day",
                    "length": 1,
                    "start": "2026-01-05T16:00",
                    "participants": ["farid.haddad@example.org"],
                },
                "restrictions": [{"weekdays": ["mon", "tue", "wed", "thu", "fri"], "start": "16:00", "end": "01:00"}],
            },
            _weekly(
                "Weekend and gaps",
                0,
                "2026-01-09T16:00",
                ["farid.haddad@example.org", "eva.lindqvist@example.org", "dev.patel@example.org"],
            ),
        ],
    ),
    DemoSchedule(
        "storefront-office-hours",
        "Storefront, office hours",
        "storefront",
        "Nobody at night: the storefront's tickets wait until the morning.",
        "Europe/Lisbon",
        [
            {
                **_weekly("Weekly", 1, "2026-01-05T09:00", ["hugo.silva@example.org", "grace.kim@example.org"]),
                "restrictions": [{"weekdays": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "18:00"}],
            }
        ],
    ),
)

POLICIES = (
    DemoPolicy(
        "payments",
        "Payments",
        "payments",
        "Primary, then secondary, then all of Payments.",
        (
            (5, False, (("schedule", "payments-primary"),)),
            (10, False, (("schedule", "payments-secondary"),)),
            (15, False, (("team", "payments"),)),
        ),
        last_resort=(("user", DANA),),
        repeat=1,
        ack_timeout_minutes=60,
        services=("checkout", "payments", "card-gateway"),
    ),
    DemoPolicy(
        "platform",
        "Platform",
        "platform",
        "Whoever has the sun, then everybody in turn.",
        (
            (10, False, (("schedule", "platform-follow-the-sun"),)),
            (15, True, (("user", "dev.patel@example.org"), ("user", "eva.lindqvist@example.org"))),
        ),
        last_resort=(("user", DANA),),
        services=("orders-db", "kubernetes-prod"),
    ),
    DemoPolicy(
        "storefront",
        "Storefront",
        "storefront",
        "Office hours; outside of them Payments' primary looks after the shop.",
        (
            (15, False, (("schedule", "storefront-office-hours"),)),
            (30, False, (("schedule", "payments-primary"),)),
        ),
        last_resort=(("user", DANA),),
        services=("storefront", "search", "catalogue"),
    ),
)
