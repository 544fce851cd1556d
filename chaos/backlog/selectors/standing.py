"""A stored vulnerability as the formula reads it."""

from __future__ import annotations

from chaos.backlog.domain.ordering import TIER_OF_NONE, Estimate, Seen, Standing, standing
from chaos.backlog.domain.states import State
from chaos.backlog.models import Evidence, Vulnerability


def estimate_of(row: Vulnerability) -> Estimate:
    return Estimate(
        times_a_year=row.times_a_year,
        users_percent=row.users_percent,
        minutes=row.outage_minutes,
        hours_to_try=row.hours_to_try,
        hours_to_mend=row.hours_to_mend,
        tier=row.service.tier if row.service else TIER_OF_NONE,
    )


def seen_of(row: Evidence) -> Seen:
    return Seen(has_deviated=row.has_deviated, at=row.at)


def state_of(row: Vulnerability) -> State:
    return State(row.state)


def standing_of(row: Vulnerability) -> Standing:
    """At the instant its place in lists was reckoned, so that both say the same."""
    return standing(
        estimate=estimate_of(row),
        state=state_of(row),
        evidence=[seen_of(one) for one in row.evidence.all()],
        now=row.scored_at,
    )
