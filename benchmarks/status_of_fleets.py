"""Claim (a): the complete status of 1,000 SLOs over 8 windows in 50 ms, of 10,000 in 500 ms, of any length."""

from __future__ import annotations

import gc
import time
from datetime import datetime
from typing import Any

import numpy as np
from fleet import Fleet, expected, lay
from stage import stage
from timing import demand, finish, heading, median_of, report, runs

from reliability.access.models import Team
from reliability.kit.instants import to_minute
from slo.domain import batch
from slo.domain.burn import STANDARD_WINDOWS
from slo.models import HourChunk, Slo, SloVersion
from slo.selectors.fleet import Figures, FleetFigures, figures_of, measure
from slo.selectors.terms import terms_of

GOALS = (0.05, 0.5)
LENGTHS = [int(length.total_seconds() // 60) for length in STANDARD_WINDOWS.values()]


def main() -> None:
    with stage():
        team = Team.objects.create(slug="bench", name="Bench")
        began = time.perf_counter()
        thousand = lay(team=team, slos=1_000, days=91, end_hour=494_000, prefix="long")
        others = lay(team=team, slos=9_000, days=29, end_hour=494_000, prefix="short")
        print(f"{HourChunk.objects.count():,} hours of 10,000 SLIs laid in {time.perf_counter() - began:.0f} s")
        both = (thousand.slos, [*thousand.slos, *others.slos])
        _status(thousand, both)
        _arrays(thousand, both)
        _lengths(thousand)
    finish()


def _arrays(fleet: Fleet, groups: tuple[list[Slo], ...]) -> None:
    heading("Figures as arrays (for information): events, SLI, budget and 8 burn rates, terms at hand")
    for slos in groups:
        arguments = _arguments(fleet, slos, 28)
        taken, found = median_of(lambda a=arguments: measure(**a), times=runs(9))
        report(f"{len(slos):,} SLOs × 8 windows", taken)
        _check(fleet, slos, found)


def _lengths(fleet: Fleet) -> None:
    heading("The same for windows of other lengths (1,000 SLOs, for information)")
    for days in (7, 28, 90):
        arguments = _arguments(fleet, fleet.slos, days)
        taken, _ = median_of(lambda a=arguments: measure(**a), times=runs(9))
        report(f"own window of {days} days", taken)


def _status(fleet: Fleet, groups: tuple[list[Slo], ...]) -> None:
    heading("Complete status, the goal: versions, exclusions and adjustments read, then everything below")
    at = fleet.now
    for slos, goal in zip(groups, GOALS, strict=True):
        taken, found = median_of(lambda s=slos: figures_of(terms=terms_of(slos=s, at=at), at=at), times=runs(9))
        report(f"{len(slos):,} SLOs × 8 windows", taken, goal=goal)
        demand(len(found) == len(slos), f"{len(found)} figures of {len(slos)} SLOs")
    heading("Its parts (for information): the terms, and the figures as an object for each SLO, reasons and forecasts")
    for slos in groups:
        terms = terms_of(slos=slos, at=at)
        for name, work in (
            ("terms", lambda s=slos: terms_of(slos=s, at=at)),
            ("figures", lambda t=terms: figures_of(terms=t, at=at)),
        ):
            taken, _ = median_of(work, times=runs(5))
            report(f"{name} of {len(slos):,} SLOs", taken)
    heading("With the garbage that was put off collected at once (for information)")
    for slos in groups:
        taken, _ = median_of(lambda s=slos: _with_collection(s, at), times=runs(5))
        report(f"{len(slos):,} SLOs × 8 windows", taken)


def _with_collection(slos: list[Slo], at: datetime) -> list[Figures]:
    found = figures_of(terms=terms_of(slos=slos, at=at), at=at)
    gc.collect(0)  # what the next object made would set off
    return found


def _arguments(fleet: Fleet, slos: list[Slo], days: int) -> dict[str, Any]:
    end = to_minute(fleet.now)
    starts = np.array([[end - days * 1440, *(end - length for length in LENGTHS)]] * len(slos))
    objectives = dict(SloVersion.objects.values_list("slo_id", "objective"))
    return {
        "sli_ids": np.array([slo.sli_id for slo in slos]),
        "starts": starts,
        "ends": np.full_like(starts, end),
        "objectives": batch.Objectives.of([objectives[slo.pk] for slo in slos]),
    }


def _check(fleet: Fleet, slos: list[Slo], found: FleetFigures) -> None:
    end = to_minute(fleet.now)
    for row, slo in enumerate(slos):
        for column, length in enumerate([28 * 1440, *LENGTHS]):
            wanted = expected(sli_id=slo.sli_id, start_minute=end - length, end_minute=end)
            got = (found.totals.good[row, column], found.totals.valid[row, column])
            demand(got == wanted, f"events of {slo.name} over {length} minutes: {got}, not {wanted}")


if __name__ == "__main__":
    main()
