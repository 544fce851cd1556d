"""Where an item of a service stands, and whether the service is ready. Unknown, missing and expired are never met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reliability.readiness.domain.answers import Answer, Found
from reliability.readiness.domain.items import Item


class State(StrEnum):
    MET = "met"
    WAIVED = "waived"
    NOT_MET = "not_met"
    EXPIRED = "expired"
    MISSING = "missing"
    UNREVIEWED = "unreviewed"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        return self not in (State.MET, State.WAIVED)

    @property
    def badge(self) -> str:
        """A slug of reliability.web.states."""
        return f"readiness_{self.value}"


class Verdict(StrEnum):
    READY = "ready"
    READY_WITH_EXCEPTIONS = "ready_with_exceptions"
    NOT_READY = "not_ready"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")

    @property
    def badge(self) -> str:
        return f"readiness_{self.value}"


@dataclass(frozen=True, slots=True)
class Given:
    """Evidence in force. reviewer: somebody else who looked at it, blank while nobody has. expires_at: None: never."""

    id: int
    text: str
    url: str
    happened_on: date
    author: str
    reviewer: str = ""
    reviewed_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waived:
    """Let off until an instant, with the reason."""

    id: int
    reason: str
    until_at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An item of a service at an instant. text: what makes it so; step, url: the one next thing to do and where."""

    item: Item
    state: State
    is_required: bool
    text: str
    step: str = ""
    url: str = ""
    given: Given | None = None
    waived: Waived | None = None
    team_ids: frozenset[int] = frozenset()
    elsewhere: str = ""

    @property
    def is_missing(self) -> bool:
        """Required, and neither met nor waived."""
        return self.is_required and self.state.is_open


@dataclass(frozen=True, slots=True)
class Tally:
    """Of required items; `optional_met` of `optional` others."""

    required: int
    met: int
    waived: int
    optional: int
    optional_met: int

    @property
    def missing(self) -> int:
        return self.required - self.met - self.waived

    @property
    def verdict(self) -> Verdict:
        """What the items alone say: a waived one is an exception."""
        if self.missing:
            return Verdict.NOT_READY
        return Verdict.READY_WITH_EXCEPTIONS if self.waived else Verdict.READY


def by_proof(*, item: Item, tier: int, answer: Answer, waived: Waived | None, now: datetime) -> Standing:
    """An item that the system proves."""
    state = {Found.MET: State.MET, Found.NOT_MET: State.NOT_MET, Found.UNKNOWN: State.UNKNOWN}[answer.state]
    return _let_off(
        Standing(
            item=item,
            state=state,
            is_required=item.is_required(tier=tier),
            text=answer.text,
            step=answer.step,
            url=answer.url,
            team_ids=answer.team_ids,
            elsewhere=answer.elsewhere,
        ),
        waived,
        now,
    )


def by_evidence(
    *, item: Item, tier: int, given: Given | None, waived: Waived | None, now: datetime, url: str
) -> Standing:
    """An item that people answer; url: where they do."""
    state, text, step = _evidence(item, given, now)
    required = item.is_required(tier=tier)
    return _let_off(Standing(item, state, required, text, step, url, given), waived, now)


def tally(standings: Iterable[Standing]) -> Tally:
    found = list(standings)
    required = [one for one in found if one.is_required]
    optional = [one for one in found if not one.is_required]
    return Tally(
        required=len(required),
        met=sum(one.state is State.MET for one in required),
        waived=sum(one.state is State.WAIVED for one in required),
        optional=len(optional),
        optional_met=sum(one.state is State.MET for one in optional),
    )


def in_order(standings: Iterable[Standing]) -> list[Standing]:
    """What is missing first, then what is open and optional, then what is waived, then what is met."""
    return sorted(standings, key=_rank)


def _rank(standing: Standing) -> int:
    if standing.is_missing:
        return 0
    if standing.state.is_open:
        return 1
    return 2 if standing.state is State.WAIVED else 3


def _evidence(item: Item, given: Given | None, now: datetime) -> tuple[State, str, str]:
    if given is None:
        return State.MISSING, "no evidence yet", "Give evidence"
    when = f"{given.happened_on:%Y-%m-%d} by {given.author}"
    if given.expires_at is not None and given.expires_at <= now:
        return State.EXPIRED, f"evidence of {when} expired on {given.expires_at:%Y-%m-%d}", "Give new evidence"
    if item.needs_second and not given.reviewer:
        return State.UNREVIEWED, f"evidence of {when} waits for a second pair of eyes", "Review the evidence"
    seen = f", reviewed by {given.reviewer}" if given.reviewer else ""
    until = f", good until {given.expires_at:%Y-%m-%d}" if given.expires_at is not None else ""
    return State.MET, f"{when}{seen}{until}", ""


def _let_off(standing: Standing, waived: Waived | None, now: datetime) -> Standing:
    if waived is None or waived.until_at <= now or not standing.state.is_open:
        return standing
    return Standing(
        item=standing.item,
        state=State.WAIVED,
        is_required=standing.is_required,
        text=f"waived until {waived.until_at:%Y-%m-%d} by {waived.author}: {waived.reason}",
        given=standing.given,
        waived=waived,
    )
