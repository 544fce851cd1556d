"""Hours whose stored bytes are damaged: no data of that hour, never a page that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
import structlog
import time_machine
from django.test import Client

from reliability.access.models import Team
from reliability.kit.instants import to_minute
from slo.domain.chunks import ChunkError
from slo.domain.minutes import MinuteSeries
from slo.domain.status import State
from slo.models import HourChunk, Slo, SloStatus
from slo.selectors.status import status_of
from slo.services.evaluations import evaluate
from slo.services.integrity import faults_of, repair
from slo.services.series import store
from tests.cast import Cast, SliFactory, SloFactory

As = Callable[[str], Client]
HOURS = 48
LOST = 30  # minutes of the damaged hour


@pytest.fixture
def now(now: datetime) -> datetime:
    """In the middle of the newest hour: its sum is in no other row."""
    return now + timedelta(minutes=LOST)


@pytest.fixture(autouse=True)
def _stopped_clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def _counts(now: datetime, *, hours: int) -> MinuteSeries:
    valid = np.full(hours * 60, 100.0)
    return MinuteSeries(to_minute(now) - hours * 60, valid - 0.5, valid, np.ones(hours * 60, dtype=np.bool_))


def _measured(team: Team, now: datetime) -> Slo:
    slo: Slo = SloFactory(team=team, sli=SliFactory(team=team))
    store(sli_id=slo.sli_id, counts=_counts(now, hours=HOURS), now=now)
    return slo


@pytest.fixture
def slo(cast: Cast, now: datetime) -> Slo:
    """Two days of counts; the newest hour of them is damaged."""
    slo = _measured(cast.payments, now)
    newest = HourChunk.objects.filter(sli=slo.sli).order_by("-hour").first()
    assert newest is not None
    HourChunk.objects.filter(sli=slo.sli, hour=newest.hour).update(good=b"\x05no hour")
    return slo


def test_the_damaged_hour_has_no_data_and_the_others_count(slo: Slo, now: datetime) -> None:
    with structlog.testing.capture_logs() as logs:
        found = status_of(slo=slo, at=now, now=now)
    measured = HOURS * 60 - LOST
    assert found.burn_rates["5m"] is None
    assert (found.good, found.valid) == (measured * 99.5, measured * 100.0)
    assert found.state is State.MET
    told = next(line for line in logs if line["event"] == "hours_damaged")
    assert (told["log_level"], told["count"], told["hours"][0][0]) == ("error", 1, slo.sli_id)


@pytest.mark.parametrize("path", ["", "?part=live", "?range=7d", "?format=csv&chart=sli"])
def test_the_page_of_the_objective_stands(slo: Slo, as_: As, now: datetime, path: str) -> None:
    assert as_("viewer").get(f"/slos/{slo.name}/{path}").status_code == 200
    assert as_("viewer").get(f"/slis/{slo.sli.name}/").status_code == 200


def test_the_objective_goes_on_being_evaluated(slo: Slo, now: datetime) -> None:
    assert evaluate(slo_ids=[slo.pk], now=now).failed == 0
    row = SloStatus.objects.get(slo=slo)
    assert (row.evaluated_at, row.burn_rates["5m"]) == (now, None)


def test_nothing_is_written_over_it_before_it_is_repaired(slo: Slo, now: datetime) -> None:
    with pytest.raises(ChunkError, match="series repair"):
        store(sli_id=slo.sli_id, counts=_counts(now, hours=1), now=now)
    assert faults_of(sli_id=slo.sli_id)[0] == "1 hour is damaged: repair leaves them unmeasured"
    repair(sli_id=slo.sli_id)
    assert faults_of(sli_id=slo.sli_id) == []
    store(sli_id=slo.sli_id, counts=_counts(now, hours=1), now=now)
    found = status_of(slo=slo, at=now, now=now)
    assert (found.good, found.valid) == (HOURS * 60 * 99.5, HOURS * 60 * 100.0)
