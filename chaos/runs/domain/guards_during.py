"""The guards while a run is under way: each that is breached says so with its numbers; the rest say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from chaos.runs.domain.guards import Guard, GuardResult, Policy, no
from chaos.runs.domain.readings import SloReading, burn_limit, spent_share
from reliability.kit.percent import share_text


def deadline(*, deadline_at: datetime | None, at: datetime) -> Iterator[GuardResult]:
    if deadline_at is not None and at >= deadline_at:
        late = (at - deadline_at).total_seconds()
        yield no(Guard.DEADLINE, f"its time ran out at {deadline_at:%H:%M:%S} UTC, {late:.0f} s ago", late_seconds=late)


def objectives(*, policy: Policy, readings: Sequence[SloReading], at: datetime) -> Iterator[GuardResult]:
    """Burn, budget spent by the run, budget left, and counts that stay away; of every watched objective."""
    for one in readings:
        yield from _burn(policy, one)
        yield from _spent(policy, one)
        yield from _floor(policy, one)
        yield from _telemetry(policy, one, at)


def _minutes(count: int) -> str:
    return "a minute" if count == 1 else f"{count} minutes"


def _burn(policy: Policy, one: SloReading) -> Iterator[GuardResult]:
    """Over the last minutes, none of them from before the first fault: what was before accuses nobody."""
    limit = burn_limit(wanted=policy.stop_burn_rate, allowed_bad=one.allowed_bad)
    burn = one.recent.burn
    if burn is None or burn < limit or one.recent.bad < policy.stop_bad_least:
        return
    yield no(
        Guard.BURN,
        f"{one.name} burns its error budget {burn:.3g} × over {_minutes(one.recent.minutes)} "
        f"({one.recent.bad:.0f} bad of {one.recent.valid:.0f}), {limit:.3g} × stops the run",
        slo=one.name,
        burn=burn,
        limit=limit,
        minutes=one.recent.minutes,
        bad=one.recent.bad,
    )


def _spent(policy: Policy, one: SloReading) -> Iterator[GuardResult]:
    if one.fault is None or one.fault.bad < policy.stop_bad_least:
        return
    spent = spent_share(burned=one.fault, window_minutes=one.window_minutes)
    if spent is None or spent < policy.spend_most:
        return
    yield no(
        Guard.SPENT,
        f"the run spent {share_text(round(spent, 6))} of the error budget of {one.name}, "
        f"{share_text(policy.spend_most)} stops it",
        slo=one.name,
        spent=spent,
        limit=policy.spend_most,
    )


def _floor(policy: Policy, one: SloReading) -> Iterator[GuardResult]:
    if one.remaining is None or one.remaining >= policy.budget_floor:
        return
    yield no(
        Guard.BUDGET,
        f"{one.name} has {share_text(round(one.remaining, 6))} of its error budget left, "
        f"{share_text(policy.budget_floor)} stops the run",
        slo=one.name,
        left=one.remaining,
        limit=policy.budget_floor,
    )


def _telemetry(policy: Policy, one: SloReading, at: datetime) -> Iterator[GuardResult]:
    if one.measured_until is None:
        if not policy.allows_no_data:
            yield no(Guard.TELEMETRY, f"{one.name} is not measured any more", slo=one.name)
        return
    age = (at - one.measured_until).total_seconds()
    if age > policy.telemetry_seconds:
        yield no(
            Guard.TELEMETRY,
            f"{one.name} was last measured {age:.0f} s ago, more than {policy.telemetry_seconds} s stops the run: "
            "what is not seen cannot stop it",
            slo=one.name,
            age_seconds=age,
            limit=policy.telemetry_seconds,
        )
