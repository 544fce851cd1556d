"""What went wrong at the demo's shop, as far as people were called for it, and what was deployed.

Hours are relative to the demo's first start, minutes to the beginning of the trouble, as in `promises`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoDeed:
    """minute: after the trouble began; who: an email address.

    what: acknowledge, commander, communications, scribe, comment, pin (a comment worth keeping), mitigated, resolve,
    real, duplicate or false_positive (closed for that reason).
    """

    minute: float
    who: str
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class DemoIncident:
    """began: hours; detected: minutes later. The first service's policy pages."""

    began: float
    detected: float
    title: str
    severity: int
    summary: str
    services: tuple[str, ...]
    objectives: tuple[str, ...]
    deeds: tuple[DemoDeed, ...]


@dataclass(frozen=True, slots=True)
class DemoChange:
    hours: float
    service: str
    title: str


_BEN, _CHIARA = "ben.ortiz@example.org", "chiara.rossi@example.org"
_EVA, _FARID = "eva.lindqvist@example.org", "farid.haddad@example.org"
_GRACE = "grace.kim@example.org"

INCIDENTS = (
    DemoIncident(
        -340,
        9,
        "Some card payments are declined",
        3,
        "The acquirer answers with time-outs for one card brand.",
        ("payments", "card-gateway"),
        ("payments-availability",),
        (
            DemoDeed(13, _CHIARA, "acknowledge"),
            DemoDeed(16, _CHIARA, "comment", "Only one brand. The acquirer's status page says nothing yet."),
            DemoDeed(21, _CHIARA, "resolve", "The acquirer recovered by itself."),
            DemoDeed(90, _CHIARA, "real", "Asked the acquirer for a report."),
        ),
    ),
    DemoIncident(
        -220,
        4,
        "The orders database takes no connections",
        1,
        "The primary refuses connections; checkout and payments wait for it.",
        ("orders-db", "checkout", "payments"),
        ("orders-db-uptime",),
        (
            DemoDeed(6, _EVA, "acknowledge"),
            DemoDeed(7, _EVA, "commander"),
            DemoDeed(9, _EVA, "comment", "All 500 connections are taken, most of them idle, from one report job."),
            DemoDeed(10, _FARID, "scribe"),
            DemoDeed(14, _FARID, "comment", "Stopping the report job. Its pool has no bound."),
            DemoDeed(22, _EVA, "pin", "Connections fall: 120 now. Checkout answers again."),
            DemoDeed(24, _EVA, "mitigated"),
            DemoDeed(26, _EVA, "resolve", "The report job is off; a pool with a bound comes before it runs again."),
            DemoDeed(26 * 60, _EVA, "real"),
        ),
    ),
    DemoIncident(
        -150.5,
        3,
        "Checkout fails for a quarter of customers",
        1,
        "Orders end with an error page after the payment step.",
        ("checkout", "storefront"),
        ("checkout-availability", "checkout-latency", "storefront-availability"),
        (
            DemoDeed(7, _BEN, "acknowledge"),
            DemoDeed(8, _BEN, "commander"),
            DemoDeed(10, _GRACE, "communications"),
            DemoDeed(12, _BEN, "comment", "Errors began with checkout 2026.46.1. Nothing else was deployed."),
            DemoDeed(15, _GRACE, "comment", "Support is told: orders may fail, nobody is charged twice."),
            DemoDeed(19, _BEN, "comment", "Rolling back."),
            DemoDeed(
                31,
                _BEN,
                "comment",
                "The roll-back hangs: the old image was pruned from the registry. Building it anew.",
            ),
            DemoDeed(50, _BEN, "pin", "The old version serves all traffic, errors are gone."),
            DemoDeed(52, _BEN, "mitigated"),
            DemoDeed(66, _BEN, "resolve", "No error for a quarter of an hour."),
            DemoDeed(20 * 60, _CHIARA, "real", "Keep the images of the last ten releases."),
        ),
    ),
    DemoIncident(
        -70.3,
        5,
        "A third of card authorisations fail",
        2,
        "The gateway refuses our certificate from one of two zones.",
        ("payments", "card-gateway"),
        ("payments-availability",),
        (
            DemoDeed(17, _GRACE, "acknowledge"),
            DemoDeed(18, _GRACE, "commander"),
            DemoDeed(24, _GRACE, "comment", "Only from zone A. Its pods still have last year's client certificate."),
            DemoDeed(40, _BEN, "comment", "Platform rotated the secret in zone A, pods restart."),
            DemoDeed(47, _GRACE, "mitigated"),
            DemoDeed(55, _GRACE, "resolve"),
        ),
    ),
    DemoIncident(
        -40,
        11,
        "Order mails are late",
        4,
        "The queue grows; messages go out after some minutes.",
        ("notifications",),
        (),
        (
            DemoDeed(25, _CHIARA, "acknowledge"),
            DemoDeed(34, _CHIARA, "resolve", "The mail provider had throttled us for half an hour."),
            DemoDeed(300, _CHIARA, "false_positive", "Within what we promise."),
        ),
    ),
)

CHANGES = (
    DemoChange(-341, "catalogue", "catalogue 2026.45.2"),
    DemoChange(-222, "orders-db", "Monthly report job enabled"),
    DemoChange(-150.6, "checkout", "checkout 2026.46.1"),
    DemoChange(-149.7, "checkout", "checkout 2026.45.4 (rolled back)"),
    DemoChange(-98, "storefront", "storefront 2026.46.0"),
    DemoChange(-71, "payments", "payments 2026.46.3"),
    DemoChange(-30, "checkout", "checkout 2026.47.0"),
    DemoChange(-20, "catalogue", "catalogue 2026.47.0"),
    DemoChange(-0.8, "search", "search 2026.47.1: new ranking model"),
    DemoChange(-0.7, "checkout", "checkout 2026.47.1"),
)
