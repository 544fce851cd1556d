from __future__ import annotations

from datetime import datetime

import pytest

from chaos.experiments.models import Experiment
from tests.cast import Cast, ExperimentFactory, ExperimentVersionFactory, ServiceFactory
from tests.chaos.schedules.firing.engine import Engine


@pytest.fixture
def experiment(cast: Cast) -> Experiment:
    service = ServiceFactory(team=cast.payments, name="orders", title="Orders")
    made: Experiment = ExperimentFactory(team=cast.payments, service=service, slug="orders-survive")
    ExperimentVersionFactory(experiment=made)
    return made


@pytest.fixture
def engine(now: datetime) -> Engine:
    return Engine(now)
