"""What speaks for and against changing a service now, from everything that is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reliability.gate.domain.budget_rules import Action, Reading, Rule, Standing, standing_of, words_of
from reliability.gate.domain.deciding import Reason
from reliability.gate.domain.freezes import Window, holding
from reliability.gate.domain.kinds import ChangeKind, Heed, ReasonKind, Weight
from reliability.gate.domain.places import Place
from reliability.gate.domain.terms import Terms

# What leads back to where all was well.
_WAY_BACK = frozenset({ChangeKind.ROLLBACK, ChangeKind.HOTFIX, ChangeKind.RELIABILITY})


@dataclass(frozen=True, slots=True)
class Policy:
    id: int
    title: str
    version: int
    url: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule that is in force. since: as it was written down, or now when it has only just come into force."""

    rule: Rule
    standing: Standing
    since: datetime

    @property
    def words(self) -> str:
        return words_of(self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one service at one instant.

    policy: None where nobody agreed on one. since: when each rule (by key) came into force. elsewhere: what other rooms
    tell, with the weight that the team gives it. no_data: what an objective without data does.
    """

    service_id: int
    team_id: int
    service_url: str
    policy: Policy | None
    readings: Sequence[Reading] = ()
    since: Mapping[str, datetime] = field(default_factory=dict)
    windows: Sequence[Window] = ()
    window_urls: Mapping[int, str] = field(default_factory=dict)
    elsewhere: Sequence[Reason] = ()
    no_data: Heed = Heed.WARN


def rules_in_force(*, facts: Facts, at: datetime) -> list[InForce]:
    """In the order of the policy, none without one."""
    if facts.policy is None:
        return []
    found = []
    for rule in facts.policy.terms.rules:
        since = facts.since.get(rule.key)
        standing = standing_of(rule=rule, readings=facts.readings, since=since, now=at)
        if standing.is_in_force:
            found.append(InForce(rule, standing, since or at))
    return found


def reasons_of(*, facts: Facts, place: Place, at: datetime) -> list[Reason]:
    """Everything that is looked at for a change of the service in this environment.

    Outside of production only freezes that name the environment are asked: budgets, incidents and experiments are of
    production.
    """
    found = [*_of_windows(facts, place, at)]
    if not place.is_known:
        held = "it is treated as production" if place.is_production else "it is treated as none of production"
        words = f"no deployment to {place.name} was ever told: {held}; look at its spelling"
        found.append(Reason(kind=ReasonKind.UNKNOWN_ENVIRONMENT, weight=Weight.WARNS, words=words))
    if not place.is_production:
        words = f"{place.name} is not production: budgets, incidents and experiments are not asked"
        return [*found, Reason(kind=ReasonKind.NOT_PRODUCTION, weight=Weight.NOTES, words=words)]
    return [*found, *_of_policy(facts, at), *_of_data(facts), *facts.elsewhere]


def _of_windows(facts: Facts, place: Place, at: datetime) -> Iterator[Reason]:
    wanted = [
        one
        for one in facts.windows
        if one.is_about(
            service_id=facts.service_id,
            team_id=facts.team_id,
            environment=place.name,
            is_production=place.is_production,
        )
    ]
    for held in holding(windows=wanted, at=at):
        window = held.window
        yield Reason(
            kind=ReasonKind.FREEZE_WINDOW,
            weight=Weight.BLOCKS,
            words=f"“{window.title}” holds until {held.until:%Y-%m-%d %H:%M} UTC: {window.reason}",
            url=facts.window_urls.get(window.id, ""),
            until=held.until,
            passes=window.passes,
            may_be_overridden=window.may_be_overridden,
        )


def _of_policy(facts: Facts, at: datetime) -> Iterator[Reason]:
    policy = facts.policy
    if policy is None:
        words = "no error-budget policy holds for the service: its budgets were not asked"
        yield Reason(kind=ReasonKind.NO_POLICY, weight=Weight.NOTES, words=words, url=facts.service_url)
        return
    for one in rules_in_force(facts=facts, at=at):
        is_freeze = one.rule.action is Action.FREEZE
        todo = (
            "changes wait"
            if is_freeze
            else f"{one.rule.work_percent} % of the work goes to reliability until it is back"
        )
        since = f"{one.since:%Y-%m-%d %H:%M} UTC"
        yield Reason(
            kind=ReasonKind.BUDGET_FREEZE if is_freeze else ReasonKind.SHIFT_WORK,
            weight=Weight.BLOCKS if is_freeze else Weight.WARNS,
            words=f"{one.standing.reason}: {todo} by “{policy.title}”, in force since {since}",
            url=policy.url,
            until=_at_least_until(one, at),
            passes=frozenset(policy.terms.passes),
        )


def _at_least_until(one: InForce, at: datetime) -> datetime | None:
    """Only when nothing but its hold keeps it in force is it known when it ends."""
    if one.standing.slo or not one.rule.hold_minutes:
        return None
    ends_at = one.since + timedelta(minutes=one.rule.hold_minutes)
    return ends_at if ends_at > at else None


def _of_data(facts: Facts) -> Iterator[Reason]:
    if not facts.readings:
        words = "no objective of its team measures the service: nobody knows what users see"
        yield Reason(kind=ReasonKind.NO_OBJECTIVE, weight=Weight.WARNS, words=words, url=facts.service_url)
    for one in facts.readings:
        if one.budget_left is not None and not one.is_stale:
            continue
        what = "is not measured" if one.budget_left is None else "was not measured of late"
        yield Reason(
            kind=ReasonKind.NO_DATA,
            weight=facts.no_data.weight or Weight.WARNS,
            words=f"“{one.title}” {what}: whether users are well is not known",
            url=f"/slos/{one.slo}/",
            passes=_WAY_BACK,  # what was just deployed may be why nothing is measured
        )
