"""Objectives with thirty days of counts behind them, made through the services people use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import time_machine
from pytest_django import DjangoDbBlocker

from reliability.catalog.models import Service
from reliability.kit.instants import to_minute
from reliability.telemetry.models import Source
from slo.domain.minutes import MinuteSeries
from slo.models import Sli, Slo
from slo.services import series, slis, slos
from tests.cast import Cast, ServiceFactory, SourceFactory, make_cast
from tests.worlds import kept

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # as the fixture `now`
DAYS = 30
PER_MINUTE = 100.0


@pytest.fixture(autouse=True)
def _stopped_clock(now: datetime) -> Iterator[None]:
    """Views read the clock: it shows the instant the counts end at."""
    with time_machine.travel(now, tick=False):
        yield


def store_counts(*, sli: Sli, now: datetime, bad_per_minute: float = 0.05, days: int = DAYS) -> None:
    """Counts of 100 events a minute up to *now*, of which so many are bad."""
    minutes = days * 1440
    valid = np.full(minutes, PER_MINUTE)
    counts = MinuteSeries(to_minute(now) - minutes, valid - bad_per_minute, valid, np.ones(minutes, dtype=np.bool_))
    series.store(sli_id=sli.pk, counts=counts, now=now)


@dataclass(frozen=True)
class Measured:
    """An indicator of Payments with its counts: half of the budget of 99.9 % is spent."""

    cast: Cast
    source: Source
    service: Service
    sli: Sli


@pytest.fixture(scope="module")
def measured(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Measured]:
    """Made once for the tests of a module, as each would wait for a month of counts. Each is taken back to it."""
    with kept(django_db_blocker):
        with time_machine.travel(NOW, tick=False):
            made = _made()
        yield made


def _made() -> Measured:
    cast = make_cast()
    source = SourceFactory(team=cast.payments, name="payments-counts", title="Counts of Payments")
    service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    draft = slis.SliDraft(
        name="checkout-success",
        title="Checkouts succeed",
        team_id=cast.payments.pk,
        source_id=source.pk,
        service_id=service.pk,
        spec={"kind": "pushed"},
    )
    sli = slis.create(caller=cast.caller("editor"), draft=draft, now=NOW)
    store_counts(sli=sli, now=NOW)
    return Measured(cast, source, service, sli)


@pytest.fixture
def _own(measured: Measured, db: None) -> Measured:
    """Objects that a test may change."""
    return deepcopy(measured)


@pytest.fixture
def cast(_own: Measured) -> Cast:
    return _own.cast


@pytest.fixture
def source(_own: Measured) -> Source:
    return _own.source


@pytest.fixture
def service(_own: Measured) -> Service:
    return _own.service


@pytest.fixture
def sli(_own: Measured) -> Sli:
    return _own.sli


@pytest.fixture
def make_slo(cast: Cast, sli: Sli, now: datetime) -> Callable[..., Slo]:
    """`make_slo(name="…", objective="0.99")`: an objective of Payments over the counts above."""

    usual: dict[str, Any] = {
        "name": "checkout",
        "title": "Checkout works",
        "team_id": cast.payments.pk,
        "service_id": sli.service_id,
        "sli_id": sli.pk,
        "objective": "0.999",
        "window": {"rolling": "28d"},
    }

    def make(**fields: Any) -> Slo:
        draft = slos.SloDraft(**(usual | fields))
        return slos.create(
            caller=cast.caller("editor"), draft=draft, now=now, effective_from=now - timedelta(days=DAYS)
        )

    return make


@pytest.fixture
def slo(make_slo: Callable[..., Slo]) -> Slo:
    return make_slo()
