"""A run of Payments that every guard would let go: a measured service, a process as its target, an agent that lives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import yaml

from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.runs.domain.looks import HYPOTHESIS
from chaos.runs.models import Agent, GuardPolicy, Run, RunTarget
from chaos.runs.services import events
from reliability.catalog.models import Service
from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services.evaluations import evaluate
from slo.services.series import store
from tests.cast import (
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    GuardPolicyFactory,
    RunFactory,
    ServiceFactory,
    SliFactory,
    SloFactory,
    SloVersionFactory,
    SourceFactory,
    TargetFactory,
)

MINUTE = timedelta(minutes=1)
DOCUMENT: dict[str, Any] = {
    "title": "Orders survive a slow payment",
    "description": "A paused process stops no order.",
    "steady-state-hypothesis": {
        "title": "Orders are answered",
        "probes": [
            {
                "type": "probe",
                "name": "answers",
                "weight": 3,
                "tolerance": 200,
                "provider": {"type": "http", "url": "https://orders.example.org/health", "timeout": 3},
            },
            {
                "type": "probe",
                "name": "lag",
                "measures": "rpo_seconds",
                "tolerance": {"type": "range", "range": [0, 60]},
                "provider": {"type": "http", "url": "https://orders.example.org/lag", "timeout": 3},
            },
        ],
    },
    "method": [
        {
            "type": "action",
            "name": "pause payments",
            "provider": {
                "type": "python",
                "module": "chaos.injectors.process",
                "func": "pause",
                "arguments": {"target": "payments-process", "duration": 20},
            },
        }
    ],
}


def measure(slo: Slo, *, bad: float, until: datetime, minutes: int = 1, valid: float = 100.0) -> None:
    """Store *minutes* minutes of *bad* of *valid* events, the last of them ending at *until*."""
    counts = np.full(minutes, valid)
    covered = np.ones(minutes, dtype=np.bool_)
    store(
        sli_id=slo.sli_id,
        counts=MinuteSeries(to_minute(until) - minutes, counts - bad, counts, covered),
        now=until,
    )


@pytest.fixture
def service(cast: Cast) -> Service:
    made: Service = ServiceFactory(team=cast.payments, name="orders", title="Orders")
    return made


@pytest.fixture
def slo(cast: Cast, service: Service, now: datetime) -> Slo:
    """99.9 % over 28 days, four good days, judged just now."""
    source = SourceFactory(team=cast.payments, name="metrics")
    sli = SliFactory(team=cast.payments, source=source, service=service, name="orders-succeed")
    made: Slo = SloFactory(team=cast.payments, sli=sli, service=service, name="orders", version=None)
    SloVersionFactory(slo=made, sli=sli, objective=Decimal("0.999"))
    measure(made, bad=0.0, until=now, minutes=4 * 1440)
    evaluate(slo_ids=[made.pk], now=now)
    return made


@pytest.fixture
def target(cast: Cast, service: Service) -> Target:
    made: Target = TargetFactory(team=cast.payments, service=service, slug="payments-process", kind="process")
    return made


@pytest.fixture
def version(cast: Cast, service: Service, target: Target) -> ExperimentVersion:
    experiment: Experiment = ExperimentFactory(
        team=cast.payments, service=service, slug="orders-survive", title="Orders survive", hypothesis="Nobody notices"
    )
    made: ExperimentVersion = ExperimentVersionFactory(
        experiment=experiment, document=DOCUMENT, text=yaml.safe_dump(DOCUMENT), created_by=cast.editor
    )
    return made


@pytest.fixture
def policy(cast: Cast) -> GuardPolicy:
    """As nobody wrote it, save that nobody has to be on call."""
    made: GuardPolicy = GuardPolicyFactory(team=cast.payments, needs_on_call=False)
    return made


@pytest.fixture
def agent(now: datetime) -> Agent:
    return Agent.objects.create(
        instance="host-1",
        host="host",
        kinds=["process"],
        runs_max=5,
        started_at=now,
        seen_at=now - timedelta(seconds=2),
    )


@pytest.fixture
def run(
    cast: Cast, version: ExperimentVersion, target: Target, policy: GuardPolicy, agent: Agent, slo: Slo, now: datetime
) -> Run:
    """Asked for by the responder, due now."""
    made: Run = RunFactory(
        version=version,
        requested_by=cast.responder,
        requested_by_name="Responder",
        requested_at=now,
        not_before=now,
        watched_slo_ids=[slo.pk],
    )
    RunTarget.objects.create(run=made, target=target)
    return made


Log = Callable[..., None]


@pytest.fixture
def log(run: Run) -> Log:
    """`log(seconds, "during", answers=False)`: one look at the hypothesis so long after the instant of the test."""

    def look(at: datetime, phase: str, **met: bool) -> None:
        seen = {"answers": True, "lag": True} | met
        probes = [
            {
                "name": name,
                "weight": 3 if name == "answers" else 1,
                "is_met": is_met,
                "value": 200 if is_met else 503,
                "tolerance": 200,
            }
            for name, is_met in seen.items()
        ]
        data: Mapping[str, Any] = {"phase": phase, "is_met": all(seen.values()), "probes": probes}
        events.record(run=run, kind=HYPOTHESIS, text=f"{phase}", data=data, now=at)

    return look
