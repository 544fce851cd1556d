"""Claim: the ledger of one SLO over 90 days, nearly every minute of which spent something, in 200 ms."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from fleet import Fleet, expected, lay
from stage import stage
from timing import demand, finish, heading, median_of, report, runs

from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.delivery.models import Deployment, Outcome
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.models import Exclusion, Slo, SloVersion
from slo.selectors.ledger import ledger_of

GOAL = 0.2
DAYS, INCIDENTS, DEPLOYMENTS, EXCLUSIONS = 90, 60, 360, 12
METHODS = (
    (BudgetingMethod.OCCURRENCES, None, None),
    (BudgetingMethod.TIMESLICES, 5, Decimal("0.9985")),
    (BudgetingMethod.RATIO_TIMESLICES, 5, None),
)


def main() -> None:
    with stage():
        team = Team.objects.create(slug="bench", name="Bench")
        fleet = lay(team=team, slos=len(METHODS), days=DAYS, end_hour=494_000)
        service = Service.objects.create(team=team, name="shop", title="Shop")
        Slo.objects.update(service=service)
        happen(fleet, team, service)
        heading(f"{DAYS} days of one SLO: {INCIDENTS} incidents, {DEPLOYMENTS} deployments, {EXCLUSIONS} exclusions")
        period = Period(fleet.now - timedelta(days=DAYS - 1), fleet.now)
        for row, (method, minutes, target) in enumerate(METHODS):
            slo = Slo.objects.get(pk=fleet.slos[row].pk)
            terms = {"budgeting_method": method.value, "slice_minutes": minutes, "slice_target": target}
            SloVersion.objects.filter(slo=slo).update(**terms)
            taken, view = median_of(
                lambda s=slo: ledger_of(
                    caller=SYSTEM, slo=s, period=period, at=fleet.now, now=fleet.now, zone=ZoneInfo("Europe/Berlin")
                ),
                times=runs(15),
            )
            found = view.ledger
            demand(found.total is not None and found.total.consumed > 0, "something was spent")
            demand(sum(line.amount.consumed for line in found.lines) == found.total.consumed, "lines sum to the whole")
            demand(sum(step.total for step in found.steps) == found.total.consumed, "steps sum to the whole")
            if method is BudgetingMethod.OCCURRENCES:
                demand(found.total.bad == lost(slo, period), "events lost")
            spenders = sum(1 for line in found.lines if line.amount.consumed)
            report(f"{method.value}{f', slices of {minutes} min' if minutes else ''}", taken, goal=GOAL,
                   note=f"{spenders} lines, {found.total.minutes} minutes that spent")  # fmt: skip
    finish()


def happen(fleet: Fleet, team: Team, service: Service) -> None:
    """Incidents and deployments on every day, exclusions on some."""
    first = fleet.now - timedelta(days=DAYS)
    for number in range(INCIDENTS):
        at = first + timedelta(hours=36 * number + 5)
        times = {"started_at": at, "detected_at": at, "created_at": at, "updated_at": at}
        incident = Incident.objects.create(
            team=team, title=f"Incident {number}", severity=2, urgency="urgent", origin="person",
            resolved_at=at + timedelta(hours=2), **times,
        )  # fmt: skip
        ImpactedService.objects.create(incident=incident, service=service)
        ImpactedSlo.objects.create(incident=incident, slo=fleet.slos[number % len(METHODS)])
    Deployment.objects.bulk_create(
        Deployment(
            team=team, service=service, environment="production", origin="bench", key=str(number),
            finished_at=first + timedelta(hours=6 * number), outcome=Outcome.SUCCEEDED, repository="shop",
            received_at=fleet.now,
        )
        for number in range(DEPLOYMENTS)
    )  # fmt: skip
    Exclusion.objects.bulk_create(
        Exclusion(team=team, service=service, reason="Maintenance", author_name="benchmark", **bounds(first, number))
        for number in range(EXCLUSIONS)
    )


def bounds(first: datetime, number: int) -> dict[str, datetime]:
    start = first + timedelta(days=7 * number + 2)
    return {"start_at": start, "end_at": start + timedelta(hours=1)}


def lost(slo: Slo, period: Period) -> Fraction:
    """Bad events of the period without those of the exclusions, in closed form."""
    pieces = [(period.start, period.end, 1)]
    pieces += [(row.start_at, row.end_at, -1) for row in Exclusion.objects.filter(end_at__gt=period.start)]
    whole = Fraction(0)
    for start, end, sign in pieces:
        good, valid = expected(sli_id=slo.sli_id, start_minute=to_minute(start), end_minute=to_minute(end))
        whole += sign * (Fraction(valid) - Fraction(good))
    return whole


if __name__ == "__main__":
    main()
