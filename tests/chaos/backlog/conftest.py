"""A service of Payments with something to fear, and runs that end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chaos.backlog.models import Vulnerability
from chaos.experiments.models import Experiment, ExperimentVersion
from chaos.runs.models import Run
from chaos.runs.services.concluding import fact_of
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from tests.cast import (
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    RunFactory,
    ServiceFactory,
    VulnerabilityFactory,
)

Ended = Callable[..., Run]


@pytest.fixture
def responder(cast: Cast) -> Caller:
    return cast.caller("responder")


@pytest.fixture
def editor(cast: Cast) -> Caller:
    return cast.caller("editor")


@pytest.fixture
def service(cast: Cast) -> Service:
    made: Service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout", tier=1)
    return made


@pytest.fixture
def experiment(service: Service) -> Experiment:
    made: Experiment = ExperimentFactory(team=service.team, service=service, slug="slow-fraud-check", layer="process")
    ExperimentVersionFactory(experiment=made)
    return made


@pytest.fixture
def feared(service: Service, now: datetime) -> Vulnerability:
    made: Vulnerability = VulnerabilityFactory(
        team=service.team, service=service, layer="process", title="No time-out", state_at=now, scored_at=now
    )
    return made


@pytest.fixture
def ended() -> Ended:
    """`ended(experiment, "held", at)`: a real run that was begun ten minutes before."""

    def end(experiment: Experiment, verdict: str, at: datetime, **fields: Any) -> Run:
        version = ExperimentVersion.objects.filter(experiment=experiment).first()
        given = {
            "state": "ended",
            "verdict": verdict,
            "ended_at": at,
            "started_at": at - timedelta(minutes=10),
            "requested_at": at - timedelta(minutes=11),
        }
        made: Run = RunFactory(
            version=version or ExperimentVersionFactory(experiment=experiment), **{**given, **fields}
        )
        return made

    return end


@pytest.fixture
def fact() -> Callable[[Run], dict[str, Any]]:
    return lambda run: fact_of(run=run)
