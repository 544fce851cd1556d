"""Claim: the five metrics of 1,000 services over a year, the whole page with trend and stages, 300 ms on the server."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.test import Client
from stage import stage
from timing import demand, finish, heading, median_of, report, runs

from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.delivery.domain.dora_columns import PACKED_NAMES, DeploymentFacts, Fact, Stages, packed
from reliability.delivery.domain.dora_months import month_of
from reliability.delivery.models import DeploymentMonth
from reliability.delivery.selectors.dora import Delivered, DoraFilters, delivered
from reliability.kit.periods import Period

GOAL = 0.3
SERVICES, DAYS = 1_000, 365
END = datetime(2026, 11, 20, tzinfo=UTC)
PERIOD = Period(END - timedelta(days=DAYS), END)


def main() -> None:
    with stage():
        call_command("collectstatic", verbosity=0, interactive=False)
        deployments, changes = _lay()
        chief = User.objects.create_user(email="chief@example.org", name="Chief", is_administrator=True)
        heading(f"{SERVICES:,} services, {DAYS} days: {deployments:,} deployments with {changes:,} commits")
        caller = caller_of_user(user=chief)
        taken, found = median_of(lambda: _figures(caller), times=runs(9))
        demand(found.figures.deployments == deployments, f"{found.figures.deployments} deployments")
        demand(found.figures.lead.n == changes, f"{found.figures.lead.n} changes")
        report("the figures of all of them", taken)
        client = Client(headers={"host": "localhost"})
        client.force_login(chief, backend="django.contrib.auth.backends.ModelBackend")
        query = f"from={PERIOD.start:%Y-%m-%dT%H:%M:%SZ}&to={PERIOD.end:%Y-%m-%dT%H:%M:%SZ}"
        for name, path in (("the page", "/delivery/"), ("the API", "/api/v1/dora")):
            taken, answer = median_of(lambda path=path: client.get(f"{path}?{query}"), times=runs(9))
            demand(answer.status_code == 200, f"{path} answered {answer.status_code}: {answer.content[:200]!r}")
            report(f"{name}, in process", taken, goal=GOAL, note=f"{len(answer.content) // 1024} kB")
    finish()


def _figures(caller: Caller) -> Delivered:
    found = delivered(caller=caller, filters=DoraFilters(PERIOD))
    demand(found.figures.deployments > 0, "nothing was found")
    return found


def _lay() -> tuple[int, int]:
    """On each weekday one deployment of each service, with one to five commits; every 25th is rolled back."""
    chance = random.Random(6)  # noqa: S311  generated data
    team = Team.objects.create(slug="bench", name="Bench")
    services = Service.objects.bulk_create(
        Service(team=team, name=f"service-{n:04}", title=f"Service {n:04}") for n in range(SERVICES)
    )
    pk, deployments, changes, rows = 0, 0, 0, []
    for service in services:
        months: dict[int, list[DeploymentFacts]] = {}
        for day in range(DAYS):
            at = PERIOD.start + timedelta(days=day, minutes=chance.randrange(480, 1080))
            if at.weekday() > 4:
                continue
            pk += 1
            is_rollback = pk % 25 == 0
            leads = [
                (pk * 10 + n, int(chance.lognormvariate(10.5, 1.4))) for n in range(0 if is_rollback else pk % 5 + 1)
            ]
            stages = [Stages(*(int(chance.lognormvariate(9, 1)) for _ in range(4)))] * (not is_rollback)
            facts = Fact.SUCCEEDED | (Fact.REWORK if is_rollback else Fact(0))
            months.setdefault(month_of(at), []).append(DeploymentFacts(pk, at, facts, leads, stages))
            deployments, changes = deployments + 1, changes + len(leads)
        for month, facts in months.items():
            columns = packed(facts)
            rows.append(
                DeploymentMonth(
                    service=service, environment="production", is_production=True, month=month,
                    is_stale=False, **{name: getattr(columns, name) for name in PACKED_NAMES},
                )
            )  # fmt: skip
    DeploymentMonth.objects.bulk_create(rows, batch_size=500)
    return deployments, changes


if __name__ == "__main__":
    main()
