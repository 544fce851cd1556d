"""What the demo's shop asks of its services before they are ready, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TEAM = "payments"
READY = "notifications"
WITH_GAPS = "checkout"


@dataclass(frozen=True, slots=True)
class DemoEvidence:
    """days: how long ago it was done. by, reviewed_by: mail addresses; nobody has looked at it while that is blank."""

    service: str
    item: str
    days: int
    by: str
    text: str
    url: str = ""
    reviewed_by: str = ""


OWN_ITEM: dict[str, Any] = {
    "slug": "acquirer-informed",
    "title": "The acquirer knows whom to call",
    "day": "day_2",
    "why": "When cards fail they see it before we do, and lose an hour finding our number.",
    "asks": "Who was told, and when. Example: “Their operations desk has the number of Payments, primary.”",
    "source": "Decided after the card outage of last winter",
    "tiers": [1],
    "expires_days": 365,
}
OWN_REASON = "Two outages in a row began with a call that reached nobody."

_BEN, _CHIARA, _GRACE = "ben.ortiz@example.org", "chiara.rossi@example.org", "grace.kim@example.org"

EVIDENCE = (
    DemoEvidence(
        READY,
        "security-reviewed",
        41,
        _BEN,
        "Threat model with Platform. Two findings:\n\n- mail templates took HTML from order notes: **escaped since**\n"
        "- the token for the SMS gateway was shared with staging: *rotated*\n\nNothing is open.",
        "https://wiki.example.com/notifications/threat-model",
        _CHIARA,
    ),
    DemoEvidence(
        READY,
        "rollback-tried",
        18,
        _GRACE,
        "Release 88 taken back in production on purpose, at ten in the morning: 3 min 40 s, no message lost, none sent "
        "twice.",
    ),
    DemoEvidence(
        WITH_GAPS,
        "load-tested",
        402,
        _BEN,
        "820 orders a minute, then the pool of connections to the orders database ran out and answers were 503.",
        "https://wiki.example.com/checkout/load-test",
    ),
    DemoEvidence(
        WITH_GAPS,
        "rollback-tried",
        35,
        _CHIARA,
        "Release 214 taken back on staging in 4 min. Its migration had to stay: it only added a column.",
    ),
    DemoEvidence(
        WITH_GAPS,
        "restore-tried",
        6,
        _BEN,
        "Backup of 02:00 restored to a second cluster in 38 min; the last 4 min of orders were missing, as expected.",
    ),
    DemoEvidence(
        WITH_GAPS,
        "security-reviewed",
        120,
        _CHIARA,
        "Yearly review with the auditors of the card schemes. One finding, closed the week after.",
        reviewed_by=_GRACE,
    ),
)

WAIVED_ITEM = "capacity-planned"
WAIVED_BECAUSE = (
    "The forecast for the season comes from finance at the end of the month; last year's figures hold so far."
)
WAIVED_DAYS = 30

READY_BECAUSE = (
    "Everything that tier 3 asks for is there. Mails that are late by an hour annoy, and stop no order: the load test "
    "can wait until sales asks for more."
)
NOT_READY_BECAUSE = (
    "It promises more than its dependencies do, and nobody has measured what load it takes since the new basket. "
    "First: a load test, and an objective for Kubernetes."
)
