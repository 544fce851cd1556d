"""Follow-ups: due, reminded of, and proven by a later run that held."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from chaos.experiments.models import Experiment
from chaos.experiments.tabs import tabs_for
from chaos.gamedays.domain.states import FollowUpKind, FollowUpState
from chaos.gamedays.handlers import run_ended
from chaos.gamedays.models import FollowUp, GameDay
from chaos.gamedays.services import follow_ups, live, reminding
from chaos.gamedays.services.follow_ups import FollowUpDraft
from chaos.runs.domain.states import Mode, Verdict
from chaos.runs.domain.states import State as RunState
from chaos.runs.models import Run
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, RunFactory
from tests.servers.receivers import recording_smtp

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(planned: GameDay, cast: Cast, now: datetime) -> GameDay:
    return live.start(caller=cast.caller("responder"), number=planned.pk, override_reason="now", now=now)


@pytest.fixture
def wanted(cast: Cast) -> FollowUpDraft:
    return FollowUpDraft(
        title="Alert when the cache is gone",
        kind=FollowUpKind.DETECT,
        owner_id=cast.responder.pk,
        due_on=date(2026, 3, 20),
        tracker_url="https://tracker.example.org/OPS-17",
        experiment="orders-survive",
    )


@pytest.fixture
def made(started: GameDay, cast: Cast, wanted: FollowUpDraft, now: datetime) -> FollowUp:
    return follow_ups.create(caller=cast.caller("responder"), number=started.pk, draft=wanted, now=now)


def ended_run(now: datetime, **fields: Any) -> Run:
    experiment = Experiment.objects.get(slug="orders-survive")
    values = {"state": RunState.ENDED, "verdict": Verdict.HELD, "started_at": now, "ended_at": now, **fields}
    run: Run = RunFactory(version=experiment.versions.get(), **values)
    return run


def ended(run: Run, now: datetime) -> None:
    run_ended(fact_id=1, payload={"run_id": run.pk}, now=now)


def test_the_first_later_real_run_that_held_verifies_it_once(made: FollowUp, now: datetime) -> None:
    later = now + timedelta(days=1)
    for useless in (
        ended_run(later, verdict=Verdict.DEVIATED),
        ended_run(later, mode=Mode.DRY),
        ended_run(now - timedelta(minutes=1)),
    ):
        ended(useless, later)
        made.refresh_from_db()
        assert made.state == FollowUpState.OPEN
    proof = ended_run(later)
    for _ in range(2):
        ended(proof, later)
    ended(ended_run(later + timedelta(days=1)), later + timedelta(days=1))
    made.refresh_from_db()
    assert (made.state, made.verified_by_id, made.closed_at) == (FollowUpState.VERIFIED, proof.pk, later)
    assert AuditEntry.objects.filter(action="follow_up.verify").count() == 1


def test_its_owner_is_reminded_once_on_the_morning_it_is_due(made: FollowUp, cast: Cast, settings: Settings) -> None:
    due = Due.objects.get(kind="gamedays.follow_up")
    assert due.due_at == datetime.fromisoformat("2026-03-20T09:00+00:00")
    with recording_smtp() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        for _ in range(2):
            reminding.remind(follow_up_id=made.pk, now=due.due_at)
        assert reminding.deliver(notice_id=made.notices.get().pk, now=due.due_at) is None
        (mail,) = server.wait_for(1)
    assert mail.recipients == (cast.responder.email,)
    assert b"Due: Alert when the cache is gone" in mail.content


def test_nobody_is_reminded_of_what_is_done_or_of_a_team_they_left(made: FollowUp, cast: Cast, now: datetime) -> None:
    reminding.remind(follow_up_id=made.pk, now=now)
    follow_ups.close(caller=cast.caller("editor"), follow_up_id=made.pk, state=FollowUpState.DONE, now=now)
    assert reminding.deliver(notice_id=made.notices.get().pk, now=now) is None
    assert (made.notices.get().state, made.notices.get().attempts) == ("void", 0)
    made.notices.all().delete()
    reminding.remind(follow_up_id=made.pk, now=now)
    follow_ups.close(caller=cast.caller("editor"), follow_up_id=made.pk, state=FollowUpState.OPEN, now=now)
    cast.responder.memberships.all().delete()
    reminding.remind(follow_up_id=made.pk, now=now)
    assert made.notices.count() == 0


def test_another_date_is_another_reminder(made: FollowUp, cast: Cast, wanted: FollowUpDraft, now: datetime) -> None:
    values = {name: getattr(wanted, name) for name in wanted.__slots__} | {"due_on": date(2026, 4, 1)}
    change: dict[str, Any] = {
        "caller": cast.caller("responder"),
        "follow_up_id": made.pk,
        "draft": FollowUpDraft(**values),
    }
    follow_ups.edit(**change, expected_revision=1, now=now)
    with pytest.raises(Conflict, match="you read 1"):
        follow_ups.edit(**change, expected_revision=1, now=now)
    assert Due.objects.get(kind="gamedays.follow_up").due_at.date() == date(2026, 4, 1)


def test_mistakes_are_told_by_field(started: GameDay, cast: Cast, now: datetime) -> None:
    wrong = FollowUpDraft(
        title=" ", kind=FollowUpKind.DETECT, owner_id=cast.outsider.pk, tracker_url="OPS-17", experiment="nothing"
    )
    with pytest.raises(Invalid) as caught:
        follow_ups.create(caller=cast.caller("responder"), number=started.pk, draft=wrong, now=now)
    assert {one["field"] for one in caught.value.details} == {"title", "owner", "tracker_url", "experiment"}


def test_states_are_set_by_responders_but_proof_only_by_a_run(made: FollowUp, cast: Cast, now: datetime) -> None:
    close: dict[str, Any] = {"caller": cast.caller("responder"), "follow_up_id": made.pk, "now": now}
    with pytest.raises(Invalid, match="only a run that held"):
        follow_ups.close(**close, state=FollowUpState.VERIFIED)
    with pytest.raises(Invalid, match="why it is dropped"):
        follow_ups.close(**close, state=FollowUpState.DROPPED)
    assert follow_ups.close(**close, state=FollowUpState.DROPPED, reason="the cache goes").closed_by_name == "Responder"
    assert follow_ups.close(**close, state=FollowUpState.OPEN).closed_at is None
    with pytest.raises(Forbidden):
        follow_ups.close(**{**close, "caller": cast.caller("viewer")}, state=FollowUpState.DONE)
    with pytest.raises(NotFound):
        follow_ups.close(**{**close, "caller": cast.caller("outsider")}, state=FollowUpState.DONE)


def test_the_pages_of_follow_ups_mark_the_tab_of_game_days() -> None:
    here = [tab.title for tab in tabs_for(RequestFactory().get("/chaos/follow-ups/7/")) if tab.is_here]
    assert here == ["Game days"]
    assert [tab.title for tab in tabs_for(RequestFactory().get("/chaos/runs/7/")) if tab.is_here] == ["Runs"]
