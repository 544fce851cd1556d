"""Claim: the burn alerts of 1,000 SLOs add no more than 150 ms to a minute, a storm of 100 outages no more than 2 s."""

from __future__ import annotations

import time
from datetime import timedelta

import numpy as np
from fleet import Fleet, lay
from stage import stage
from timing import demand, finish, heading, median_of, report, runs

from reliability.access.models import Team
from reliability.kit.instants import to_minute
from reliability.outbox.models import Fact
from slo.domain.minutes import MinuteSeries
from slo.models import BurnAlert
from slo.selectors.alert_policies import policies_of
from slo.selectors.alert_readings import readings_of
from slo.selectors.replay import replay
from slo.selectors.terms import terms_of
from slo.services.evaluations import evaluate
from slo.services.series import store_many

GOAL, STORM_GOAL, REPLAY_GOAL = 0.15, 2.0, 1.0
SLOS = 1_000


def main() -> None:
    with stage():
        team = Team.objects.create(slug="bench", name="Bench")
        fleet = lay(team=team, slos=SLOS, days=40, end_hour=494_000)
        _readings(fleet)
        _minutes(fleet)
        _replay(fleet)
    finish()


def _readings(fleet: Fleet) -> None:
    heading("Rules and windows of 1,000 SLOs: settings, policies, 4 rules × 2 windows, coverage and silence")
    at = fleet.now
    terms = terms_of(slos=fleet.slos, at=at)
    ends = {one.sli_id: at for one in terms}

    def read() -> int:
        policies = policies_of(terms=terms, at=at)
        return len(readings_of(terms=terms, policies=policies, measured_until=ends, at=at))

    taken, found = median_of(read, times=runs(9))
    report("readings of 1,000 SLOs", taken, goal=GOAL)
    demand(found == SLOS, f"{found} readings")


def _minutes(fleet: Fleet) -> None:
    heading("A minute's evaluation of 1,000 SLOs, status and alerts (for information)")
    ids = [slo.pk for slo in fleet.slos]
    at = fleet.now
    evaluate(slo_ids=ids, now=at)

    def minute() -> None:
        nonlocal at
        at += timedelta(minutes=1)
        evaluate(slo_ids=ids, now=at)

    taken, _ = median_of(minute, times=runs(5))
    report("all calm", taken)
    valid = np.full(15, 1200.0)
    start = to_minute(at) - 15
    bad = {
        slo.sli_id: MinuteSeries(start, np.zeros(15), valid, np.ones(15, dtype=np.bool_)) for slo in fleet.slos[:100]
    }
    store_many(counts=bad, now=at)
    began = time.perf_counter()
    minute()
    taken = time.perf_counter() - began
    fired = BurnAlert.objects.count()
    print(f"the minute in which 100 of them break and {fired} alerts fire: {taken * 1000:.0f} ms")
    demand(taken < STORM_GOAL, f"a storm took {taken:.2f} s")
    demand(fired >= 100, f"{fired} alerts of 100 outages")
    demand(Fact.objects.filter(kind="BurnRateAlertFired").count() == fired, "one fact for each alert")
    taken, _ = median_of(minute, times=runs(5))
    report(f"{fired} of them firing on", taken)


def _replay(fleet: Fleet) -> None:
    heading("Replay of one SLO's rules over 30 days, minute by minute")
    taken, told = median_of(lambda: replay(slo=fleet.slos[0], now=fleet.now, days=30), times=runs(5))
    report("30 days × 4 rules", taken, goal=REPLAY_GOAL)
    demand(told.measured_minutes == 30 * 1440, f"{told.measured_minutes} minutes")


if __name__ == "__main__":
    main()
