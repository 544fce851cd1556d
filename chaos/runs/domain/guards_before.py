"""The guards before a start. Each says go, wait or no, with its reason and the numbers it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chaos.runs.domain.guards import Guard, GuardResult, Policy, go, no, wait
from chaos.runs.domain.readings import SloReading
from reliability.kit.percent import share_text

AGENT_SEEN_WITHIN = timedelta(seconds=15)
_SHOWN_MAX = 5
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's word on the run. is_barred: requested it, or wrote what it runs."""

    name: str
    is_approved: bool
    expires_at: datetime
    reason: str = ""
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One place that was to be told."""

    place: str
    sent_at: datetime | None
    is_acknowledged: bool = False
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class TargetSeen:
    """is_there: it exists and is switched on. held_by: the run that has it, other than this one."""

    slug: str
    kind: str
    is_there: bool = True
    held_by: int | None = None


@dataclass(frozen=True, slots=True)
class AgentSeen:
    instance: str
    seen_at: datetime
    kinds: frozenset[str]


def stop(*, reason: str, by: str) -> GuardResult:
    """The global stop in force; blank *by*: there is none. What waits goes on waiting: it may be lifted."""
    if not by:
        return go(Guard.STOP, "no global stop is in force")
    why = f": {reason}" if reason else ""
    return wait(Guard.STOP, f"the global stop is in force, pressed by {by}{why}")


def window(*, not_before: datetime, not_after: datetime, at: datetime) -> GuardResult:
    if at < not_before:
        return wait(Guard.WINDOW, f"it begins at {not_before:%Y-%m-%d %H:%M} UTC", until=not_before)
    if at >= not_after:
        late = (at - not_after).total_seconds()
        return no(
            Guard.WINDOW,
            f"missed: it was to begin before {not_after:%Y-%m-%d %H:%M:%S} UTC, {late:.0f} s ago",
            late_seconds=late,
        )
    left = (not_after - at).total_seconds()
    return go(Guard.WINDOW, f"it may begin until {not_after:%Y-%m-%d %H:%M} UTC", left_seconds=left)


def document(*, problems: Sequence[str]) -> GuardResult:
    if problems:
        return no(Guard.DOCUMENT, f"the experiment cannot be run: {_some(problems)}", problems=list(problems))
    return go(Guard.DOCUMENT, "the experiment is valid and its secrets have values")


def hypothesis(*, probes: int) -> GuardResult:
    if not probes:
        return no(
            Guard.HYPOTHESIS, "there is no hypothesis with a probe: nothing could be learnt, add one to the experiment"
        )
    return go(Guard.HYPOTHESIS, f"the hypothesis has {probes} {_plural('probe', probes)}", probes=probes)


def targets(*, seen: Sequence[TargetSeen]) -> GuardResult:
    gone = [one.slug for one in seen if not one.is_there]
    if gone:
        return no(Guard.TARGETS, f"switched off or gone: {_some(gone)}", targets=gone)
    held = [one for one in seen if one.held_by is not None]
    if held:
        words = [f"{one.slug} is held by run {one.held_by}" for one in held]
        return wait(Guard.TARGETS, _some(words), held={one.slug: one.held_by for one in held})
    if not seen:
        return go(Guard.TARGETS, "it names no target")
    return go(Guard.TARGETS, f"free: {_some([one.slug for one in seen])}")


def agent(*, name: str, agents: Sequence[AgentSeen], kinds: frozenset[str], at: datetime) -> GuardResult:
    """*agents* are those of the name; *kinds* the injectors that the targets need."""
    called = f"the agent {name}" if name else "an agent"
    alive = [one for one in agents if at - one.seen_at <= AGENT_SEEN_WITHIN]
    if not alive:
        command = f"manage.py chaos agent{f' --name {name}' if name else ''}"
        last = max((one.seen_at for one in agents), default=None)
        ago = f", last {(at - last).total_seconds():.0f} s ago" if last else ""
        return wait(Guard.AGENT, f"{called} was not seen in the last 15 s{ago}: start one by {command}")
    able = [one for one in alive if kinds <= one.kinds]
    if not able:
        lacking = sorted(kinds - frozenset().union(*(one.kinds for one in alive)) or kinds)
        return wait(Guard.AGENT, f"{called} cannot do {_some(lacking)} on its machine", lacking=lacking)
    ago_seconds = min((at - one.seen_at).total_seconds() for one in able)
    return go(Guard.AGENT, f"{called} was seen {max(ago_seconds, 0):.0f} s ago", agents=len(able))


def approval(*, policy: Policy, votes: Sequence[Vote], at: datetime) -> GuardResult:
    declined = [one for one in votes if not one.is_approved]
    if declined:
        why = f": {declined[0].reason}" if declined[0].reason else ""
        return no(Guard.APPROVAL, f"declined by {declined[0].name}{why}")
    needed = policy.approvals_needed
    if not needed:
        return go(Guard.APPROVAL, "no approval is asked for")
    good = [one.name for one in votes if at < one.expires_at and not one.is_barred]
    if len(good) >= needed:
        return go(Guard.APPROVAL, f"approved by {_some(good)}", approved=len(good), needed=needed)
    expired = sum(at >= one.expires_at for one in votes)
    late = f", {expired} expired" if expired else ""
    return wait(
        Guard.APPROVAL,
        f"{len(good)} of {needed} {_plural('approval', needed)} by somebody who neither asked for the run nor wrote "
        f"the experiment{late}",
        approved=len(good),
        needed=needed,
    )


def notice(*, policy: Policy, told: Sequence[Told], at: datetime) -> GuardResult:
    if not policy.notice_minutes and not policy.needs_acknowledgement:
        return go(Guard.NOTICE, "no notice is asked for")
    if not told:
        return no(Guard.NOTICE, "the policy asks for notice and names nobody to tell: add channels or people to it")
    failed = [one.place for one in told if one.is_failed]
    if failed:
        return no(Guard.NOTICE, f"could not be told: {_some(failed)}", failed=failed)
    unsent = [one.place for one in told if one.sent_at is None]
    if unsent:
        return wait(Guard.NOTICE, f"not told yet: {_some(unsent)}", unsent=unsent)
    silent = [one.place for one in told if not one.is_acknowledged]
    if policy.needs_acknowledgement and silent:
        return wait(Guard.NOTICE, f"told and not acknowledged by {_some(silent)}", unacknowledged=silent)
    last = max(one.sent_at for one in told if one.sent_at is not None)
    early = last + policy.notice_minutes * _MINUTE
    if at < early:
        return wait(
            Guard.NOTICE,
            f"told {_minutes(at - last)} ago, {policy.notice_minutes} minutes are asked for",
            until=early,
        )
    return go(Guard.NOTICE, f"{len(told)} {_plural('place', len(told))} told {_minutes(at - last)} ago")


def budget(*, policy: Policy, readings: Sequence[SloReading]) -> GuardResult:
    """Every watched objective has at least the policy's share of its budget left."""
    if not readings:
        return _without_objectives(policy)
    data = {"left": {one.name: one.remaining for one in readings}, "least": policy.budget_left_least}
    least = share_text(policy.budget_left_least)
    poor = [one for one in readings if one.remaining is not None and one.remaining < policy.budget_left_least]
    if poor:
        words = [f"{one.name} has {_share(one.remaining)} left" for one in poor]
        return no(Guard.BUDGET, f"{_some(words)}, at least {least} of the error budget is asked for", **data)
    blind = [one.name for one in readings if one.remaining is None]
    if blind and not policy.allows_no_data:
        return no(Guard.BUDGET, f"nothing is known of the error budget of {_some(blind)}", **data)
    if len(blind) == len(readings):
        return go(Guard.BUDGET, f"nothing is known of {_some(blind)}, which the policy allows", **data)
    worst = min((one for one in readings if one.remaining is not None), key=lambda one: one.remaining or 0.0)
    return go(Guard.BUDGET, f"{worst.name} has {_share(worst.remaining)} left, {least} is asked for", **data)


