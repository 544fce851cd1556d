"""Claim (b): the figures of a fleet of SLOs here, and by PromQL on a real Prometheus, over the same minutes.

Prometheus gets 28 days of one-minute counters as TSDB blocks and answers from its own disk and page cache, one query
for each window. Two ways are measured: `increase(…)`, which handles resets and is what alert rules use, and the
difference of the counter to its value a window ago, the quickest PromQL there is (wrong after a reset).

Like is held against like: Prometheus answers over HTTP in JSON, so our ratio is that of our API. There is no request
that computes the figures of many SLOs at once: they are one request for each SLO, or the list, whose figures the
evaluation of each minute has stored. What our own selector takes in this process, without HTTP, JSON and permissions,
is printed beside them; it is what the evaluation pays.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from fleet import GOOD, VALID, Fleet, expected, lay, minutes_of
from stage import stage
from timing import Taken, demand, finish, heading, median_of, report, runs
from web import running_web

from reliability.access.domain.caller import SYSTEM, Role, Scope
from reliability.access.models import Team
from reliability.access.services import tokens
from slo.domain import batch
from slo.domain.burn import STANDARD_WINDOWS
from slo.models import Slo, SloVersion
from slo.selectors.fleet import measure
from slo.services.evaluations import evaluate_team
from tests.servers.prometheus import program, prometheus

SLOS = int(os.environ.get("BENCH_SLOS", "100"))
DAYS = 28


def main() -> None:
    with stage() as directory:
        team = Team.objects.create(slug="bench", name="Bench")
        fleet = lay(team=team, slos=SLOS, days=DAYS + 2, end_hour=494_000)
        end = int(fleet.now.timestamp() // 60)
        first = end - DAYS * 1440 - 60
        series = [
            (
                name,
                slo.sli_id,
                np.cumsum(minutes_of(sli_id=slo.sli_id, start_minute=first, end_minute=end, counts=counts)),
            )
            for name, counts in (("good_total", GOOD), ("valid_total", VALID))
            for slo in fleet.slos
        ]
        blocks = directory / "prometheus"
        _write_blocks(series, first, blocks, program("promtool"))
        samples = len(series) * (end - first)

        windows = {"28d": DAYS * 1440} | {name: int(w.total_seconds() // 60) for name, w in STANDARD_WINDOWS.items()}
        starts = np.array([[end - length for length in windows.values()]] * SLOS)
        versions = dict(SloVersion.objects.values_list("slo_id", "objective"))
        ours_arguments = {
            "sli_ids": np.array([slo.sli_id for slo in fleet.slos]),
            "starts": starts,
            "ends": np.full_like(starts, end),
            "objectives": batch.Objectives.of([versions[slo.pk] for slo in fleet.slos]),
        }
        heading(f"{SLOS} SLOs × {len(windows)} windows over {samples:,} samples")
        ours, found = median_of(lambda: measure(**ours_arguments), times=runs(9))
        report("here, our selector in this process", ours)
        for row, slo in enumerate(fleet.slos):
            wanted = expected(sli_id=slo.sli_id, start_minute=end - DAYS * 1440, end_minute=end)
            demand((found.totals.good[row, 0], found.totals.valid[row, 0]) == wanted, f"events of {slo.name}")

        computed = _over_http(team, fleet, dict(zip(map(_pk, fleet.slos), found.budgets.sli, strict=True)))

        arguments = ["--query.max-samples=500000000", "--query.timeout=10m"]
        with prometheus(directory=blocks, arguments=arguments) as server:
            ways = {
                "Prometheus, increase(good[w]) / increase(valid[w])": (
                    "sum by (sli) (increase(good_total[{w}])) / sum by (sli) (increase(valid_total[{w}]))"
                ),
                "Prometheus, counter now − counter a window ago": (
                    "sum by (sli) (good_total - good_total offset {w})"
                    " / sum by (sli) (valid_total - valid_total offset {w})"
                ),
            }
            for title, query in ways.items():

                def ask(query: str = query) -> list[dict[str, float]]:
                    return [_query(server.url, query.format(w=window), end * 60) for window in windows]

                theirs, answers = median_of(ask, times=runs(3))
                _agree(answers[0], dict(zip([slo.sli_id for slo in fleet.slos], found.budgets.sli, strict=True)))
                over = f"{theirs.wall / computed.wall:.2g} × our API, {theirs.wall / ours.wall:,.0f} × our selector"
                report(title, theirs, note=over)
            _by_window(server.url, end, ours_arguments, windows)
    finish()


def _over_http(team: Team, fleet: Fleet, slis: dict[int, float]) -> Taken:
    """The same figures from our API; returns the time of computing all of them, one request for each SLO."""
    demand(evaluate_team(team_id=team.pk, now=fleet.now).evaluated == SLOS, "not all SLOs were evaluated")
    token = tokens.create(
        caller=SYSTEM, name="bench", team=team, role=Role.VIEWER, scopes=[Scope.READ], expires_at=None, now=fleet.now
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    at = urllib.parse.quote(fleet.now.isoformat())
    with running_web() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

        def get(path: str) -> Any:
            connection.request("GET", f"/api/v1/slos{path}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            demand(answer.status == 200, f"{path} answered {answer.status}: {body[:200]!r}")
            return json.loads(body)

        listed, page = median_of(lambda: _listed(get), times=runs(5))
        computed, answers = median_of(lambda: [get(f"/{slo.name}/status?at={at}") for slo in fleet.slos], times=runs(3))
    for slo, answer in zip(fleet.slos, answers, strict=True):
        demand(abs(answer["sli"] - slis[slo.pk]) < 1e-12, f"{slo.name}: {answer['sli']} over HTTP")
        demand(abs(page[slo.name]["sli"] - slis[slo.pk]) < 1e-12, f"{slo.name}: {page[slo.name]['sli']} in the list")
    report(f"here, our API: {SLOS} × GET /slos/NAME/status, computed", Taken(computed.wall))
    report("here, our API: GET /slos, as last evaluated", Taken(listed.wall))
    return computed


def _listed(get: Callable[[str], Any]) -> dict[str, Any]:
    return {item["name"]: item["status"] for item in get(f"?limit={SLOS}")["items"]}


def _pk(slo: Slo) -> int:
    return int(slo.pk)


def _by_window(url: str, end: int, arguments: dict[str, Any], windows: dict[str, int]) -> None:
    heading("By length of the window: one window each, increase()")
    for column, name in enumerate(windows):
        starts, ends = arguments["starts"][:, [column]], arguments["ends"][:, [column]]
        ours, _ = median_of(lambda s=starts, e=ends: measure(**(arguments | {"starts": s, "ends": e})), times=runs(5))
        query = f"sum by (sli) (increase(good_total[{name}])) / sum by (sli) (increase(valid_total[{name}]))"
        theirs, _ = median_of(lambda q=query: _query(url, q, end * 60), times=runs(3))
        report(
            f"{name:>4} here", ours, note=f"Prometheus {theirs.wall * 1000:,.1f} ms, {theirs.wall / ours.wall:,.0f} ×"
        )


def _write_blocks(series: list[tuple[str, int, np.ndarray]], first: int, directory: Path, promtool: str) -> None:
    """Counter values at the end of each minute, as a scrape on the minute sees them."""
    text = directory.with_suffix(".openmetrics")
    stamps = [str(stamp) for stamp in range((first + 1) * 60, (first + 1 + len(series[0][2])) * 60, 60)]
    with text.open("w") as file:
        for family in ("good", "valid"):
            file.write(f"# TYPE {family} counter\n")
            for name, sli_id, values in series:
                if name == f"{family}_total":
                    head = f'{name}{{sli="{sli_id}"}} '
                    pairs = zip(values.astype(np.int64).tolist(), stamps, strict=True)
                    file.write("".join([f"{head}{value} {stamp}\n" for value, stamp in pairs]))
        file.write("# EOF\n")
    subprocess.run(
        [
            promtool,
            "tsdb",
            "create-blocks-from",
            "--max-block-duration=72h",
            "openmetrics",
            "--quiet",
            str(text),
            str(directory),
        ],
        check=True,
        capture_output=True,
    )
    text.unlink()


def _query(url: str, query: str, at: int) -> dict[str, float]:
    body = urllib.parse.urlencode({"query": query, "time": at}).encode()
    with urllib.request.urlopen(f"{url}/api/v1/query", data=body, timeout=600) as answer:  # noqa: S310  own loopback
        result = json.load(answer)["data"]["result"]
    return {row["metric"]["sli"]: float(row["value"][1]) for row in result}


def _agree(theirs: dict[str, float], ours: dict[int, float]) -> None:
    """Both tell the same SLI, but for the seconds at the edges that increase() extrapolates."""
    demand(len(theirs) == len(ours), f"Prometheus answered {len(theirs)} of {len(ours)} SLIs")
    for sli_id, sli in ours.items():
        demand(abs(theirs[str(sli_id)] - sli) < 1e-6, f"SLI {sli_id}: {theirs[str(sli_id)]} there, {sli} here")


if __name__ == "__main__":
    main()
