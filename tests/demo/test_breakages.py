"""Deployments that break the demo's shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from reliability.demo.domain.breakages import Breakage, Shipped, breakages, broken_traffic, rewritten_from
from reliability.demo.domain.traffic import Traffic, traffic_between
from reliability.kit.instants import to_minute

NOW = datetime(2026, 11, 21, 12, 20, 30, tzinfo=UTC)
MINUTE = to_minute(NOW)


def shipped(revision: str, *, ago: int, service: str = "catalogue") -> Shipped:
    return Shipped(service, NOW - timedelta(minutes=ago), revision)


def test_a_service_is_broken_until_its_next_deployment() -> None:
    told = [
        shipped("4f1", ago=3),
        shipped("broken-1", ago=10),
        shipped("4f0", ago=90),
        shipped("7a", ago=5, service="search"),
    ]
    assert breakages(shipped=told, now=NOW) == [Breakage("catalogue", MINUTE - 10, MINUTE - 3)]


def test_a_service_is_broken_until_now_and_for_a_day_at_the_most() -> None:
    assert breakages(shipped=[shipped("broken", ago=7)], now=NOW) == [Breakage("catalogue", MINUTE - 7, MINUTE)]
    assert breakages(shipped=[shipped("broken", ago=1500)], now=NOW) == [
        Breakage("catalogue", MINUTE - 1500, MINUTE - 60)
    ]
    assert breakages(shipped=[shipped("unbroken", ago=7)], now=NOW) == []


def test_half_of_the_requests_are_lost_while_it_is_broken() -> None:
    traffic = Traffic(seed=1, requests_per_minute=1000, bad_fraction=0.0, daily_swing=0.0)
    broken = [Breakage("catalogue", MINUTE - 10, MINUTE - 3)]
    known = broken_traffic(traffic=traffic, broken=broken, anchor_minute=MINUTE - 1234)
    read = traffic_between(traffic=known, anchor_minute=MINUTE - 1234, start_minute=MINUTE - 15, end_minute=MINUTE)
    lost = (read.valid - read.good) / read.valid
    assert np.flatnonzero(lost).tolist() == list(range(5, 12))
    assert abs(lost[5:12].mean() - 0.5) < 0.05


def test_what_was_told_too_late_is_told_anew_from_there() -> None:
    broken = [Breakage("catalogue", MINUTE - 200, MINUTE - 40)]
    assert rewritten_from(broken=broken, end_minute=MINUTE) == MINUTE - 40
    assert rewritten_from(broken=[], end_minute=MINUTE) == MINUTE
