"""One objective over 28 measured days, at a fixed instant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import time_machine
from django.test import Client

from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services import evaluations
from slo.services.series import store
from tests.api.objectives.requests import DAYS, NOW
from tests.cast import Cast, ServiceFactory, SliFactory, SloFactory, SourceFactory


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def slo(cast: Cast) -> Slo:
    """99 % over 28 days; every minute has 100 events, of which one is bad in every second minute: SLI 0.995."""
    service = ServiceFactory(team=cast.payments, name="checkout")
    source = SourceFactory(team=cast.payments, name="pushes")
    sli = SliFactory(source=source, name="requests", service=service)
    slo: Slo = SloFactory(sli=sli, name="availability", title="Checkout succeeds", service=service)
    minutes = DAYS * 24 * 60
    valid = np.full(minutes, 100.0)
    series = MinuteSeries(to_minute(NOW) - minutes, valid - np.arange(minutes) % 2, valid, np.ones(minutes, bool))
    store(sli_id=sli.pk, counts=series, now=NOW)
    evaluations.evaluate(slo_ids=[slo.pk], now=NOW)
    return slo


@pytest.fixture
def editor(slo: Slo, as_: Callable[[str], Client]) -> Client:
    return as_("editor")
