"""What proves an action: a run that began after it was done, an objective that stayed met, a person who looked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from chaos.experiments.models import Experiment
from chaos.runs.models import Run
from incidents.actions.domain.states import State
from incidents.actions.handlers import prove, run_ended
from incidents.actions.models import Action
from incidents.actions.services import moving
from reliability.access.domain.caller import Caller
from reliability.kit.instants import to_minute
from reliability.outbox.models import Due, Fact
from reliability.web.errors import Conflict, Forbidden, Invalid
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services.series import store
from tests.cast import Cast, SloFactory

Write = Callable[..., Action]
Mark = Callable[[Action], Action]
Ended = Callable[..., Run]
DAY = timedelta(days=1)
SETTLED = timedelta(minutes=10)


def tell(run: Run, at: datetime) -> None:
    run_ended(fact_id=1, payload={"run_id": run.pk}, now=at)


def state(action: Action) -> str:
    action.refresh_from_db()
    return action.state


def test_only_a_real_run_that_began_after_it_was_done_and_held_proves_it(
    write: Write, done: Mark, ended: Ended, experiment: Experiment, now: datetime
) -> None:
    action = write(proof="experiment", experiment_id=experiment.pk)
    tell(ended("held", now - DAY), now)
    assert state(action) == "open", "it was not done yet"
    done(action)
    for useless in (
        ended("held", now + timedelta(minutes=5)),  # began five minutes before it was done
        ended("held", now + DAY, mode="dry"),
        ended("aborted", now + DAY),
        ended("inconclusive", now + DAY),
    ):
        tell(useless, now + DAY)
        assert state(action) == "done", useless.verdict
    notes = action.notes.filter(kind="proof")
    assert [note.text.endswith("It proves nothing: run it again.") for note in notes] == [True, True]
    proof = ended("held", now + 2 * DAY)
    for _ in range(2):
        tell(proof, now + 2 * DAY)
    assert state(action) == "verified"
    assert (action.proof_run_id, action.closed_at, action.closed_by_name) == (proof.pk, now + 2 * DAY, "system")
    assert action.proof_text == f"Run {proof.pk} of “The gateway is silent” held: as it was"
    assert Fact.objects.filter(kind="ActionClosed").count() == 1


def test_a_run_that_deviates_opens_it_again_and_a_later_one_counts_only_after_it_is_done_again(
    responder: Caller, write: Write, done: Mark, ended: Ended, experiment: Experiment, now: datetime
) -> None:
    action = done(write(proof="experiment", experiment_id=experiment.pk))
    tell(ended("deviated", now + DAY), now + DAY)
    assert state(action) == "open"
    assert "deviated" in action.state_reason
    assert (action.reopened, action.done_at) == (1, None)
    tell(ended("held", now + 2 * DAY), now + 2 * DAY)
    assert state(action) == "open"
    moving.move(caller=responder, number=action.pk, to=State.DONE, now=now + 3 * DAY)
    tell(ended("held", now + 4 * DAY), now + 4 * DAY)
    assert state(action) == "verified"


@pytest.fixture
def slo(cast: Cast) -> Slo:
    """99 % over 28 days, of Payments."""
    made: Slo = SloFactory(sli__source__team=cast.payments, title="Orders succeed")
    return made


def measure(slo: Slo, *, since: datetime, days: int, bad: int, now: datetime) -> None:
    """100 events a minute, *bad* of them bad."""
    length = days * 1440
    valid = np.full(length, 100.0)
    counts = MinuteSeries(to_minute(since), valid - bad, valid, np.ones(length, dtype=np.bool_))
    store(sli_id=slo.sli_id, counts=counts, now=now)


def test_an_objective_that_stayed_met_proves_it_when_the_days_are_over(
    write: Write, done: Mark, slo: Slo, now: datetime
) -> None:
    action = done(write(proof="slo", slo_id=slo.pk, slo_days=3))
    due = Due.objects.get(kind="incidents.action_proof", key=str(action.pk))
    assert due.due_at == now + DAY + SETTLED
    at = now + DAY + SETTLED
    assert prove(key=str(action.pk), payload={}, now=at) == at + DAY
    assert state(action) == "done"
    assert action.proof_text == "0 of 3 days are over and measured; 1 had no data"
    measure(slo, since=now - DAY, days=6, bad=0, now=now + 6 * DAY)
    assert prove(key=str(action.pk), payload={}, now=at) == at + DAY
    assert state(action) == "done"
    assert prove(key=str(action.pk), payload={}, now=now + 3 * DAY + SETTLED) is None
    assert state(action) == "verified"
    assert action.proof_text.startswith("Its objective: 100 % were good over 3 measured days")


def test_a_breach_opens_it_again_with_the_reason_and_what_was_before_it_does_not_count(
    write: Write, done: Mark, slo: Slo, now: datetime
) -> None:
    measure(slo, since=now - 2 * DAY, days=2, bad=60, now=now)
    action = done(write(proof="slo", slo_id=slo.pk, slo_days=2))
    measure(slo, since=now, days=1, bad=0, now=now + DAY)
    prove(key=str(action.pk), payload={}, now=now + DAY + SETTLED)
    assert state(action) == "done"
    measure(slo, since=now + DAY, days=1, bad=5, now=now + 2 * DAY)
    assert prove(key=str(action.pk), payload={}, now=now + 2 * DAY + SETTLED) is None
    assert state(action) == "open"
    assert "broken on day 2" in action.state_reason
    assert Due.objects.filter(kind="incidents.action", key=str(action.pk)).exists(), "its owner is told"


def test_nobody_waits_for_data_for_ever(write: Write, done: Mark, slo: Slo, now: datetime) -> None:
    action = done(write(proof="slo", slo_id=slo.pk, slo_days=2))
    assert prove(key=str(action.pk), payload={}, now=now + 17 * DAY) is None
    assert state(action) == "done"
    assert "choose another way of proof" in action.proof_text


def test_only_the_named_person_confirms_and_says_what_they_saw(
    cast: Cast, responder: Caller, write: Write, done: Mark, now: datetime
) -> None:
    action = write(proof="check", checker_id=cast.editor.pk, check_text="Look at the runbook")
    confirm: dict[str, Any] = {"number": action.pk, "words": "the runbook has it", "now": now}
    with pytest.raises(Conflict, match="checked once it is done"):
        moving.confirm(**confirm, caller=cast.caller("editor"), is_so=True)
    done(action)
    for name in ("responder", "administrator", "chief"):
        with pytest.raises(Forbidden, match="only Editor may confirm it"):
            moving.confirm(**confirm, caller=cast.caller(name), is_so=True)
    with pytest.raises(Invalid, match="what you checked"):
        moving.confirm(**{**confirm, "words": " "}, caller=cast.caller("editor"), is_so=True)
    moving.confirm(**{**confirm, "words": "it is not there"}, caller=cast.caller("editor"), is_so=False)
    assert (state(action), action.state_reason) == ("open", "it is not there")
    done(action)
    moving.confirm(**confirm, caller=cast.caller("editor"), is_so=True)
    assert (state(action), action.proof_text) == ("verified", "Editor checked it: the runbook has it")
