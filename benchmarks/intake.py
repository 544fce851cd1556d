"""Claim (f): rows per second of `POST /api/v1/counts` to a running server, committed before each answer."""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

from django.utils import timezone
from fleet import lay
from stage import stage
from timing import demand, finish, heading
from web import running_web

from reliability.access.domain.caller import SYSTEM, Role, Scope
from reliability.access.models import Team
from reliability.access.services import tokens
from reliability.kit.instants import to_minute
from slo.models import Sli

SLIS = 200


def main() -> None:
    with stage():
        now = timezone.now()
        team = Team.objects.create(slug="bench", name="Bench")
        this_hour = to_minute(now) // 60
        # A month of history behind each SLI, so that prefix sums and indexes have their real size.
        fleet = lay(team=team, slos=SLIS, days=30, end_hour=this_hour - 48)
        names = [slo.sli.name for slo in fleet.slos]
        token = tokens.create(
            caller=SYSTEM, name="bench", team=team, role=Role.EDITOR, scopes=[Scope.INTAKE], expires_at=None, now=now
        )
        headers = {"Authorization": f"Bearer {token.secret}", "Content-Type": "application/json"}
        first = (this_hour - 46) * 60
        with running_web() as port:
            heading(f"POST /api/v1/counts into {SLIS} SLIs, rows of one minute each")
            _measure("100 requests of 200 rows: one minute of every SLI", port, headers, _minutes(names, first, 100), 1)
            _measure("the same again: stored already", port, headers, _minutes(names, first, 100), 1)
            _measure("100 requests of 200 rows, 4 senders", port, headers, _minutes(names, first + 200, 100), 4)
            _measure(
                "10 requests of 12,000 rows: an hour of every SLI", port, headers, _hours(names, first + 600, 10), 1
            )
            _measure("10 requests of 12,000 rows, 4 senders", port, headers, _hours(names, first + 1200, 10), 4)
        rows = SLIS * (100 + 100 + 600 + 600)
        minutes = sum(a - b for a, b in Sli.objects.values_list("total_minutes", "base_minutes"))
        demand(minutes == SLIS * 30 * 1440 + rows, f"{minutes} minutes are stored")
        print(f"\nstored: {rows:,} minutes in all, as many as were sent")
    finish()


def _row(name: str, minute: int) -> dict[str, object]:
    return {"sli": name, "start": minute * 60, "good": 990 + minute % 10, "valid": 1000}


def _minutes(names: list[str], first: int, requests: int) -> list[bytes]:
    return [json.dumps([_row(name, first + n) for name in names]).encode() for n in range(requests)]


def _hours(names: list[str], first: int, requests: int) -> list[bytes]:
    return [
        json.dumps([_row(name, first + n * 60 + m) for name in names for m in range(60)]).encode()
        for n in range(requests)
    ]


def _measure(title: str, port: int, headers: dict[str, str], bodies: list[bytes], senders: int) -> None:
    rows = sum(body.count(b'"sli"') for body in bodies)
    shares = [bodies[n::senders] for n in range(senders)]
    began = time.perf_counter()
    with ThreadPoolExecutor(senders) as pool:
        slowest = max(pool.map(lambda share: _send(port, headers, share), shares))
    taken = time.perf_counter() - began
    print(f"{title:<58} {rows / taken:>10,.0f} rows/s  slowest answer {slowest * 1000:.0f} ms", flush=True)


def _send(port: int, headers: dict[str, str], bodies: list[bytes]) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    slowest = 0.0
    for body in bodies:
        began = time.perf_counter()
        connection.request("POST", "/api/v1/counts?mode=replace", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        slowest = max(slowest, time.perf_counter() - began)
        demand(answer.status == 202, f"{answer.status}: {text[:300]!r}")
    return slowest


if __name__ == "__main__":
    main()
