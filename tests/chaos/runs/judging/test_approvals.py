"""Approvals: somebody else's word, in person, for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chaos.experiments.services.experiments import draft_of, edit
from chaos.runs.domain.guards import Answer
from chaos.runs.domain.states import State
from chaos.runs.models import GuardPolicy, Run
from chaos.runs.services import approvals, guards
from chaos.runs.services.requests import request_run
from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from reliability.access.selectors.callers import caller_of_api_token
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import ApiTokenFactory, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_is_needed(policy: GuardPolicy) -> None:
    policy.approvals_needed = 1
    policy.save()


def answer(run: Run, at: datetime) -> Answer:
    return next(one.answer for one in guards.before(run=run, now=at).results if one.name == "approval")


def test_somebody_else_lets_the_run_go_for_a_day(run: Run, cast: Cast, now: datetime) -> None:
    assert answer(run, now) is Answer.WAIT
    approvals.approve(caller=cast.caller("administrator"), run_id=run.pk, reason="looked at it", now=now)
    assert answer(run, now) is Answer.GO
    assert answer(run, now + timedelta(hours=24)) is Answer.WAIT
    entry = AuditEntry.objects.get(action="run.approve")
    assert (entry.actor_name, entry.reason) == ("Administrator", "looked at it")
    assert Due.objects.get(kind="chaos.start", key=str(run.pk)).due_at == now


@pytest.mark.parametrize("name", ["responder", "editor"])
def test_neither_who_asked_nor_who_wrote_it_may_approve(run: Run, cast: Cast, name: str, now: datetime) -> None:
    with pytest.raises(Forbidden) as refused:
        approvals.approve(caller=cast.caller(name), run_id=run.pk, now=now)
    assert refused.value.reason == "own_run"
    assert not run.approvals.exists()


def test_a_viewer_is_refused_and_an_outsider_finds_nothing(run: Run, cast: Cast, now: datetime) -> None:
    with pytest.raises(Forbidden):
        approvals.approve(caller=cast.caller("viewer"), run_id=run.pk, now=now)
    with pytest.raises(NotFound):
        approvals.approve(caller=cast.caller("outsider"), run_id=run.pk, now=now)
    assert not AuditEntry.objects.exists()


def test_declined_it_ends_with_the_reason_at_its_next_look(run: Run, cast: Cast, now: datetime) -> None:
    with pytest.raises(Invalid):
        approvals.decline(caller=cast.caller("editor"), run_id=run.pk, reason=" ", now=now)
    approvals.decline(caller=cast.caller("editor"), run_id=run.pk, reason="peak hour", now=now)
    decision = guards.before(run=run, now=now)
    assert (decision.kind, decision.reason) == (Answer.NO, "declined by Editor: peak hour")


def test_a_word_may_be_changed_while_the_run_waits(run: Run, cast: Cast, now: datetime) -> None:
    caller = cast.caller("administrator")
    approvals.decline(caller=caller, run_id=run.pk, reason="not yet", now=now)
    approvals.approve(caller=caller, run_id=run.pk, now=now)
    assert answer(run, now) is Answer.GO
    assert run.approvals.count() == 1


def test_what_has_begun_is_approved_no_more(run: Run, cast: Cast, now: datetime) -> None:
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING)
    with pytest.raises(Conflict):
        approvals.approve(caller=cast.caller("administrator"), run_id=run.pk, now=now)


def test_an_approval_of_who_became_the_author_does_not_count(run: Run, cast: Cast, now: datetime) -> None:
    approvals.approve(caller=cast.caller("administrator"), run_id=run.pk, now=now)
    run.requested_by = cast.administrator
    run.save()
    assert answer(run, now) is Answer.WAIT


def test_who_made_the_token_that_asked_may_not_approve(run: Run, cast: Cast, now: datetime) -> None:
    token = ApiTokenFactory(
        team=cast.payments, role=Role.EDITOR, scopes=["read", "write"], created_by=cast.administrator
    )
    asked = request_run(caller=caller_of_api_token(token=token), experiment=run.experiment, not_before=now, now=now)
    with pytest.raises(Forbidden) as refused:
        approvals.approve(caller=cast.caller("administrator"), run_id=asked.pk, now=now)
    assert refused.value.reason == "own_run"


def test_who_made_the_token_that_wrote_the_version_may_not_approve(run: Run, cast: Cast, now: datetime) -> None:
    token = ApiTokenFactory(
        team=cast.payments, role=Role.EDITOR, scopes=["read", "write"], created_by=cast.administrator
    )
    changed = run.version.text + "# changed\n"
    draft = replace(draft_of(experiment=run.experiment), text=changed)
    edit(caller=caller_of_api_token(token=token), experiment=run.experiment, draft=draft, now=now)
    asked = request_run(caller=cast.caller("responder"), experiment=run.experiment, not_before=now, now=now)
    assert asked.version_id != run.version_id
    with pytest.raises(Forbidden):
        approvals.approve(caller=cast.caller("administrator"), run_id=asked.pk, now=now)
