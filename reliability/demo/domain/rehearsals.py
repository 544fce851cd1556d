"""The game days of the demo's platform team: one that is over, with what it found, and one planned for next week."""

from __future__ import annotations

from dataclasses import dataclass

from reliability.demo.domain import rates

# Hours after the demo's first start.
DAY_HOURS = -74.0
EXPERIMENT = 1  # of rates.EXPERIMENTS
TITLE = "Exchange rates without their source"
GOAL = "Find out who notices first when rates stop coming, and whether the runbook is any good."
HYPOTHESIS = "Customers are told the last known rates, and on call is paged within five minutes."
PLACE = "https://meet.example.com/platform-game-day"
COORDINATOR, REPORTER, OBSERVER = "dev.patel@example.org", "eva.lindqvist@example.org", "farid.haddad@example.org"
GUEST = "auditor@partner.example"
BY_HAND = "Nobody of the first row answers"
BY_HAND_HAPPENS = "Eva leaves her phone on the table: does the page reach the second row?"
CHECKED = ("The runbook of the exchange rates was read", "Support knows that we play")


@dataclass(frozen=True, slots=True)
class Seen:
    """seconds: after the scenario of that position began."""

    position: int
    seconds: int
    kind: str
    by: str
    text: str


SEEN = (
    Seen(1, 48, "noticed", "Eva Lindqvist", "The rates page shows a spinner, then an error"),
    Seen(1, 70, "acted", "Dev Patel", "Opened the runbook: its first link is dead"),
    Seen(1, 85, "surprised", "Farid Haddad", "No cached rates are served at all"),
    Seen(1, 95, "fault_found", "Dev Patel", "The time-out of the client is longer than that of its callers"),
    Seen(2, 260, "noticed", "Farid Haddad", "Paged as second row, four minutes in"),
    Seen(2, 300, "note", "Eva Lindqvist", "The escalation works as drawn"),
)
RESPONSE = "Serve the last known rates and tell support"
RIGHT_WHY = "It hurt where it would hurt on a Monday, and nobody had to guess."
WELL = "The coordinator stopped the run herself once we had seen enough."
BADLY = "The runbook was written for the old provider."
LUCKY = "It was the quiet hour: at noon the callers would have queued up."
LEARNT = "Stale rates are better than none, and nobody had built that."
FINDING = "Rates have no fallback when their source is gone"
FINDING_TEXT = "No cached rates are served: every caller waits for the time-out."
# Proven by the second of the past runs; the other is still to be done.
PROVEN = "Let the client of the rates time out before its callers do"
OPEN_TASK = "Serve the last known rates when their source is gone"
TRACKER = "https://tracker.example.com/PLAT-212"
NEXT_TITLE = "Exchange rates, slow and then gone"
NEXT_GOAL = "Repeat what failed, with the fallback in place, and let somebody new coordinate."
NEXT_DAYS = 7
SERVICE = rates.SERVICE
