"""What to do next: each vulnerability by what an hour of work on it is expected to pay back.

  odds      = (1 + d) ÷ (2 + d + h)
  at stake  = times a year × share of users × minutes × weight of the tier × odds      weighted bad minutes a year
  work      = hours to try + odds × hours to mend; of a confirmed one hours to mend alone                    hours
  payback   = at stake ÷ work                                                  weighted bad minutes a year per hour

d and h are the runs that deviated and that held, each worth ½ ^ (age ÷ 90 days): what a system did a year ago says
little of what it does today. The odds are Laplace's rule of succession: even while nothing was tried, never 0 or 1.
"Times a year × loss of one time" is the annualised loss expectancy (NIST SP 800-30). "Value per hour of work, the
highest first" is the order that pays back soonest (weighted shortest job first, Reinertsen, "The Principles of Product
Development Flow", 2009). Tiers halve: a minute of tier 1 is worth two of tier 2, eight of tier 4. The half-life is that
of the resilience score, so that a service and its backlog forget alike.

All inputs are bounded, so that every figure is finite and above 0. Ties: the more important tier, then the older one,
then the lower number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.backlog.domain.states import CLOSED, State
from chaos.runs.domain.score import HALF_LIFE

TIMES_A_YEAR = (0.01, 1_000.0)
USERS_PERCENT = (0.1, 100.0)
MINUTES = (0.5, 10_080.0)
HOURS = (0.25, 2_000.0)
TIERS = (1, 4)
TIER_OF_NONE = 3  # of what belongs to no service: the tier a service has by default


@dataclass(frozen=True, slots=True)
class Estimate:
    """What people expect. times_a_year: how often it strikes. users_percent: of all users who notice. minutes: until
    it is mended each time. hours_to_try, hours_to_mend: of people's work. tier: of the service, 1 to 4."""

    times_a_year: float
    users_percent: float
    minutes: float
    hours_to_try: float
    hours_to_mend: float
    tier: int = TIER_OF_NONE

    @property
    def weight(self) -> float:
        return float(0.5 ** (_within(self.tier, TIERS) - 1))


@dataclass(frozen=True, slots=True)
class Seen:
    """A run that ended in an answer, as evidence."""

    has_deviated: bool
    at: datetime

    def worth(self, *, now: datetime) -> float:
        """1 when it is new, half as much each 90 days; of the future: as if it were new."""
        age = max(now - self.at, timedelta(0))
        return float(0.5 ** (age / HALF_LIFE))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands and why. payback: 0 when there is nothing more to do. reasons: sentences, the figures in them."""

    payback: float
    odds: float
    at_stake: float
    work_hours: float
    reasons: tuple[str, ...]


def odds_of(*, evidence: Sequence[Seen], now: datetime) -> float:
    """How likely it is that the fear is true, between 0 and 1, both excluded."""
    deviated = sum(one.worth(now=now) for one in evidence if one.has_deviated)
    held = sum(one.worth(now=now) for one in evidence if not one.has_deviated)
    return (1 + deviated) / (2 + deviated + held)


def standing(*, estimate: Estimate, state: State, evidence: Sequence[Seen], now: datetime) -> Standing:
    """What stands above, with inputs out of their bounds taken as the nearest bound."""
    odds = odds_of(evidence=evidence, now=now)
    times = _within(estimate.times_a_year, TIMES_A_YEAR)
    share = _within(estimate.users_percent, USERS_PERCENT) / 100
    minutes = _within(estimate.minutes, MINUTES)
    to_try, to_mend = (_within(hours, HOURS) for hours in (estimate.hours_to_try, estimate.hours_to_mend))
    at_stake = times * share * minutes * estimate.weight * odds
    work = to_mend if state is State.CONFIRMED else to_try + odds * to_mend
    payback = 0.0 if state in CLOSED else at_stake / work
    reasons = [
        f"It strikes {_count(times)} times a year, {_count(share * 100)} % of users notice, for {_count(minutes)} min "
        f"each time; a minute of tier {estimate.tier} weighs {_count(estimate.weight)}.",
        _odds_in_words(odds, evidence, now),
        f"At stake: {_count(times)} × {_count(share)} × {_count(minutes)} × {_count(estimate.weight)} × "
        f"{_count(odds)} = {_count(at_stake)} weighted bad minutes a year.",
    ]
    if state in CLOSED:
        reasons.append(f"It is {state.words}: nothing more to do, so it stands behind all others.")
    elif state is State.CONFIRMED:
        reasons.append(f"It is confirmed: what is left is to mend it, {_count(work)} h.")
    else:
        reasons.append(
            f"Work: {_count(to_try)} h to try it, and with odds of {_count(odds)} another {_count(to_mend)} h to mend "
            f"it: {_count(work)} h."
        )
    if payback:
        reasons.append(f"Payback: {_count(at_stake)} ÷ {_count(work)} = {_count(payback)} min a year for an hour.")
    return Standing(payback, odds, at_stake, work, tuple(reasons))


def _odds_in_words(odds: float, evidence: Sequence[Seen], now: datetime) -> str:
    if not evidence:
        return "Nothing was tried yet: the odds that it is true are even, 50 %."
    parts = []
    for has_deviated, words in ((True, "deviated"), (False, "held")):
        found = [one.worth(now=now) for one in evidence if one.has_deviated is has_deviated]
        if found:
            parts.append(f"{len(found)} run{'s' * (len(found) > 1)} {words} (worth {_count(sum(found))} by age)")
    percent = round(odds * 100)
    if percent == 50:
        return f"{' and '.join(parts)}: the odds that it is true stay even, 50 %."
    way = "raise" if percent > 50 else "lower"
    return f"{' and '.join(parts)}: {way} the odds that it is true from 50 % to {percent} %."


def _within(value: float, bounds: tuple[float, float]) -> float:
    """The nearest value in the bounds; what is no number is the lowest."""
    low, high = bounds
    return min(max(value, low), high) if value == value else low


def _count(value: float) -> str:
    """Three figures are enough to follow it: 0.0125, 1.5, 12,600."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
