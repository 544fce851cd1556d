"""What runs teach: held refutes, deviated confirms, each once; dry, aborted and inconclusive ones say nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chaos.backlog.domain.states import State
from chaos.backlog.models import Vulnerability
from chaos.backlog.services import vulnerabilities
from chaos.backlog.services.learning import run_ended
from chaos.experiments.models import Experiment
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due
from reliability.outbox.registry import registration_of
from reliability.outbox.services.facts import emit
from tests.cast import ExperimentFactory, ExperimentVersionFactory, TrialFactory

pytestmark = pytest.mark.django_db
Ended = Callable[..., Run]
Fact = Callable[[Run], dict[str, Any]]
HOUR = timedelta(hours=1)


@pytest.fixture
def tried(feared: Vulnerability, experiment: Experiment, responder: Caller, now: datetime) -> Vulnerability:
    return vulnerabilities.link(caller=responder, vulnerability=feared, experiment=experiment, now=now)


@pytest.mark.parametrize(("verdict", "state"), [("held", State.REFUTED), ("deviated", State.CONFIRMED)])
def test_a_run_that_answered_moves_it_with_a_reason_and_a_link(
    tried: Vulnerability, experiment: Experiment, ended: Ended, fact: Fact, now: datetime, verdict: str, state: State
) -> None:
    assert tried.state == State.TRYING
    run = ended(experiment, verdict, now + HOUR)
    assert run_ended(payload=fact(run), now=now + HOUR) == 1
    tried.refresh_from_db()
    assert (tried.state, tried.state_at) == (state, now + HOUR)
    note = tried.notes.get(run=run)
    assert (note.state, f"Run {run.pk}" in note.text) == (state, True)
    entry = AuditEntry.objects.get(action="vulnerability.state", changes__state=["trying", state])
    assert entry.actor_name == "system"
    assert tried.odds == pytest.approx(2 / 3 if verdict == "deviated" else 1 / 3)


def test_the_same_fact_twice_is_evidence_once(
    tried: Vulnerability, experiment: Experiment, ended: Ended, fact: Fact, now: datetime
) -> None:
    run = ended(experiment, "held", now + HOUR)
    assert [run_ended(payload=fact(run), now=now + HOUR) for _ in range(3)] == [1, 0, 0]
    assert (tried.evidence.count(), tried.notes.filter(run=run).count()) == (1, 1)


@pytest.mark.parametrize(
    ("verdict", "fields"),
    [
        pytest.param("held", {"mode": "dry"}, id="a dry run that held"),
        pytest.param("deviated", {"mode": "dry"}, id="a dry run that deviated"),
        pytest.param("aborted", {}, id="an aborted run"),
        pytest.param("inconclusive", {}, id="an inconclusive run"),
        pytest.param("failed_to_undo", {}, id="a run that failed to undo"),
    ],
)
def test_what_gave_no_answer_moves_nothing(
    tried: Vulnerability,
    experiment: Experiment,
    ended: Ended,
    fact: Fact,
    now: datetime,
    verdict: str,
    fields: dict[str, Any],
) -> None:
    run = ended(experiment, verdict, now + HOUR, **fields)
    assert run_ended(payload=fact(run), now=now + HOUR) == 0
    tried.refresh_from_db()
    assert (tried.state, tried.evidence.count()) == (State.TRYING, 0)


def test_a_run_of_another_experiment_says_nothing_of_it(
    tried: Vulnerability, ended: Ended, fact: Fact, now: datetime
) -> None:
    other = ExperimentFactory(team=tried.team, service=tried.service)
    ExperimentVersionFactory(experiment=other)
    assert run_ended(payload=fact(ended(other, "deviated", now + HOUR)), now=now + HOUR) == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as they ended", "the later one told first"])
def test_one_that_held_does_not_unmake_one_that_deviated(
    tried: Vulnerability, experiment: Experiment, ended: Ended, fact: Fact, now: datetime, order: tuple[int, int]
) -> None:
    runs = [ended(experiment, "deviated", now + HOUR), ended(experiment, "held", now + 2 * HOUR)]
    for one in order:
        run_ended(payload=fact(runs[one]), now=now + 3 * HOUR)
    tried.refresh_from_db()
    assert (tried.state, tried.evidence.count()) == (State.CONFIRMED, 2)


def test_what_was_mended_and_deviates_has_come_back(
    tried: Vulnerability, experiment: Experiment, ended: Ended, fact: Fact, responder: Caller, now: datetime
) -> None:
    vulnerabilities.set_state(
        caller=responder, vulnerability=tried, state=State.MENDED, reason="the time-out is in", now=now
    )
    run_ended(payload=fact(ended(experiment, "deviated", now + HOUR)), now=now + HOUR)
    tried.refresh_from_db()
    assert (tried.state, "though it was mended" in tried.state_reason) == (State.CONFIRMED, True)


def test_a_person_who_spoke_after_the_run_ended_is_not_overruled(
    tried: Vulnerability, experiment: Experiment, ended: Ended, fact: Fact, responder: Caller, now: datetime
) -> None:
    run = ended(experiment, "deviated", now + HOUR)
    vulnerabilities.set_state(
        caller=responder, vulnerability=tried, state=State.MENDED, reason="mended at once", now=now + 2 * HOUR
    )
    assert run_ended(payload=fact(run), now=now + 3 * HOUR) == 0
    tried.refresh_from_db()
    assert (tried.state, tried.evidence.count()) == (State.MENDED, 1)


def test_what_is_accepted_stays_so_and_keeps_the_evidence(
    tried: Vulnerability, experiment: Experiment, ended: Ended, fact: Fact, responder: Caller, now: datetime
) -> None:
    vulnerabilities.set_state(
        caller=responder, vulnerability=tried, state=State.ACCEPTED, reason="it goes away in May", now=now
    )
    run_ended(payload=fact(ended(experiment, "deviated", now + HOUR)), now=now + HOUR)
    tried.refresh_from_db()
    assert (tried.state, tried.payback, tried.evidence.count()) == (State.ACCEPTED, 0, 1)


def test_the_fact_of_a_run_that_ended_reaches_the_backlog_and_the_trials(
    tried: Vulnerability, experiment: Experiment, ended: Ended, fact: Fact, now: datetime
) -> None:
    trial = TrialFactory(experiment=experiment)
    run = ended(experiment, "held", now + HOUR)
    emitted = emit(kind="RunEnded", payload=fact(run), team_id=run.team_id, now=now + HOUR)
    row = Due.objects.get(kind="fact:backlog.run_ended", key=str(emitted.pk))
    handler = registration_of(row.kind)
    assert handler is not None
    for _ in range(2):  # a worker may do it twice
        handler.run(key=row.key, payload=row.payload, now=now + HOUR)
    tried.refresh_from_db()
    trial.refresh_from_db()
    assert (tried.state, tried.evidence.count()) == (State.REFUTED, 1)
    assert trial.succeeded_at == now + HOUR
