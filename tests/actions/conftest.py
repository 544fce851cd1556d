"""Action items of Payments, an experiment that may prove them, and runs that end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chaos.experiments.models import Experiment
from chaos.runs.models import Run
from incidents.actions.domain.drafts import ActionDraft
from incidents.actions.domain.states import State
from incidents.actions.models import Action
from incidents.actions.services import actions, moving
from reliability.access.domain.caller import Caller
from tests.cast import Cast, ExperimentFactory, ExperimentVersionFactory, RunFactory

Write = Callable[..., Action]
Ended = Callable[..., Run]


@pytest.fixture
def responder(cast: Cast) -> Caller:
    return cast.caller("responder")


@pytest.fixture
def experiment(cast: Cast) -> Experiment:
    made: Experiment = ExperimentFactory(team=cast.payments, slug="gateway-silent", title="The gateway is silent")
    ExperimentVersionFactory(experiment=made)
    return made


@pytest.fixture
def write(cast: Cast, responder: Caller, now: datetime) -> Write:
    """`write(proof="check", checker_id=…)`: an action of the responder, due in ten days."""

    def make(**fields: Any) -> Action:
        given: dict[str, Any] = {
            "title": "Bound the pool",
            "owner_id": cast.responder.pk,
            "due_on": (now + timedelta(days=10)).date(),
        }
        draft = ActionDraft(**{**given, **fields})
        return actions.create(caller=responder, team_id=cast.payments.pk, draft=draft, now=now)

    return make


@pytest.fixture
def done(responder: Caller, now: datetime) -> Callable[[Action], Action]:
    """Mark it done, now."""
    return lambda action: moving.move(caller=responder, number=action.pk, to=State.DONE, now=now)


@pytest.fixture
def ended(experiment: Experiment) -> Ended:
    """`ended("held", at)`: a real run of the experiment that was begun ten minutes before *at*."""

    def end(verdict: str, at: datetime, **fields: Any) -> Run:
        given = {
            "state": "ended",
            "verdict": verdict,
            "verdict_reason": "as it was",
            "ended_at": at,
            "started_at": at - timedelta(minutes=10),
            "requested_at": at - timedelta(minutes=11),
        }
        made: Run = RunFactory(version=experiment.versions.get(), **{**given, **fields})
        return made

    return end
