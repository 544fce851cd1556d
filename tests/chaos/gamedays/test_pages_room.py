"""The room while it is live, the wrap-up and the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from chaos.backlog.models import Vulnerability
from chaos.gamedays.domain.states import ObservationKind, ScenarioState, State
from chaos.gamedays.models import FollowUp, GameDay, Observation, Scenario
from chaos.gamedays.services import live, observations, planning
from chaos.gamedays.services.settings import set_badges
from chaos.runs.domain.states import State as RunState
from chaos.runs.models import Run
from tests.cast import Cast
from tests.queries import queries_of

As = Callable[[str], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _stopped_clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def at(day: GameDay, below: str = "") -> str:
    return f"/chaos/game-days/{day.pk}/{below}"


@pytest.fixture
def lively(cast: Cast, planned: GameDay, now: datetime) -> GameDay:
    """It has begun; no scenario has."""
    caller = cast.caller("responder")
    planning.go(caller=caller, number=planned.pk, override_reason="a test", now=now)
    return live.start(caller=caller, number=planned.pk, now=now)


@pytest.fixture
def hurting(cast: Cast, lively: GameDay, now: datetime) -> GameDay:
    """Its first scenario is under way: the fault has been in place for forty seconds."""
    first = scenario(lively, 1)
    live.begin_scenario(caller=cast.caller("responder"), number=lively.pk, scenario_id=first.pk, now=now)
    began = now - timedelta(seconds=40)
    Run.objects.update(state=RunState.RUNNING, started_at=began, fault_began_at=began)
    Scenario.objects.filter(pk=first.pk).update(began_at=began)
    return lively


@pytest.fixture
def wrapping(cast: Cast, lively: GameDay, now: datetime) -> GameDay:
    """The second scenario was done by hand and noticed at once; the first was skipped."""
    caller = cast.caller("responder")
    live.skip_scenario(caller=caller, number=lively.pk, scenario_id=scenario(lively, 1).pk, reason="no time", now=now)
    by_hand = scenario(lively, 2)
    live.begin_scenario(caller=caller, number=lively.pk, scenario_id=by_hand.pk, now=now)
    observations.record(
        caller=caller,
        number=lively.pk,
        kind=ObservationKind.NOTICED,
        text="The cache misses",
        scenario_id=by_hand.pk,
        now=now,
    )
    live.end_scenario(caller=caller, number=lively.pk, scenario_id=by_hand.pk, now=now)
    return live.finish(caller=caller, number=lively.pk, now=now)


def scenario(day: GameDay, position: int) -> Scenario:
    return Scenario.objects.get(game_day=day, position=position)


def test_before_it_begins_the_room_leads_to_the_plan(as_: As, planned: GameDay) -> None:
    assert as_("responder").get(at(planned, "room/"))["Location"] == at(planned)


def test_between_scenarios_the_next_one_can_be_begun_and_what_it_may_break_is_said(as_: As, lively: GameDay) -> None:
    page = as_("responder").get(at(lively, "room/")).content.decode()
    assert "Between scenarios" in page
    assert f'id="begin-{scenario(lively, 1).pk}"' in page
    assert f'id="begin-{scenario(lively, 2).pk}"' not in page
    assert 'id="stop"' in page
    assert "Orders</a>" in page  # the objective of the service that is tried


def test_a_viewer_watches_and_is_offered_nothing_to_press(as_: As, hurting: GameDay) -> None:
    page = as_("viewer").get(at(hurting, "room/")).content.decode()
    assert "fault in place for 40 s" in page
    for name in ("stop", "composer", "finish"):
        assert f'id="{name}"' not in page
    assert as_("viewer").post(at(hurting, "room/stop/")).status_code == 403
    assert as_("outsider").get(at(hurting, "room/?part=live")).status_code == 404


def test_while_nobody_has_noticed_it_the_seconds_are_counted_against_what_is_expected(
    as_: As, hurting: GameDay
) -> None:
    page = as_("responder").get(at(hurting, "room/?part=live"), headers=HTMX).content.decode()
    assert "Nobody has noticed it for <strong>40 s</strong>; expected within 2 min" in page
    assert 'id="room-log" hx-swap-oob="innerHTML"' in page
    assert "<html" not in page
    assert "<textarea" not in page  # nothing that somebody types in


def test_what_is_written_down_now_belongs_to_the_scenario_under_way(as_: As, hurting: GameDay, now: datetime) -> None:
    client = as_("responder")
    sent = {"seen-kind": "noticed", "seen-text": "Checkout shows a spinner"}
    answer = client.post(at(hurting, "room/observations/"), sent, headers=HTMX)
    assert answer["HX-Trigger"] == '{"room-changed": {}}'
    assert "Checkout shows a spinner" not in answer.content.decode()
    seen = Observation.objects.get()
    assert (seen.scenario_id, seen.by_name, seen.at) == (scenario(hurting, 1).pk, "Responder", now)
    page = client.get(at(hurting, "room/?part=live")).content.decode()
    assert "Noticed after <strong>40 s</strong> by Responder" in page
    assert "40 s after the fault" in page


def test_somebody_else_and_an_earlier_second_may_be_named(as_: As, hurting: GameDay, now: datetime) -> None:
    earlier = now - timedelta(seconds=33)
    sent = {
        "seen-kind": "surprised",
        "seen-text": "Support rings",
        "seen-by_name": "Ines",
        "seen-at": earlier.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    assert as_("responder").post(at(hurting, "room/observations/"), sent)["Location"] == at(hurting, "room/#log")
    seen = Observation.objects.get()
    assert (seen.by_name, seen.author_name, seen.at) == ("Ines", "Responder", earlier)


def test_a_mistake_keeps_what_was_typed_with_and_without_htmx(as_: As, hurting: GameDay) -> None:
    sent = {"seen-kind": "noticed", "seen-text": "Spinner", "seen-at": "yesterday"}
    for headers in (HTMX, {}):
        answer = as_("responder").post(at(hurting, "room/observations/"), sent, headers=headers)
        assert answer.status_code == 422
        assert "Spinner" in answer.content.decode()
        assert ("<html" in answer.content.decode()) is (not headers)


def test_the_red_button_stops_whatever_is_under_way(as_: As, hurting: GameDay) -> None:
    answer = as_("responder").post(at(hurting, "room/stop/"), {"reason": "phones ring"}, follow=True)
    run = Run.objects.get()
    assert (run.stop_reason, run.stop_requested_by_name) == ("phones ring", "Responder")
    assert f"Stopping run {run.pk}" in answer.content.decode()


def test_with_nothing_under_way_the_red_button_says_so(as_: As, lively: GameDay) -> None:
    assert "nothing to stop" in as_("responder").post(at(lively, "room/stop/"), follow=True).content.decode()


def test_scenarios_are_begun_skipped_with_a_reason_and_ended(as_: As, lively: GameDay) -> None:
    client = as_("responder")
    first, second = scenario(lively, 1), scenario(lively, 2)
    page = client.post(at(lively, f"room/scenarios/{first.pk}/skip/"), {"reason": ""}, follow=True).content.decode()
    assert "Say why" in page
    client.post(at(lively, f"room/scenarios/{first.pk}/skip/"), {"reason": "no time"})
    client.post(at(lively, f"room/scenarios/{second.pk}/begin/"))
    assert "By hand" in client.get(at(lively, "room/")).content.decode()
    client.post(at(lively, f"room/scenarios/{second.pk}/end/"))
    assert [one.state for one in Scenario.objects.order_by("position")] == [ScenarioState.SKIPPED, ScenarioState.ENDED]
    assert client.post(at(lively, "room/finish/"))["Location"] == at(lively, "wrap-up/")


def test_once_the_live_part_is_over_the_page_asks_no_more(as_: As, wrapping: GameDay) -> None:
    answer = as_("responder").get(at(wrapping, "room/?part=live"), headers=HTMX)
    assert answer.status_code == 286
    page = as_("responder").get(at(wrapping, "room/")).content.decode()
    assert "data-live" not in page
    assert 'id="stop"' not in page


def test_the_room_costs_what_it_costs_however_much_is_written_down(
    as_: As, cast: Cast, hurting: GameDay, now: datetime
) -> None:
    client = as_("responder")
    client.post(at(hurting, "room/observations/"), {"seen-kind": "note", "seen-text": "It begins"})
    client.get(at(hurting, "room/"))
    pages = ("room/", "room/?part=live", "room/?part=steps", "room/?part=charts")
    few = {page: queries_of(client, at(hurting, page)) for page in pages}
    for number in range(120):
        observations.record(
            caller=cast.caller("responder"), number=hurting.pk, kind=ObservationKind.NOTE, text=f"{number}", now=now
        )
    assert {page: queries_of(client, at(hurting, page)) for page in pages} == few
    assert few["room/?part=live"] <= 16
    assert few["room/?part=steps"] <= 10
    assert "21 older lines will stand in the record" in client.get(at(hurting, "room/")).content.decode()


def test_an_observation_is_edited_with_its_history_and_taken_back(as_: As, wrapping: GameDay) -> None:
    client = as_("responder")
    address = at(wrapping, "room/observations/1/")
    seen = Observation.objects.get()
    form = {"kind": "noticed", "text": "The cache misses all", "by_name": "Ines", "at": seen.at.isoformat()}
    client.post(address, form | {"revision": "1"})
    seen.refresh_from_db()
    assert (seen.text, seen.by_name) == ("The cache misses all", "Ines")
    assert "The cache misses" in client.get(address).content.decode()
    assert client.post(address, form | {"revision": "1"}).status_code == 422
    client.post(address, {"act": "retract"})
    assert "taken back" in client.get(at(wrapping, "record/")).content.decode()


def test_from_the_wrap_up_findings_reach_the_backlog_and_follow_ups_are_kept(as_: As, wrapping: GameDay) -> None:
    client = as_("responder")
    assert "Put it into the backlog" in client.get(at(wrapping, "wrap-up/")).content.decode()
    finding = {"finding-title": "No time-out", "finding-layer": "component", "finding-service": "orders"}
    client.post(at(wrapping, "wrap-up/findings/"), finding)
    feared = Vulnerability.objects.get()
    assert feared.title == "No time-out"
    follow = {"follow-title": "Give it a time-out", "follow-kind": "prevent", "follow-due_on": "2027-01-31"}
    client.post(at(wrapping, "wrap-up/follow-ups/"), follow | {"follow-experiment": "orders-survive"})
    made = FollowUp.objects.get()
    assert (made.due_on, made.experiment and made.experiment.slug) == (date(2027, 1, 31), "orders-survive")
    page = client.get(at(wrapping, "wrap-up/")).content.decode()
    assert f'href="/chaos/backlog/{feared.pk}/"' in page
    assert f'href="/chaos/follow-ups/{made.pk}/"' in page


@pytest.mark.parametrize(
    ("below", "sent", "words"),
    [
        pytest.param("findings/", {"finding-text": "kept"}, "what is weak in one line", id="a finding without a title"),
        pytest.param("follow-ups/", {"follow-text": "kept"}, "to be done in one line", id="a follow-up without one"),
        pytest.param("answers/", {"wrap-went_well": "kept"}, "choose one of these", id="no word on the experiment"),
    ],
)
def test_a_mistake_in_one_form_of_the_wrap_up_keeps_what_was_typed(
    as_: As, wrapping: GameDay, below: str, sent: dict[str, str], words: str
) -> None:
    answer = as_("editor").post(at(wrapping, f"wrap-up/{below}"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "kept" in answer.content.decode()


def test_the_record_is_written_once_it_is_said_whether_it_was_the_right_experiment(as_: As, wrapping: GameDay) -> None:
    client = as_("responder")
    page = client.post(at(wrapping, "wrap-up/close/"), follow=True).content.decode()
    assert "What did it show?" in page
    judged = {f"judge-{scenario(wrapping, 2).pk}-{name}": "yes" for name in ("held", "responded", "faults_gone")}
    client.post(at(wrapping, f"wrap-up/scenarios/{scenario(wrapping, 2).pk}/"), judged)
    client.post(at(wrapping, "wrap-up/answers/"), {"wrap-was_right": "yes", "wrap-went_well": "the alert came"})
    assert client.post(at(wrapping, "wrap-up/close/"))["Location"] == at(wrapping, "record/")
    record = client.get(at(wrapping, "record/")).content.decode()
    for words in (
        "100</span>",
        "The cache misses",
        "the alert came",
        "Skipped: no time",
        "Was it the right experiment?",
    ):
        assert words in record, words
    text = client.get(at(wrapping, "record/?format=markdown"))
    assert text["Content-Disposition"] == f'attachment; filename="game-day-{wrapping.pk}.md"'
    assert "The cache misses" in text.content.decode()
    client.post(at(wrapping, "record/corrections/"), {"correction-text": "It was the other cache."})
    assert "It was the other cache." in client.get(at(wrapping, "record/")).content.decode()
    assert client.get(at(wrapping, "wrap-up/"))["Location"] == at(wrapping, "record/")


def test_badges_are_off_by_default_and_shown_on_the_teams_page_once_they_are_on(
    as_: As, cast: Cast, wrapping: GameDay, now: datetime
) -> None:
    client = as_("administrator")
    client.post(at(wrapping, "wrap-up/answers/"), {"wrap-was_right": "yes"})
    client.post(at(wrapping, "wrap-up/close/"))
    assert "Badges" not in client.get("/teams/payments/").content.decode()
    assert as_("editor").post("/chaos/game-days/badges/payments/", {"has_badges": "yes"}).status_code == 403
    client.post("/chaos/game-days/badges/payments/", {"has_badges": "yes"})
    assert "Fastest detection" in client.get("/teams/payments/").content.decode()
    assert "Fastest detection" in client.get(at(wrapping, "record/")).content.decode()
    set_badges(caller=cast.caller("administrator"), team=cast.payments, has_badges=False, now=now)
    assert "Fastest detection" not in client.get(at(wrapping, "record/")).content.decode()


def test_follow_ups_are_listed_changed_and_closed(as_: As, wrapping: GameDay) -> None:
    client = as_("responder")
    client.post(at(wrapping, "wrap-up/follow-ups/"), {"follow-title": "Write it down", "follow-kind": "correct"})
    made = FollowUp.objects.get()
    address = f"/chaos/follow-ups/{made.pk}/"
    assert "Write it down" in client.get("/chaos/follow-ups/").content.decode()
    sent = {"follow-title": "Write the runbook", "follow-kind": "mitigate", "follow-revision": "1"}
    assert client.post(address, sent)["Location"] == address
    assert "Say why" in client.post(f"{address}close/", {"state": "dropped"}, follow=True).content.decode()
    client.post(f"{address}close/", {"state": "done", "reason": "merged"})
    assert "Nothing is to be done" in client.get("/chaos/follow-ups/").content.decode()
    assert "Write the runbook" in client.get("/chaos/follow-ups/?state=done").content.decode()
    assert as_("outsider").get(address).status_code == 404
    assert State(wrapping.state) is State.WRAPPING_UP
