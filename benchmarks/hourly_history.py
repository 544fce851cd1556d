"""Claim (c): thirty days of one SLO's history in hours, read and computed, in 20 ms."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from fleet import Fleet, expected, lay
from stage import stage
from timing import demand, finish, heading, median_of, report, runs

from reliability.access.models import Team
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.models import Slo, SloVersion
from slo.selectors.history import history_of

GOAL = 0.02
METHODS = (
    (BudgetingMethod.OCCURRENCES, None, None),
    (BudgetingMethod.TIMESLICES, 1, Decimal("0.995")),
    (BudgetingMethod.TIMESLICES, 5, Decimal("0.995")),
    (BudgetingMethod.RATIO_TIMESLICES, 5, None),
)


def main() -> None:
    with stage():
        team = Team.objects.create(slug="bench", name="Bench")
        fleet = lay(team=team, slos=50, days=60, end_hour=494_000)
        heading("30 days of one SLO in 720 hourly points, from the database")
        period = Period(fleet.now - timedelta(days=30), fleet.now)
        for row, (method, minutes, target) in enumerate(METHODS):
            slo = _under(fleet, row, method, minutes, target)
            taken, points = median_of(
                lambda s=slo: history_of(slo=s, period=period, step=timedelta(hours=1), now=fleet.now), times=runs(15)
            )
            demand(len(points) == 720, f"{len(points)} points")
            for point in points if method is BudgetingMethod.OCCURRENCES else ():
                wanted = expected(
                    sli_id=slo.sli_id, start_minute=to_minute(point.start), end_minute=to_minute(point.end)
                )
                demand((point.good, point.valid) == wanted, f"events from {point.start}")
            report(f"{method.value}{f', slices of {minutes} min' if minutes else ''}", taken, goal=GOAL)
    finish()


def _under(fleet: Fleet, row: int, method: BudgetingMethod, minutes: int | None, target: Decimal | None) -> Slo:
    slo = fleet.slos[row]
    SloVersion.objects.filter(slo=slo).update(budgeting_method=method.value, slice_minutes=minutes, slice_target=target)
    return slo


if __name__ == "__main__":
    main()
