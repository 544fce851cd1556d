"""The list, the plan with its scenarios and people, go and no-go, and the page behind the link of an invitation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from chaos.gamedays.domain.states import Answer, State
from chaos.gamedays.models import GameDay, Invitee, RoleHolder, Scenario
from chaos.gamedays.services import invitations
from reliability.access.models import AuditEntry
from tests.cast import Cast, GameDayFactory
from tests.chaos.gamedays.conftest import OUTSIDE
from tests.queries import queries_of

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _stopped_clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def at(day: GameDay, below: str = "") -> str:
    return f"/chaos/game-days/{day.pk}/{below}"


def link_of(invitee: Invitee) -> str:
    return f"/chaos/game-days/answers/{invitations.token_of(invitee=invitee)}/"


def test_before_the_first_one_the_list_teaches_what_a_game_day_is(as_: As, cast: Cast) -> None:
    page = as_("editor").get("/chaos/game-days/").content.decode()
    assert "No game day yet" in page
    assert 'href="/chaos/game-days/new/">Plan the first one' in page
    assert "Plan the first one" not in as_("viewer").get("/chaos/game-days/").content.decode()


def test_the_list_tells_live_next_and_past_apart_and_narrows_by_its_address(as_: As, cast: Cast) -> None:
    for title, state in (("Alive", State.LIVE), ("Coming", State.PLANNED), ("Gone", State.DONE)):
        GameDayFactory(team=cast.payments, title=title, state=state)
    client = as_("viewer")
    page = client.get("/chaos/game-days/").content.decode()
    assert page.index("Alive") < page.index("Coming") < page.index("Gone")
    only = client.get("/chaos/game-days/?when=past").content.decode()
    assert "Gone" in only
    assert "Coming" not in only
    assert "No game day matches these filters" in client.get("/chaos/game-days/?q=nothing").content.decode()
    assert "Coming" not in as_("outsider").get("/chaos/game-days/").content.decode()


def test_the_list_costs_the_same_for_one_and_for_twenty(as_: As, cast: Cast) -> None:
    for state in (State.LIVE, State.PLANNED, State.DONE):
        GameDayFactory(team=cast.payments, state=state)
    client = as_("viewer")
    client.get("/chaos/game-days/")
    few = queries_of(client, "/chaos/game-days/")
    for state in (State.LIVE, State.PLANNED, State.DONE):
        for _ in range(7):
            GameDayFactory(team=cast.payments, state=state)
    assert queries_of(client, "/chaos/game-days/") == few
    assert few <= 20


def test_a_plan_is_written_on_the_clocks_of_its_own_zone(as_: As, cast: Cast) -> None:
    answer = as_("editor").post(
        "/chaos/game-days/new/",
        {
            "team": "payments",
            "title": "Slow rates",
            "starts_at": "2026-12-03T14:00",
            "zone": "Europe/Berlin",
            "length_minutes": "90",
        },
    )
    made = GameDay.objects.get()
    assert answer["Location"] == at(made)
    assert made.starts_at is not None
    assert made.starts_at.isoformat() == "2026-12-03T13:00:00+00:00"
    page = as_("viewer").get(at(made)).content.decode()
    assert "Thu 3 Dec 2026, 14:00–15:30 Europe/Berlin" in page
    form = as_("editor").get(at(made, "edit/")).content.decode()
    assert 'value="2026-12-03T14:00"' in form


def test_a_mistake_stands_at_its_field_and_what_was_typed_is_kept(as_: As, cast: Cast) -> None:
    sent = {"team": "payments", "title": "", "goal": "see who notices", "zone": "UTC", "length_minutes": "5"}
    answer = as_("editor").post("/chaos/game-days/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "write a title" in page
    assert "write at least 15" in page
    assert "see who notices" in page
    assert not GameDay.objects.exists()


def test_scenarios_are_added_moved_and_taken_out_by_buttons(as_: As, day: GameDay) -> None:
    client = as_("editor")
    client.post(at(day, "scenarios/new/"), {"experiment": "orders-survive", "expected_minutes": "3"})
    assert titles(day) == ["Payments pause", "The cache is gone", "Orders survive"]
    last = day.scenarios.get(position=3)
    client.post(at(day, f"scenarios/{last.pk}/move/"), {"to": "earlier"})
    assert titles(day) == ["Payments pause", "Orders survive", "The cache is gone"]
    client.post(at(day, f"scenarios/{last.pk}/"), {"title": "Again", "experiment": "orders-survive", "revision": "1"})
    assert "Again" in client.get(at(day)).content.decode()
    client.post(at(day, f"scenarios/{last.pk}/remove/"))
    assert titles(day) == ["Payments pause", "The cache is gone"]


def titles(day: GameDay) -> list[str]:
    return list(Scenario.objects.filter(game_day=day).order_by("position").values_list("title", flat=True))


def test_a_scenario_needs_a_title_or_an_experiment_that_brings_one(as_: As, day: GameDay) -> None:
    answer = as_("editor").post(at(day, "scenarios/new/"), {"happens": "something"})
    assert answer.status_code == 422
    assert "write a title, or choose an experiment that brings one" in answer.content.decode()


def test_the_page_tells_who_is_asked_and_what_the_system_objects_to(as_: As, day: GameDay) -> None:
    page = as_("responder").get(at(day)).content.decode()
    assert OUTSIDE in page
    assert "No answer yet" in page
    assert "say go" in page
    assert "The roles are given" in page
    viewer = as_("viewer").get(at(day)).content.decode()
    assert 'id="say-go"' not in viewer
    assert as_("outsider").get(at(day)).status_code == 404


def test_the_plan_costs_the_same_however_many_are_invited(as_: As, cast: Cast, planned: GameDay, now: datetime) -> None:
    client = as_("editor")
    client.get(at(planned))
    few = queries_of(client, at(planned))
    guests = [f"guest-{number}@partner.example" for number in range(15)]
    invitations.invite(caller=cast.caller("editor"), number=planned.pk, addresses=guests, now=now)
    assert queries_of(client, at(planned)) == few


def test_roles_are_given_and_taken_and_a_wrong_address_keeps_what_was_typed(as_: As, cast: Cast, day: GameDay) -> None:
    client = as_("responder")
    client.post(at(day, "roles/"), {"role-kind": "reporter", "role-name": "Ines, support"})
    assert RoleHolder.objects.filter(game_day=day, name="Ines, support", until_at=None).exists()
    assert client.post(at(day, "roles/"), {"role-kind": "reporter"}).status_code == 422
    answer = as_("editor").post(at(day, "invitees/"), {"invite-addresses": "ada@example.org, nonsense"})
    assert answer.status_code == 422
    assert "ada@example.org, nonsense" in answer.content.decode()
    assert as_("viewer").post(at(day, "invitees/"), {"invite-addresses": "x@example.org"}).status_code == 403


def test_go_with_objections_needs_a_reason_and_then_it_begins(as_: As, day: GameDay) -> None:
    editor = as_("editor")
    editor.post(at(day, "checklist/"), {"item-text": "Support knows of it"})
    editor.post(at(day, "plan/"))
    responder = as_("responder")
    page = responder.get(at(day)).content.decode()
    assert "Why it goes on all the same" in page
    refused = responder.post(at(day, "go/"), follow=True).content.decode()
    assert "Support knows of it" in refused
    day.refresh_from_db()
    assert day.state == State.PLANNED
    item = day.checklist.get()
    responder.post(at(day, f"checklist/{item.pk}/"), {"is_done": "yes"})
    responder.post(at(day, "go/"), {"override_reason": "practice"})
    day.refresh_from_db()
    assert day.state == State.GO
    assert responder.post(at(day, "start/"))["Location"] == at(day, "room/")


@pytest.mark.parametrize("below", ["no-go/", "cancel/", "postpone/"])
def test_what_people_are_told_of_asks_first_and_wants_a_reason(as_: As, planned: GameDay, below: str) -> None:
    client = as_("editor")
    assert "card confirm" in client.get(at(planned, below)).content.decode()
    assert client.post(at(planned, below), {}).status_code == 422
    planned.refresh_from_db()
    assert planned.state == State.PLANNED
    reason = {"reason": "payments are down", "starts_at": "2027-01-01T10:00"}
    assert client.post(at(planned, below), reason)["Location"] == at(planned)
    planned.refresh_from_db()
    assert planned.state_reason == "payments are down" or planned.sequence > 0


def test_whoever_is_asked_answers_on_the_page_and_others_are_not_found(as_: As, cast: Cast, planned: GameDay) -> None:
    client = as_("viewer")
    assert "You are asked to come" in client.get(at(planned)).content.decode()
    client.post(at(planned, "answer/"), {"answer": "accepted", "comment": "half an hour late"})
    own = planned.invitees.get(user=cast.viewer)
    assert (own.answer, own.comment) == (Answer.ACCEPTED, "half an hour late")
    assert as_("editor").post(at(planned, "answer/"), {"answer": "accepted"}).status_code == 404


def test_looking_at_the_link_never_answers_because_mail_scanners_follow_links(planned: GameDay) -> None:
    guest = planned.invitees.get(address=OUTSIDE)
    browser = Client(enforce_csrf_checks=True)
    written = AuditEntry.objects.count()
    page = browser.get(link_of(guest))
    browser.head(link_of(guest))
    guest.refresh_from_db()
    assert guest.answer == Answer.NONE
    assert AuditEntry.objects.count() == written
    assert "Orders without payments" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    answered = browser.post(link_of(guest), {"answer": "declined", "comment": "on leave"})
    guest.refresh_from_db()
    assert (guest.answer, guest.comment) == (Answer.DECLINED, "on leave")
    assert "your answer is kept" in answered.content.decode()


def test_a_damaged_link_an_old_one_and_one_of_a_cancelled_day_say_so(as_: As, planned: GameDay, now: datetime) -> None:
    guest = planned.invitees.get(address=OUTSIDE)
    link = link_of(guest)
    assert Client().get("/chaos/game-days/answers/nonsense/").status_code == 410
    as_("editor").post(at(planned, "cancel/"), {"reason": "payments are down"})
    page = Client().get(link).content.decode()
    assert "payments are down" in page
    assert 'id="answer-accepted"' not in page
    with time_machine.travel(now + timedelta(days=60), tick=False):
        assert Client().get(link).status_code == 410


def test_a_calendar_file_is_at_hand(as_: As, planned: GameDay) -> None:
    answer = as_("viewer").get(at(planned, "calendar.ics"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert planned.uid in answer.content.decode().replace("\r\n ", "")


def test_the_search_and_the_experiment_lead_to_it(as_: As, day: GameDay) -> None:
    assert at(day) in as_("viewer").get("/search/?q=Orders+without").content.decode()
    assert at(day) in as_("viewer").get("/chaos/experiments/orders-survive/").content.decode()
    assert at(day) not in as_("outsider").get("/search/?q=Orders+without").content.decode()
