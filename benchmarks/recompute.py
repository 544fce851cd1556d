"""Claim (d): after a change of objective, exclusion or window, thirty days of one SLO anew in 50 ms.

Anew means from the stored minutes, nothing kept from before: the status with all burn rates, thirty days of hourly
history under the terms of their time or restated, and the burn-down of the window.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from fleet import Fleet, lay
from hourly_history import METHODS
from stage import stage
from timing import demand, finish, heading, median_of, report, runs

from reliability.access.models import Team
from reliability.kit.periods import Period
from slo.models import Exclusion, Slo, SloVersion
from slo.selectors.history import burndown_of, history_of
from slo.selectors.status import StatusView, status_of

GOAL = 0.05
HOUR = timedelta(hours=1)


def main() -> None:
    with stage():
        team = Team.objects.create(slug="bench", name="Bench")
        fleet = lay(team=team, slos=50, days=65, end_hour=494_000, window="30d")
        heading("Status, 720 hourly points and burn-down of one SLO after a change of its terms")
        for row, (method, minutes, target) in enumerate(METHODS):
            slo = fleet.slos[row]
            versions = SloVersion.objects.filter(slo=slo)
            versions.update(budgeting_method=method.value, slice_minutes=minutes, slice_target=target)
            name = f"{method.value}{f', slices of {minutes} min' if minutes else ''}"
            before = _anew(slo, fleet.now)
            for change, make in CHANGES.items():
                make(fleet, slo)
                taken, after = median_of(lambda s=slo: _anew(s, fleet.now), times=runs(9))
                demand(after != before, f"{change} changed nothing")
                before = after
                report(f"{name}: {change}", taken, goal=GOAL)
    finish()


def _anew(slo: Slo, now: datetime) -> StatusView:
    status = status_of(slo=slo, at=now, now=now, is_restated=True)
    month = Period(now - timedelta(days=30), now)
    points = history_of(slo=slo, period=month, step=HOUR, now=now, is_restated=True)
    demand(len(points) == 720, f"{len(points)} points")
    burndown = burndown_of(slo=slo, period=month, now=now, is_restated=True)
    demand(len(burndown) > 100, f"{len(burndown)} points of burn-down")
    return status


def _objective(fleet: Fleet, slo: Slo) -> None:
    _new_version(fleet, slo, objective=Decimal("0.9925"))


def _exclusion(fleet: Fleet, slo: Slo) -> None:
    for days in range(1, 29):
        start = fleet.now - timedelta(days=days)
        effect = Exclusion.Effect.COUNTED_AS_UP if days % 2 else Exclusion.Effect.EXCLUDED
        Exclusion.objects.create(
            team_id=slo.team_id, slo=slo, start_at=start, end_at=start + timedelta(minutes=95), effect=effect,
            reason="maintenance", author_name="benchmark",
        )  # fmt: skip


def _window(fleet: Fleet, slo: Slo) -> None:
    calendar = {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}
    _new_version(fleet, slo, window={"calendar": calendar})


CHANGES: dict[str, Callable[[Fleet, Slo], None]] = {
    "objective": _objective,
    "28 exclusions": _exclusion,
    "window": _window,
}


def _new_version(fleet: Fleet, slo: Slo, **changes: object) -> None:
    version = SloVersion.objects.filter(slo=slo).latest("effective_from")
    version.pk = None
    version.effective_from = max(version.effective_from, fleet.now - timedelta(days=10)) + timedelta(minutes=1)
    for field, value in changes.items():
        setattr(version, field, value)
    version.save(force_insert=True)


if __name__ == "__main__":
    main()
