"""From go through the live room to the record: states, scenarios, observations, detection, scores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from chaos.backlog.models import Vulnerability
from chaos.gamedays import detections
from chaos.gamedays.domain.states import ObservationKind, RoleKind, ScenarioState, State, Tri
from chaos.gamedays.models import GameDay, Observation, Scenario
from chaos.gamedays.selectors.badges import badges_of
from chaos.gamedays.selectors.entries import entries_of
from chaos.gamedays.selectors.game_days import game_day, roles_history_of
from chaos.gamedays.selectors.records import markdown
from chaos.gamedays.selectors.room import room
from chaos.gamedays.selectors.scoring import scored
from chaos.gamedays.services import checklist, checks, findings, live, observations, planning, roles, settings, wrapping
from chaos.gamedays.services.wrapping import WrapUpDraft
from chaos.runs.domain.states import State as RunState
from chaos.runs.domain.states import Verdict
from chaos.runs.models import GlobalStop, GuardDecision, Run
from incidents.paging.models import QuietHours
from incidents.response.models import Alert
from reliability.access.models import AuditEntry
from reliability.kit.periods import Period
from reliability.outbox.models import Due, Fact
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import AlertFactory, Cast
from tests.racing import Race

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def started(planned: GameDay, cast: Cast, now: datetime) -> GameDay:
    planning.go(caller=cast.caller("responder"), number=planned.pk, now=now)
    return live.start(caller=cast.caller("responder"), number=planned.pk, now=now)


def scenario(day: GameDay, position: int) -> Scenario:
    return day.scenarios.get(position=position)


def end_run(run: Run, verdict: Verdict, *, fault_at: datetime, at: datetime) -> None:
    """As the engine would leave it."""
    Run.objects.filter(pk=run.pk).update(
        state=RunState.ENDED, verdict=verdict, started_at=fault_at, fault_began_at=fault_at, ended_at=at
    )


def test_the_system_answers_its_part_of_the_checklist_and_leaves_nothing_behind(
    planned: GameDay, cast: Cast, now: datetime
) -> None:
    before = (Run.objects.count(), Due.objects.count(), AuditEntry.objects.count(), GuardDecision.objects.count())
    found = {one.name: one for one in checks.ask(caller=cast.caller("viewer"), game_day=planned, now=now)}
    assert before == (
        Run.objects.count(),
        Due.objects.count(),
        AuditEntry.objects.count(),
        GuardDecision.objects.count(),
    )
    assert all(one.is_go for one in found.values()), [one for one in found.values() if not one.is_go]
    assert {"scenarios", "experiments", "error_budget", "incidents", "on_call", "global_stop", "roles"} <= set(found)
    assert found["people"].reason == "3 of 3 have not answered"


def test_a_go_says_what_is_not_so_yet_and_goes_on_only_with_a_reason(
    planned: GameDay, cast: Cast, now: datetime
) -> None:
    GlobalStop.objects.create(began_at=now, by_name="Chief", reason="a real outage")
    item = checklist.add(caller=cast.caller("editor"), number=planned.pk, text="the runbook was read", now=now)
    caller = cast.caller("responder")
    with pytest.raises(Conflict) as caught:
        planning.go(caller=caller, number=planned.pk, now=now)
    assert [one["field"] for one in caught.value.details] == [f"item-{item.pk}", "global_stop"]
    assert "a real outage" in caught.value.details[1]["message"]
    checklist.tick(caller=caller, number=planned.pk, item_id=item.pk, is_done=True, now=now)
    row = planning.go(caller=caller, number=planned.pk, override_reason="by hand only", now=now)
    assert (row.state, row.state_reason) == (State.GO, "by hand only")
    assert {one["name"]: one["is_go"] for one in row.checks}["global_stop"] is False


def test_states_follow_each_other_and_nothing_is_skipped(day: GameDay, cast: Cast, now: datetime) -> None:
    editor, responder = cast.caller("editor"), cast.caller("responder")
    with pytest.raises(Conflict, match="is draft: it cannot get a go"):
        planning.go(caller=responder, number=day.pk, now=now)
    with pytest.raises(Forbidden):
        planning.plan(caller=responder, number=day.pk, now=now)
    with pytest.raises(Invalid, match="must be in the future"):
        planning.plan(caller=editor, number=day.pk, now=now + timedelta(days=11))
    planning.plan(caller=editor, number=day.pk, now=now)
    with pytest.raises(Conflict, match="nobody said go"):
        live.start(caller=responder, number=day.pk, now=now)
    with pytest.raises(Invalid, match="say why"):
        planning.no_go(caller=responder, number=day.pk, reason=" ", now=now)
    off = planning.no_go(caller=responder, number=day.pk, reason="half of us are ill", now=now)
    assert (off.state, off.state_reason) == (State.NO_GO, "half of us are ill")
    again = planning.postpone(
        caller=editor, number=day.pk, starts_at=now + timedelta(days=20), reason="next month", now=now
    )
    assert (again.state, again.sequence) == (State.PLANNED, 2)
    begun = live.start(caller=responder, number=day.pk, override_reason="everybody is here", now=now)
    assert (begun.state, begun.override_reason) == (State.LIVE, "everybody is here")
    with pytest.raises(Conflict, match="is live"):
        planning.cancel(caller=editor, number=day.pk, reason="no", now=now)


def test_a_scenario_asks_for_one_run_however_often_it_is_begun(started: GameDay, cast: Cast, now: datetime) -> None:
    caller = cast.caller("responder")
    first = scenario(started, 1)
    for _ in range(2):
        begun = live.begin_scenario(caller=caller, number=started.pk, scenario_id=first.pk, now=now)
    run = Run.objects.get()
    assert (begun.run_id, run.origin, run.origin_key) == (
        run.pk,
        f"game_day:{started.pk}",
        f"game_day:{started.pk}:scenario:{first.pk}",
    )
    with pytest.raises(Conflict, match="under way: end it first"):
        live.begin_scenario(caller=caller, number=started.pk, scenario_id=scenario(started, 2).pk, now=now)
    with pytest.raises(Conflict, match="under way: end it first"):
        live.finish(caller=caller, number=started.pk, now=now)
    live.end_scenario(caller=caller, number=started.pk, scenario_id=first.pk, now=now)
    run.refresh_from_db()
    assert (run.state, run.stop_requested_by_name) == (RunState.ENDED, "Responder")


@pytest.fixture
def other_rules() -> Iterator[None]:
    yield
    detections.forget("broken")


@pytest.mark.usefixtures("other_rules")
def test_detection_runs_from_the_fault_to_the_first_eye_and_the_first_alert(
    started: GameDay, cast: Cast, now: datetime
) -> None:
    caller, first = cast.caller("responder"), scenario(started, 1)
    run = live.begin_scenario(caller=caller, number=started.pk, scenario_id=first.pk, now=now).run
    assert run is not None
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, fault_began_at=now + 10 * SECOND)
    write: dict[str, Any] = {"caller": caller, "number": started.pk, "kind": ObservationKind.NOTICED}
    observations.record(**write, text="it was slow before", at=now + 5 * SECOND, now=now + MINUTE)
    observations.record(**write, text="orders hang", by_name="Ada", at=now + 55 * SECOND, now=now + MINUTE)
    late = observations.record(**write, text="I saw it first", by_name="Bo", at=now + 40 * SECOND, now=now + 5 * MINUTE)
    alert: Alert = AlertFactory(
        team=cast.payments, service=first.service, title="Orders burn", received_at=now + 100 * SECOND
    )
    AlertFactory(team=cast.payments, service=None, title="Another", received_at=now + 20 * SECOND)

    def broken(**_asked: object) -> list[detections.Alerted]:
        raise RuntimeError("no answer")

    detections.register("broken", broken)
    found = room(game_day=started, now=now + 6 * MINUTE).detections[first.pk]
    assert (found.noticed_seconds, found.noticed_by) == (30.0, "Bo")
    assert (found.alerted_seconds, found.alerted_by) == (90.0, alert.title)
    assert found.first_seconds == 30.0
    observations.retract(caller=caller, number=started.pk, observation_number=late.number, now=now + 6 * MINUTE)
    assert room(game_day=started, now=now + 6 * MINUTE).detections[first.pk].noticed_by == "Ada"


def test_observations_keep_what_they_said_and_refuse_an_older_edit(started: GameDay, cast: Cast, now: datetime) -> None:
    caller = cast.caller("responder")
    made = observations.record(caller=caller, number=started.pk, kind=ObservationKind.NOTE, text="alert", now=now)
    change: dict[str, Any] = {
        "caller": caller,
        "number": started.pk,
        "observation_number": made.number,
        "kind": ObservationKind.NOTICED,
        "text": "the alert of the cache",
        "by_name": "Ada",
        "at": now,
    }
    observations.edit(**change, expected_revision=1, now=now + MINUTE)
    with pytest.raises(Conflict, match="revision 2, you read 1"):
        observations.edit(**{**change, "text": "mine"}, expected_revision=1, now=now + MINUTE)
    edit = made.edits.get()
    assert (edit.revision, edit.kind, edit.text, edit.by_name) == (1, "note", "alert", "Responder")
    with pytest.raises(Invalid, match="in the future"):
        observations.record(
            caller=caller, number=started.pk, kind=ObservationKind.NOTE, text="x", at=now + 5 * MINUTE, now=now
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_get_two_numbers(started: GameDay, cast: Cast, now: datetime, race: Race) -> None:
    def write(name: str) -> Observation:
        return observations.record(
            caller=cast.caller(name), number=started.pk, kind=ObservationKind.NOTE, text=name, now=now
        )

    first, second = race(lambda: write("responder"), lambda: write("editor"))
    assert {first.number, second.number} == {1, 2}


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_two_scenarios_at_once_begin_one(started: GameDay, cast: Cast, now: datetime, race: Race) -> None:
    ids = [scenario(started, position).pk for position in (1, 2)]

    def begin(scenario_id: int) -> Scenario:
        return live.begin_scenario(caller=cast.caller("responder"), number=started.pk, scenario_id=scenario_id, now=now)

    results = race(lambda: begin(ids[0]), lambda: begin(ids[1]))
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Scenario"]


def test_a_role_is_handed_over_live_and_both_stand_in_the_record(started: GameDay, cast: Cast, now: datetime) -> None:
    give: dict[str, Any] = {"caller": cast.caller("responder"), "number": started.pk, "kind": RoleKind.COORDINATOR}
    for _ in range(2):
        roles.give(**give, user_id=cast.editor.pk, now=now + MINUTE)
    held = [(one.name, one.until_at) for one in roles_history_of(game_day=started) if one.kind == RoleKind.COORDINATOR]
    assert held == [("Responder", now + MINUTE), ("Editor", None)]
    with pytest.raises(Invalid, match="nobody of the team"):
        roles.give(**give, user_id=cast.outsider.pk, now=now)
    roles.give(**{**give, "kind": RoleKind.OBSERVER}, name="Somebody of Search", now=now)
    assert started.role_holders.filter(kind=RoleKind.OBSERVER, until_at=None).count() == 1


def walk_through(day: GameDay, cast: Cast, now: datetime) -> GameDay:
    """Both scenarios, the first with a run that held and was noticed in a minute, the second by hand and unseen."""
    caller, number = cast.caller("responder"), day.pk
    first, second = scenario(day, 1), scenario(day, 2)
    run = live.begin_scenario(caller=caller, number=number, scenario_id=first.pk, now=now).run
    assert run is not None
    end_run(run, Verdict.HELD, fault_at=now, at=now + 3 * MINUTE)
    observations.record(
        caller=caller, number=number, kind=ObservationKind.NOTICED, text="slow", at=now + MINUTE, now=now + MINUTE
    )
    live.end_scenario(caller=caller, number=number, scenario_id=first.pk, now=now + 3 * MINUTE)
    live.begin_scenario(caller=caller, number=number, scenario_id=second.pk, now=now + 4 * MINUTE)
    observations.record(
        caller=caller, number=number, kind=ObservationKind.FAULT_FOUND, text="*no* alert", now=now + 5 * MINUTE
    )
    live.end_scenario(caller=caller, number=number, scenario_id=second.pk, now=now + 14 * MINUTE)
    judge: dict[str, Any] = {"caller": caller, "number": number, "now": now + 15 * MINUTE}
    wrapping.judge_scenario(
        **judge, scenario_id=first.pk, held=Tri.NO, responded=Tri.YES, faults_gone=Tri.PENDING, learnt="It works."
    )
    wrapping.judge_scenario(**judge, scenario_id=second.pk, held=Tri.YES, responded=Tri.PENDING, faults_gone=Tri.YES)
    return live.finish(caller=caller, number=number, now=now + 16 * MINUTE)


def test_a_day_is_scored_from_runs_before_people_and_its_record_is_for_good(
    started: GameDay, cast: Cast, now: datetime
) -> None:
    day = walk_through(started, cast, now)
    caller, later = cast.caller("responder"), now + 20 * MINUTE
    found = scored(game_day=day, now=later)
    assert [(one.held, one.detected, one.score) for one in found.scenarios] == [
        (Tri.YES, Tri.YES, 1.0),  # the run held, whatever people said
        (Tri.YES, Tri.NO, 0.5),  # held and gone; nobody noticed within 5 minutes, and the response is not said
    ]
    assert found.score == 0.75
    with pytest.raises(Invalid, match="whether it was the right experiment"):
        wrapping.close(caller=caller, number=day.pk, now=later)
    draft = WrapUpDraft(was_right=Tri.YES, was_right_why="It hurt", went_well="The coordinator", was_lucky="Quiet hour")
    wrapping.save(caller=caller, number=day.pk, draft=draft, now=later)
    finding = findings.record(
        caller=caller,
        number=day.pk,
        title="Nothing alerts without the cache",
        layer="component",
        service="orders",
        now=later,
    )
    assert finding.vulnerability_id is not None
    weakness = Vulnerability.objects.get(pk=finding.vulnerability_id)
    assert (weakness.title, weakness.origin, weakness.team_id) == (finding.title, "game_day", cast.payments.pk)
    closed = wrapping.close(caller=caller, number=day.pk, now=later)
    assert (closed.state, closed.score) == (State.DONE, 0.75)
    record = markdown(game_day=closed, now=later)
    assert "\\*no\\* alert" in record, "what people wrote is no Markdown"
    for words in ("Responder noticed after 60 s", "75 %", "It hurt", "Quiet hour", "It works"):
        assert words in record
    with pytest.raises(Conflict, match="is done"):
        observations.record(caller=caller, number=day.pk, kind=ObservationKind.NOTE, text="late", now=later)
    wrapping.correct(caller=caller, number=day.pk, text="It was Bo, not Ada", now=later + MINUTE)
    corrected = markdown(game_day=closed, now=later)
    assert corrected.startswith(record)
    assert corrected.endswith("Responder: It was Bo, not Ada\n")
    assert list(Fact.objects.order_by("pk").values_list("kind", flat=True)) == [
        "GameDayPlanned",
        "GameDayStarted",
        "GameDayEnded",
    ]


def test_a_fault_that_stayed_makes_the_score_zero(started: GameDay, cast: Cast, now: datetime) -> None:
    caller, first = cast.caller("responder"), scenario(started, 1)
    run = live.begin_scenario(caller=caller, number=started.pk, scenario_id=first.pk, now=now).run
    assert run is not None
    assert scored(game_day=started, now=now).score is None, "nothing is known yet"
    end_run(run, Verdict.FAILED_TO_UNDO, fault_at=now, at=now + MINUTE)
    wrapping.judge_scenario(
        caller=caller,
        number=started.pk,
        scenario_id=first.pk,
        held=Tri.YES,
        responded=Tri.YES,
        faults_gone=Tri.YES,
        now=now,
    )
    one = scored(game_day=started, now=now + MINUTE).scenarios[0]
    assert (one.faults_gone, one.score) == (Tri.NO, 0.0)


def test_it_is_not_closed_while_a_run_of_it_is_open(started: GameDay, cast: Cast, now: datetime) -> None:
    caller, first = cast.caller("responder"), scenario(started, 1)
    run = live.begin_scenario(caller=caller, number=started.pk, scenario_id=first.pk, now=now).run
    assert run is not None
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    live.end_scenario(caller=caller, number=started.pk, scenario_id=first.pk, now=now)
    live.finish(caller=caller, number=started.pk, now=now)
    assert scenario(started, 2).state == ScenarioState.SKIPPED
    wrapping.save(caller=caller, number=started.pk, draft=WrapUpDraft(was_right=Tri.NO), now=now)
    with pytest.raises(Conflict, match="is not over yet"):
        wrapping.close(caller=caller, number=started.pk, now=now)


def test_the_room_costs_the_same_whatever_it_holds(
    started: GameDay, cast: Cast, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller, second = cast.caller("responder"), scenario(started, 2)
    live.begin_scenario(caller=caller, number=started.pk, scenario_id=second.pk, now=now)
    for count in (1, 15):
        for _ in range(count):
            observations.record(caller=caller, number=started.pk, kind=ObservationKind.NOTE, text="x", now=now)
        with django_assert_num_queries(5):
            room(game_day=started, now=now + MINUTE)


def test_badges_are_off_until_an_administrator_wants_them(started: GameDay, cast: Cast, now: datetime) -> None:
    day = walk_through(started, cast, now)
    caller = cast.caller("responder")
    wrapping.save(caller=caller, number=day.pk, draft=WrapUpDraft(was_right=Tri.YES), now=now + 16 * MINUTE)
    wrapping.close(caller=caller, number=day.pk, now=now + 17 * MINUTE)
    later = now + 20 * MINUTE
    assert badges_of(team=cast.payments, now=later) == []
    with pytest.raises(Forbidden):
        settings.set_badges(caller=cast.caller("editor"), team=cast.payments, has_badges=True, now=later)
    settings.set_badges(caller=cast.caller("administrator"), team=cast.payments, has_badges=True, now=later)
    found = {one.name: one.why for one in badges_of(team=cast.payments, now=later)}
    assert found == {
        "first-fault": "“*no* alert”, at Orders without payments",
        "fastest": "Payments pause was noticed after 1 min 0 s, at Orders without payments",
    }
    assert AuditEntry.objects.filter(action="game_day_settings.set").count() == 1


def test_bounds_hold(started: GameDay, cast: Cast, now: datetime, settings: Settings) -> None:
    settings.GAME_DAY_OBSERVATIONS_MAX = 1
    write: dict[str, Any] = {
        "caller": cast.caller("responder"),
        "number": started.pk,
        "kind": ObservationKind.NOTE,
        "now": now,
    }
    observations.record(**write, text="one")
    with pytest.raises(Conflict, match="it has 1 observations"):
        observations.record(**write, text="two")


def test_another_teams_game_day_is_not_there(started: GameDay, cast: Cast, now: datetime) -> None:
    outsider, viewer = cast.caller("outsider"), cast.caller("viewer")
    with pytest.raises(NotFound):
        game_day(caller=outsider, number=started.pk)
    with pytest.raises(NotFound):
        live.finish(caller=outsider, number=started.pk, now=now)
    with pytest.raises(Forbidden):
        live.finish(caller=viewer, number=started.pk, now=now)


def test_the_calendar_shows_planned_ones_and_strikes_out_what_is_off(
    planned: GameDay, cast: Cast, now: datetime
) -> None:
    period = Period(now, now + timedelta(days=30))
    (entry,) = entries_of(team_ids=[cast.payments.pk], period=period)
    assert (entry.title, entry.start, entry.end, entry.is_cancelled) == (
        planned.title,
        planned.starts_at,
        planned.ends_at,
        False,
    )
    assert (entry.state, entry.note, entry.uid) == ("game_day_planned", "", f"game-day-{planned.pk}")
    assert entries_of(team_ids=[cast.search.pk], period=period) == []
    planning.cancel(caller=cast.caller("editor"), number=planned.pk, reason="no", now=now)
    assert entries_of(team_ids=[cast.payments.pk], period=period)[0].is_cancelled


def test_nobody_is_told_within_their_quiet_hours(day: GameDay, cast: Cast, now: datetime) -> None:
    QuietHours.objects.create(user=cast.responder, start="10:00", end="14:30", weekdays=[])
    planning.plan(caller=cast.caller("editor"), number=day.pk, now=now)
    invite = day.invitees.get(user=cast.responder).notices.get(kind="invite")
    assert invite.due_at == now.replace(hour=14, minute=30)
