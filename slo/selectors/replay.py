"""When an objective's rules would have fired over the last days: what a policy is worth before somebody is woken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from reliability.kit.instants import floor_minute, from_minute, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain.alerting_policy import Policy
from slo.domain.alerting_replay import Curve, Firing, Minutes, beginning_of, curve_of, firings_of
from slo.domain.alerting_rules import Rule
from slo.domain.minutes import FloatArray
from slo.models import Slo
from slo.selectors.alert_policies import policies_of
from slo.selectors.series import kept_from, read_between
from slo.selectors.terms import Terms, dossier_of
from slo.selectors.totals import totals_of

DAYS_DEFAULT, DAYS_MAX = 30, 92
_POINTS_MAX = 400


@dataclass(frozen=True, slots=True)
class RuleReplay:
    """One rule over the period: its firings, oldest first. significant: how many spent the share it speaks of.

    precision: of all; None without a firing or a share. detection: median from the beginning of the burn to the alert.
    """

    rule: Rule
    firings: tuple[Firing, ...]
    significant: int | None
    precision: float | None
    detection: timedelta | None


@dataclass(frozen=True, slots=True)
class Replay:
    """All rules over a period, under today's definition and rules. measured: minutes of it with data."""

    period: Period
    rules: tuple[RuleReplay, ...]
    measured_minutes: int

    @property
    def firings(self) -> list[Firing]:
        """Of all rules, oldest first."""
        return sorted((one for rule in self.rules for one in rule.firings), key=lambda one: (one.fired_at, one.key))


@dataclass(frozen=True, slots=True)
class BurnPoint:
    """The burn of a rule's windows at an instant: the highest of its step; None where nothing was measured."""

    at: datetime
    long: float | None
    short: float | None


def replay(*, slo: Slo, now: datetime, days: int = DAYS_DEFAULT, policy: Policy | None = None) -> Replay:
    """When *policy* (default: the objective's own) would have fired in the last *days*, minute by minute.

    Today's definition, exclusions and factors over all of it. Live alerts see the newest minutes later than history
    does, by what a source takes to deliver them. Raises Invalid for too many days.
    """
    if not 1 <= days <= DAYS_MAX:
        raise Invalid(details=[{"field": "days", "message": f"must be 1 to {DAYS_MAX}"}])
    end = floor_minute(now)
    period = Period(max(end - timedelta(days=days), floor_minute(kept_from(now=now))), end)
    terms, policy = _asked(slo, period, now, policy)
    rules = [rule for rule in policy.rules if not rule.never]
    minutes = _minutes(terms, rules, period)
    length = terms.definition.window.period_at(end).length
    found = []
    for rule in rules:
        curve = _curve(minutes, rule, policy, terms, period)
        firings = firings_of(curve=curve, minutes=minutes, rule=rule, definition=terms.definition, window_length=length)
        found.append(_of_rule(rule, firings))
    first = period.start_minute - minutes.start_minute
    return Replay(period, tuple(found), int(minutes.covered[-1] - minutes.covered[first]))


def burn_points(*, slo: Slo, rule: Rule, policy: Policy, period: Period, now: datetime) -> list[BurnPoint]:
    """The burn that *rule* read over *period*, at most some hundred points: of each step the highest, so that no
    peak is lost."""
    terms, _ = _asked(slo, period, now, policy)
    minutes = _minutes(terms, [rule], period)
    curve = _curve(minutes, rule, policy, terms, period)
    step = max(1, -(-len(curve.instants) // _POINTS_MAX))
    return [_point(curve, first, step) for first in range(0, len(curve.instants), step)]


def began_at(*, terms: Terms, rule: Rule, policy: Policy, at: datetime) -> datetime:
    """When the burn began that makes *rule* fire at *at*: the first minute of the stretch in which its newest window
    has been above without a break, looking back over its long window at most.
    """
    period = Period(at - rule.long, at)
    curve = _curve(_minutes(terms, [rule], period), rule, policy, terms, period)
    return max(beginning_of(curve=curve), period.start)


def policy_at(*, slo: Slo, at: datetime, now: datetime) -> tuple[Terms, Policy]:
    """The terms and the policy that decide at *at*."""
    terms = dossier_of(slo=slo, period=Period(at, at)).at(at, now=now)
    return terms, policies_of(terms=[terms], at=at)[0]


def _asked(slo: Slo, period: Period, now: datetime, policy: Policy | None) -> tuple[Terms, Policy]:
    terms = dossier_of(slo=slo, period=period).at(period.end, now=now)
    return terms, policy or policies_of(terms=[terms], at=period.end)[0]


def _minutes(terms: Terms, rules: Sequence[Rule], period: Period) -> Minutes:
    """The minutes of the period and of the longest look-back before it, from a whole slice on."""
    unit = terms.definition.unit_minutes
    longest = max([rule.long for rule in rules], default=timedelta(0)) + timedelta(minutes=unit + 10)
    start = max(0, to_minute(period.start - longest) // unit * unit)
    series = read_between(sli_id=terms.sli_id, start_minute=start, end_minute=period.end_minute)
    before = totals_of(sli_id=terms.sli_id, period=Period.from_minutes(0, start), exclusions=())
    return Minutes.of(
        series=series,
        definition=terms.definition,
        exclusions=terms.exclusions,
        has_past=before.covered_minutes > 0,
    )


def _curve(minutes: Minutes, rule: Rule, policy: Policy, terms: Terms, period: Period) -> Curve:
    return curve_of(
        minutes=minutes,
        rule=rule,
        guards=policy.guards,
        definition=terms.definition,
        first=period.start_minute,
        last=period.end_minute + 1,
    )


def _of_rule(rule: Rule, firings: list[Firing]) -> RuleReplay:
    significant = None if rule.share is None else sum(firing.spent >= rule.share for firing in firings)
    return RuleReplay(
        rule=rule,
        firings=tuple(firings),
        significant=significant,
        precision=significant / len(firings) if significant is not None and firings else None,
        detection=_median([firing.detection for firing in firings]),
    )


def _median(lengths: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(length.total_seconds() for length in lengths)) if lengths else None


def _point(curve: Curve, first: int, step: int) -> BurnPoint:
    part = slice(first, first + step)
    return BurnPoint(
        from_minute(int(curve.instants[part][-1])), _highest(curve.long[part]), _highest(curve.short[part])
    )


def _highest(values: FloatArray) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.max()) if len(known) else None