def burn(*, policy: Policy, readings: Sequence[SloReading], at: datetime) -> GuardResult:
    """No watched objective burns too fast already. What burns may calm down: it waits."""
    over = f"over {policy.burn_before_minutes} minutes"
    data: dict[str, Any] = {"burn": {one.name: one.recent.burn for one in readings}, "most": policy.burn_before_most}
    fast = [one for one in readings if one.recent.burn is not None and one.recent.burn >= policy.burn_before_most]
    if fast:
        words = [f"{one.name} burns {_times(one.recent.burn)}" for one in fast]
        reason = f"{_some(words)} {over}, less than {_times(policy.burn_before_most)} is asked for"
        return wait(Guard.BURN, reason, until=at + _MINUTE, **data)
    known = [one for one in readings if one.recent.burn is not None]
    if not known:
        return go(Guard.BURN, "no objective with data is watched", **data)
    worst = max(known, key=lambda one: one.recent.burn or 0.0)
    return go(Guard.BURN, f"{worst.name} burns {_times(worst.recent.burn)} {over}", **data)


def telemetry(*, policy: Policy, readings: Sequence[SloReading], at: datetime) -> GuardResult:
    """What is not seen cannot stop a run: each watched objective has fresh counts."""
    ages = {one.name: None if one.measured_until is None else (at - one.measured_until).total_seconds()
            for one in readings}  # fmt: skip
    if not readings:
        return go(Guard.TELEMETRY, "no objective is watched")
    if policy.allows_no_data:
        ages = {name: age for name, age in ages.items() if age is not None}
    old = [
        f"{name} was {'never measured' if age is None else f'last measured {age:.0f} s ago'}"
        for name, age in ages.items()
        if age is None or age > policy.telemetry_seconds
    ]
    data: dict[str, Any] = {"age_seconds": ages, "most_seconds": policy.telemetry_seconds}
    if old:
        return wait(Guard.TELEMETRY, f"{_some(old)}, at most {policy.telemetry_seconds} s is asked for", **data)
    oldest = max((age for age in ages.values() if age is not None), default=None)
    if oldest is None:
        return go(Guard.TELEMETRY, "nothing is measured, which the policy allows", **data)
    return go(Guard.TELEMETRY, f"measured up to {max(oldest, 0):.0f} s ago", **data)


def blockers(*, name: str, found: Sequence[str], is_temporary: bool, until: datetime | None, words: str) -> GuardResult:
    """What another room objects to, in its words."""
    if not found:
        return go(name, words or f"{name.replace('_', ' ')}: nothing objects")
    if is_temporary:
        return wait(name, _some(found), until=until, reasons=list(found))
    return no(name, _some(found), reasons=list(found))


def _without_objectives(policy: Policy) -> GuardResult:
    words = "the service has no objective: nothing but the hypothesis and the deadline would end the run"
    if policy.needs_objectives:
        return no(Guard.BUDGET, f"{words}; add one, or let the policy of the service do without")
    return go(Guard.BUDGET, words)


def _share(share: float | None) -> str:
    return share_text(0.0 if share is None else round(share, 6))


def _times(burn: float | None) -> str:
    return f"{0.0 if burn is None else burn:.3g} ×"


def _minutes(span: timedelta) -> str:
    return f"{max(span.total_seconds(), 0) / 60:.0f} minutes"


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"


def _some(words: Sequence[str]) -> str:
    shown = ", ".join(words[:_SHOWN_MAX])
    return f"{shown} and {len(words) - _SHOWN_MAX} more" if len(words) > _SHOWN_MAX else shown
