"""Claim (e): the list of 1,000 SLOs, from a running server, p95 of 150 ms."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Mapping
from datetime import datetime

from django.test import Client
from django.utils import timezone
from fleet import lay
from stage import stage
from timing import Taken, demand, finish, heading, median_of, report, runs
from web import running_web, signed_in

from reliability.access.models import Team, User
from reliability.kit.instants import to_minute
from slo.services.evaluations import evaluate_team
from slo.views import objectives

GOAL = 0.15
PAGES = {
    "worst first": "/slos/",
    "fastest burn first": "/slos/?sort=burn",
    "the tenth page": "/slos/?page=10",
    "grouped by service": "/slos/?group=service",
    "one state": "/slos/?state=breached",
    "a text": "/slos/?q=slo-99",
    "the part that refreshes": "/slos/?sort=remaining",
}


def main() -> None:
    with stage():
        now = timezone.now()
        team = Team.objects.create(slug="bench", name="Bench")
        lay(team=team, slos=1_000, days=30, end_hour=to_minute(now) // 60 + 1)
        began = time.perf_counter()
        demand(evaluate_team(team_id=team.pk, now=now).evaluated == 1_000, "not all SLOs were evaluated")
        print(f"1,000 SLOs evaluated and written in {time.perf_counter() - began:.2f} s")
        chief = User.objects.create_user(email="chief@example.org", name="Chief", is_administrator=True)
        headers = signed_in(chief)
        with running_web() as port:
            heading("GET /slos/ with 1,000 SLOs, over HTTP from a running server")
            for name, path in PAGES.items():
                extra = {"HX-Request": "true"} if "refreshes" in name else {}
                _measure(name, port, path, {**headers, **extra})
        _all_on_one_page(chief, now)
    finish()


def _measure(name: str, port: int, path: str, headers: Mapping[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    taken, size = [], 0
    for _ in range(runs(60) + 5):
        began = time.perf_counter()
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
        taken.append(time.perf_counter() - began)
        demand(answer.status == 200, f"{path} answered {answer.status}")
        demand(b"slo-" in body, f"{path} lists no SLO")
        size = len(body)
    measured = sorted(taken[5:])
    p50, p95 = statistics.median(measured), measured[int(len(measured) * 0.95)]
    report(
        f"{name}: p95 of {len(measured)}",
        Taken(p95),
        goal=GOAL,
        note=f"p50 {p50 * 1000:.1f} ms, {size // 1024} kB",
    )


def _all_on_one_page(chief: User, now: datetime) -> None:
    heading("All 1,000 rows on one page, in process (for information)")
    client = Client(headers={"host": "localhost"})
    client.force_login(chief, backend="django.contrib.auth.backends.ModelBackend")
    objectives.PER_PAGE = 1_000
    taken, answer = median_of(lambda: client.get("/slos/"), times=runs(5))
    demand(answer.status_code == 200, f"{answer.status_code}")
    report("1,000 rows rendered", taken, note=f"{len(answer.content) // 1024} kB")


if __name__ == "__main__":
    main()
