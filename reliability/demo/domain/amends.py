"""What the demo's shop agreed to do after its incidents, and what became of it.

Hours are relative to the demo's first start; days count from today.
"""

from __future__ import annotations

from dataclasses import dataclass

from reliability.demo.domain import rates


@dataclass(frozen=True, slots=True)
class DemoStep:
    """to: a state, or "confirm" and "note". who: an email address."""

    hours: float
    who: str
    to: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class DemoAction:
    """incident: its title; empty for none. proof: "slo:name:days", "experiment:slug", "check:email:what" or empty."""

    title: str
    team: str
    kind: str
    owner: str
    due_days: int
    priority: str
    text: str
    written_hours: float
    incident: str = ""
    service: str = ""
    proof: str = ""
    tracker_url: str = ""
    steps: tuple[DemoStep, ...] = ()


_BEN, _CHIARA = "ben.ortiz@example.org", "chiara.rossi@example.org"
_EVA, _FARID = "eva.lindqvist@example.org", "farid.haddad@example.org"
_DEV, _GRACE = "dev.patel@example.org", "grace.kim@example.org"

ACTIONS = (
    DemoAction(
        "Give the pool of the report job a bound",
        "platform",
        "prevent",
        _FARID,
        -6,
        "high",
        "The job took **all 500 connections**. Twenty are enough; it may wait.",
        -210,
        incident="The orders database takes no connections",
        service="orders-db",
        proof="slo:orders-db-uptime:14",
        tracker_url="https://tracker.example.com/PLAT-231",
        steps=(
            DemoStep(-205, _FARID, "in_progress"),
            DemoStep(-190, _FARID, "note", "Merged; the job runs tonight with `max_connections: 20`."),
            DemoStep(-171, _FARID, "done"),
        ),
    ),
    DemoAction(
        "Page when idle connections pile up",
        "platform",
        "detect",
        _EVA,
        -2,
        "normal",
        "We noticed after four minutes, from checkout's errors. The database itself could have told.",
        -209,
        incident="The orders database takes no connections",
        service="orders-db",
        proof=f"check:{_FARID}:An alert comes when 300 idle connections are opened on staging.",
        steps=(DemoStep(-120, _EVA, "in_progress"),),
    ),
    DemoAction(
        "Keep the images of the last ten releases",
        "payments",
        "mitigate",
        _CHIARA,
        -1,
        "high",
        "The roll-back had to build its image anew: 20 minutes of the 52.",
        -128,
        incident="Checkout fails for a quarter of customers",
        service="checkout",
        proof=f"check:{_BEN}:Release 2026.45.4 can be rolled out without a build.",
        tracker_url="https://tracker.example.com/PAY-1184",
        steps=(
            DemoStep(-100, _CHIARA, "in_progress"),
            DemoStep(-76, _CHIARA, "done"),
            DemoStep(-52, _BEN, "confirm", "Rolled out 2026.45.4 on staging in 90 seconds; nothing was built."),
        ),
    ),
    DemoAction(
        "Rotate client certificates of both zones by one job",
        "payments",
        "prevent",
        _GRACE,
        9,
        "urgent",
        "Zone A kept last year's certificate, as each zone is rotated by hand.",
        -64,
        incident="A third of card authorisations fail",
        service="card-gateway",
        proof=f"check:{_BEN}:Both zones show the same serial number after the job.",
    ),
    DemoAction(
        "Give callers of the exchange rates a time-out of 2 s",
        "platform",
        "mitigate",
        _DEV,
        3,
        "normal",
        "Late rates must not hang a page. The run of two days ago held once by hand; now with every caller.",
        -49,
        service=rates.SERVICE,
        proof=f"experiment:{rates.EXPERIMENTS[0].slug}",
        steps=(DemoStep(-30, _DEV, "in_progress"), DemoStep(-5, _DEV, "done")),
    ),
    DemoAction(
        "Tell time-outs of the acquirer apart in the alert",
        "payments",
        "detect",
        _CHIARA,
        -8,
        "low",
        "Chiara looked at our own service for five minutes before the acquirer's status page.",
        -330,
        incident="Some card payments are declined",
        service="payments",
        steps=(
            DemoStep(-300, _CHIARA, "in_progress"),
            DemoStep(
                -180,
                _CHIARA,
                "unproven",
                "The label is on the alert, but the acquirer's sandbox never times out: nothing can show it.",
            ),
        ),
    ),
)
