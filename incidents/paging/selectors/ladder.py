"""A policy as a ladder to read: each step, whom it names, and whom that is right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.paging.domain.frozen import TargetKind
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget
from incidents.paging.selectors.frozen import frozen_policy, frozen_target, masked_target
from incidents.paging.selectors.names import FIELDS
from incidents.paging.selectors.people import visible_ids
from incidents.paging.selectors.reach import Reach, Reached
from incidents.paging.selectors.targets import Key, keys_of, visible_keys
from reliability.access.domain.caller import Caller

_NAMES_MAX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One target. slug: names its page, empty when it has none or is not the caller's to see.

    now: who that is at the moment, with `more` beyond them; unheard: why nobody.
    """

    kind: TargetKind
    name: str
    slug: str = ""
    now: tuple[str, ...] = ()
    more: int = 0
    unheard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """begins: after the beginning, when nobody acknowledges and every step before it reaches somebody."""

    number: int
    begins: timedelta
    delay: timedelta
    round_robin: bool
    rungs: tuple[Rung, ...]
    is_last_resort: bool = False

    @property
    def is_unheard(self) -> bool:
        return all(rung.unheard for rung in self.rungs)


def ladder_of(*, caller: Caller, policy: EscalationPolicy, now: datetime) -> list[LadderStep]:
    """The last resort is the last one. A fixed number of queries; ask selectors.policies for the policy."""
    frozen = frozen_policy(policy=policy)
    visible = visible_keys(caller=caller, keys=keys_of(frozen))
    reach = Reach(frozen=frozen, team_id=policy.team_id)
    rows = [(step, list(step.targets.all())) for step in policy.steps.all()]
    reached = {
        target.pk: reach.of(masked_target(frozen_target(target), visible), at=now)
        for _, targets in rows
        for target in targets
    }
    people = {one.user.pk for found in reached.values() for one in found.recipients if one.user}
    shown = visible_ids(caller=caller, user_ids=people)
    steps: list[LadderStep] = []
    begins = timedelta()
    for step, targets in rows:
        rungs = tuple(_rung(target, reached, visible, shown) for target in targets)
        steps.append(_step(step, begins * (frozen.passes if step.is_last_resort else 1), rungs))
        begins += steps[-1].delay
    return steps


def _step(step: PolicyStep, begins: timedelta, rungs: tuple[Rung, ...]) -> LadderStep:
    return LadderStep(
        number=step.position + 1,
        begins=begins,
        delay=timedelta(minutes=step.delay_minutes),
        round_robin=step.round_robin,
        rungs=rungs,
        is_last_resort=step.is_last_resort,
    )


def _rung(target: StepTarget, reached: Mapping[int, Reached], visible: set[Key], shown: set[int]) -> Rung:
    plain = frozen_target(target)
    found = reached[target.pk]
    is_visible = (plain.kind, plain.id) in visible
    people = [one.user for one in found.recipients if one.user]
    names = [str(user) for user in people if user.pk in shown][:_NAMES_MAX]
    is_itself = plain.kind in (TargetKind.USER, TargetKind.CHANNEL)
    return Rung(
        kind=plain.kind,
        name=masked_target(plain, visible).name,
        slug=getattr(getattr(target, plain.kind.value), FIELDS[plain.kind]) if is_visible else "",
        now=() if is_itself else tuple(names),
        more=0 if is_itself else len(people) - len(names),
        unheard=found.unheard,
    )
