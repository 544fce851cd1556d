"""An objective with a day of good minutes behind it, and time that goes on minute by minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest

from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services.evaluations import evaluate
from slo.services.series import store
from tests.cast import SloFactory

Live = Callable[..., datetime]
MINUTE = timedelta(minutes=1)


def measure(slo: Slo, *, bad: float, until: datetime, minutes: int = 1, valid: float = 100.0) -> None:
    """Store *minutes* minutes of *bad* of *valid* events, the last of them ending at *until*."""
    counts = np.full(minutes, valid)
    covered = np.ones(minutes, dtype=np.bool_)
    series = MinuteSeries(to_minute(until) - minutes, counts - bad, counts, covered)
    store(sli_id=slo.sli_id, counts=series, now=until)


@pytest.fixture
def slo(now: datetime) -> Slo:
    """99 % over 28 days, four good days, judged once."""
    made: Slo = SloFactory(title="Checkout succeeds", name="checkout")
    measure(made, bad=0.0, until=now, minutes=4 * 1440)
    evaluate(slo_ids=[made.pk], now=now)
    return made


@pytest.fixture
def live(slo: Slo) -> Live:
    """Measures and evaluates each of some minutes; returns the instant after them. bad=None: nothing is measured."""

    def run(start: datetime, minutes: int, *, bad: float | None, valid: float = 100.0) -> datetime:
        at = start
        for _ in range(minutes):
            at += MINUTE
            if bad is not None:
                measure(slo, bad=bad, until=at, valid=valid)
            evaluate(slo_ids=[slo.pk], now=at + timedelta(seconds=25))
        return at

    return run
