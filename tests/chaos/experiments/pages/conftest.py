"""Views read the clock: it shows the fixed instant of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine

from chaos.experiments.models import Experiment, Target
from chaos.experiments.services.drafts import ExperimentDraft
from chaos.experiments.services.experiments import create
from reliability.catalog.models import Service
from tests.cast import Cast
from tests.chaos.experiments.documents import PLAIN

MakeExperiment = Callable[..., Experiment]


@pytest.fixture(autouse=True)
def _stopped_clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def make(cast: Cast, orders: Service, orders_process: Target, now: datetime) -> MakeExperiment:
    """An experiment of Payments on its orders, as its editor writes it."""

    def call(text: str = PLAIN, **fields: object) -> Experiment:
        wanted = {"team_id": cast.payments.pk, "service_id": orders.pk, "text": text} | fields
        draft = ExperimentDraft(**wanted)  # type: ignore[arg-type]  # as the test names them
        return create(caller=cast.caller("editor"), draft=draft, now=now).experiment

    return call
