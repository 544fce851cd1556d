"""Claim: the status of a composite of 20 SLOs over 28 days, from the stored minutes of its parts, in 75 ms."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from fleet import GOOD, VALID, Fleet, expected, lay, minutes_of
from stage import stage
from timing import demand, finish, heading, median_of, report, runs

from reliability.access.models import Team
from reliability.kit.instants import to_minute
from slo.domain.composites import CompositeKind
from slo.models import Composite, CompositePart, CompositeVersion
from slo.selectors.composite_status import CompositeStatus, composite_status_of

GOAL = 0.075
PARTS, DAYS, SLICE = 20, 28, 5
TARGET = 0.9985


def main() -> None:
    with stage():
        team = Team.objects.create(slug="bench", name="Bench")
        fleet = lay(team=team, slos=PARTS, days=DAYS + 4, end_hour=494_000)
        hours = PARTS * DAYS * 24
        heading(f"One composite of {PARTS} SLOs over {DAYS} days: {hours:,} hours, {hours * 60:,} minutes read")
        for kind in CompositeKind:
            composite = make(kind, fleet, team)
            taken, found = median_of(
                lambda one=composite: composite_status_of(composite=one, at=fleet.now, now=fleet.now), times=runs(15)
            )
            check(kind, found, fleet)
            slices = "" if kind is CompositeKind.WEIGHTED else f", slices of {SLICE} min"
            report(f"{kind.value}{slices}", taken, goal=GOAL, note=f"{found.valid:,.0f} units, state {found.state}")
    finish()


def make(kind: CompositeKind, fleet: Fleet, team: Team) -> Composite:
    """A composite of the whole fleet, in force since long."""
    composite = Composite.objects.create(team=team, name=kind.value.replace("_", "-"), title=kind.value)
    version = CompositeVersion.objects.create(
        composite=composite,
        kind=kind.value,
        objective=Decimal("0.9"),
        window={"rolling": f"{DAYS}d"},
        slice_minutes=1 if kind is CompositeKind.WEIGHTED else SLICE,
        effective_from=fleet.now - timedelta(days=400),
        author_name="benchmark",
    )
    CompositePart.objects.bulk_create(
        CompositePart(
            version=version, position=n, slo=slo, name=slo.name, weight=n + 1, slice_target=Decimal(str(TARGET))
        )
        for n, slo in enumerate(fleet.slos)
    )
    return composite


def check(kind: CompositeKind, found: CompositeStatus, fleet: Fleet) -> None:
    """The figures are those of the counts that were laid."""
    end = to_minute(fleet.now)
    start = end - DAYS * 1440
    demand(found.shares is not None and found.shares.total.bad > 0, "something was lost")
    if found.shares is None:
        return
    parts = sum((one.own.bad for one in found.shares.parts), found.shares.together.bad)
    demand(parts == found.shares.total.bad, "the parts sum to the whole")
    if kind is CompositeKind.WEIGHTED:
        sums = [expected(sli_id=slo.sli_id, start_minute=start, end_minute=end) for slo in fleet.slos]
        lost = sum(Fraction(n + 1) * Fraction(valid - good) for n, (good, valid) in enumerate(sums))
        demand(found.shares.total.bad == lost, "weighted events lost")
        return
    first, last = start // SLICE * SLICE, end // SLICE * SLICE
    good, valid = (
        np.stack([minutes_of(sli_id=o.sli_id, start_minute=first, end_minute=last, counts=counts) for o in fleet.slos])
        .reshape(PARTS, -1, SLICE)
        .sum(axis=2)
        for counts in (GOOD, VALID)
    )  # fmt: skip
    if kind is CompositeKind.ALL_OF:
        demand(int(found.shares.total.bad) == int((good / valid < TARGET).any(axis=0).sum()), "bad slices")
    else:
        demand(np.isclose(found.sli or 0.0, (good / valid).prod(axis=0).mean(), rtol=1e-12), "mean of the products")


if __name__ == "__main__":
    main()
