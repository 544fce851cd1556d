"""Two who write at the backlog in the same instant."""

from __future__ import annotations

from datetime import datetime

import pytest

from chaos.backlog.models import Evidence, Trial, Vulnerability, VulnerabilityNote
from chaos.backlog.services import learning, trials, vulnerabilities
from chaos.experiments.models import Experiment
from chaos.runs.services.concluding import fact_of
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from tests.cast import ExperimentFactory
from tests.chaos.backlog.conftest import Ended
from tests.racing import Race

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_cause_makes_one(responder: Caller, service: Service, now: datetime, race: Race) -> None:
    def record() -> int:
        made = vulnerabilities.record(
            caller=responder,
            team_id=service.team_id,
            service_id=service.pk,
            layer="process",
            title="No time-out",
            origin="game_day",
            origin_key="game_day:7:finding:1",
            now=now,
        )
        return made.pk

    first, second = race(record, record)
    assert first == second


def test_a_link_of_two_is_one_line_of_history(
    responder: Caller, feared: Vulnerability, experiment: Experiment, now: datetime, race: Race
) -> None:
    def link() -> str:
        row = vulnerabilities.link(caller=responder, vulnerability=feared, experiment=experiment, now=now)
        return row.state

    assert race(link, link) == ["trying", "trying"]
    assert race(VulnerabilityNote.objects.count) == [1]


def test_a_run_that_two_workers_tell_of_is_evidence_once(
    feared: Vulnerability, experiment: Experiment, ended: Ended, now: datetime, race: Race
) -> None:
    feared.experiments.add(experiment)
    payload = fact_of(run=ended(experiment, "deviated", now))

    def learn() -> int:
        return learning.run_ended(payload=payload, now=now)

    assert sorted(race(learn, learn)) == [0, 1]
    assert race(Evidence.objects.count, VulnerabilityNote.objects.count) == [1, 1]


def test_an_experiment_is_repeated_once(editor: Caller, service: Service, now: datetime, race: Race) -> None:
    restore = ExperimentFactory(team=service.team, service=service, kind="dr_trial")

    def create() -> Trial:
        return trials.create(caller=editor, experiment=restore, values={}, now=now)

    assert sorted(type(one).__name__ for one in race(create, create)) == ["Conflict", "Trial"]
