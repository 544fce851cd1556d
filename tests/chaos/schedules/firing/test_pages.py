"""Schedules on pages and over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chaos.experiments.models import Experiment
from chaos.schedules.handlers import fire
from chaos.schedules.models import Blackout, Firing, Schedule
from reliability.access.models import AuditEntry
from tests.cast import Cast, ExperimentFactory, ExperimentScheduleFactory, RunFactory, ServiceFactory
from tests.queries import queries_of

As = Callable[[str], Client]
LIST = "/chaos/schedules/"
API = "/api/v1/chaos/schedules"
TYPED = {
    "mode": "dry",
    "kind": "cron",
    "cron": "30 2 * * sun",
    "once_at": "",
    "time_zone": "Europe/Berlin",
    "windows": "",
    "outside": "skip",
    "first_day": "",
    "last_day": "",
    "grace_minutes": "15",
    "misfire": "run_once",
    "reason": "the fail-over has to work",
}


@pytest.fixture(autouse=True)
def _march(time_machine: Any) -> None:
    """Before the clocks of Berlin change on the 29th."""
    time_machine.move_to(datetime(2026, 3, 16, 12, tzinfo=UTC), tick=False)


@pytest.fixture
def schedule(cast: Cast, experiment: Experiment) -> Schedule:
    made: Schedule = ExperimentScheduleFactory(experiment=experiment, owner=cast.editor, time_zone="Europe/Berlin")
    return made


def test_before_anything_is_scheduled_the_page_teaches_the_first_step(as_: As, cast: Cast) -> None:
    assert "Make the first schedule" in as_("editor").get(LIST).content.decode()
    assert "Editors of a team schedule its experiments" in as_("viewer").get(LIST).content.decode()


def test_the_list_tells_what_fires_next_and_what_came_of_the_last(
    as_: As, cast: Cast, schedule: Schedule, now: datetime
) -> None:
    Firing.objects.create(
        schedule=schedule, due_at=now, decided_at=now, outcome="skipped", cause="missed", reason="missed by 2 h"
    )
    page = as_("viewer").get(LIST).content.decode()
    assert "Orders survive" in page
    assert "At 10:00 every day" in page
    assert "Left out" in page
    assert "Orders survive" not in as_("outsider").get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?state=active", True),
        ("?state=paused", False),
        ("?team=payments&service=orders&q=orders", True),
        ("?team=search", False),
        ("?experiment=orders-survive", True),
        ("?state=odd&q=%00", True),
    ],
)
def test_the_list_is_narrowed_by_its_address(as_: As, schedule: Schedule, query: str, is_found: bool) -> None:
    page = as_("viewer").get(LIST + query).content.decode()
    assert (f"/chaos/schedules/{schedule.pk}/" in page) is is_found


def test_the_list_costs_the_same_for_one_and_for_twenty(as_: As, cast: Cast, schedule: Schedule, now: datetime) -> None:
    client = as_("viewer")
    run = RunFactory(version=schedule.experiment.versions.get())

    def fired(one: Schedule) -> None:
        Firing.objects.create(
            schedule=one, due_at=now, decided_at=now, outcome="requested", cause="in_time", reason="in time", run=run
        )

    fired(schedule)
    client.get(LIST)
    few = queries_of(client, LIST)
    for _ in range(20):
        fired(ExperimentScheduleFactory(experiment=ExperimentFactory(team=cast.payments)))
    assert queries_of(client, LIST) == few


def test_the_next_firings_stand_there_before_anything_is_saved(as_: As, experiment: Experiment) -> None:
    """Over the change of the clocks: 02:30 is skipped on the 29th of March, and comes right after the gap."""
    page = as_("editor").post(f"{LIST}new/", {**TYPED, "experiment": "orders-survive", "act": "preview"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "Sun 2026-03-22 02:30 CET" in text
    assert "2026-03-22 01:30" in text
    assert "Sun 2026-03-29 03:00 CEST" in text
    assert 'value="30 2 * * sun"' in text
    assert Schedule.objects.count() == 0


def test_what_would_keep_a_firing_from_starting_stands_beside_it(as_: As, cast: Cast, experiment: Experiment) -> None:
    whole_week = {"start_at": datetime(2026, 3, 18, tzinfo=UTC), "end_at": datetime(2026, 3, 25, tzinfo=UTC)}
    written = {"time_zone": "UTC", "created_at": whole_week["start_at"], "updated_at": whole_week["start_at"]}
    freeze = Blackout.objects.create(team=cast.payments, title="Freeze of spring", **whole_week, **written)
    elsewhere = Blackout.objects.create(team=cast.payments, title="Of another service", **whole_week, **written)
    elsewhere.services.add(ServiceFactory(team=cast.payments))
    typed = {**TYPED, "mode": "real", "experiment": "orders-survive", "act": "preview"}
    text = as_("editor").post(f"{LIST}new/", typed).content.decode()
    assert text.count(f"The blackout “{freeze}” holds until 2026-03-25 00:00 UTC") == 1
    assert "Of another service" not in text
    outside = as_("editor").post(f"{LIST}new/", {**typed, "windows": "mon-fri 09:00-16:00"}).content.decode()
    assert outside.count("Outside of its windows: it will be left out") == 10


def test_saving_makes_it_in_the_name_of_who_saves(as_: As, cast: Cast, experiment: Experiment) -> None:
    sent = {**TYPED, "experiment": "orders-survive", "windows": "mon-thu 09:00-16:00", "act": "save"}
    page = as_("editor").post(f"{LIST}new/", sent)
    made = Schedule.objects.get()
    assert page["Location"] == f"/chaos/schedules/{made.pk}/"
    assert (made.owner, made.cron, made.misfire, made.grace_minutes) == (cast.editor, "30 2 * * sun", "run_once", 15)
    assert made.windows == [{"weekdays": ["mon", "tue", "wed", "thu"], "start": "09:00", "end": "16:00"}]
    assert AuditEntry.objects.filter(action="experiment_schedule.create").count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"cron": "0 25 * * *"}, "hour: &#x27;25&#x27;"),
        ({"cron": ""}, "write when"),
        ({"kind": "once", "once_at": ""}, "say when, or choose a cron expression"),
        ({"kind": "once", "once_at": "2026-03-01T10:00"}, "must lie in the future"),
        ({"windows": "9 to 5"}, "is not understood"),
        ({"grace_minutes": "0"}, "write at least 1"),
        ({"experiment": "nobody-s"}, "choose the experiment"),
    ],
)
def test_a_mistake_stands_at_its_field_and_what_was_typed_stays(
    as_: As, experiment: Experiment, typed: dict[str, str], words: str
) -> None:
    sent = {**TYPED, "experiment": "orders-survive", "act": "save", **typed}
    page = as_("editor").post(f"{LIST}new/", sent)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "the fail-over has to work" in page.content.decode()
    assert Schedule.objects.count() == 0


def test_once_is_typed_on_the_clocks_of_the_zone(as_: As, experiment: Experiment) -> None:
    sent = {**TYPED, "experiment": "orders-survive", "kind": "once", "once_at": "2026-03-29T02:30", "act": "save"}
    as_("editor").post(f"{LIST}new/", sent)
    assert Schedule.objects.get().once_at == datetime(2026, 3, 29, 1, tzinfo=UTC)  # right after the gap


def test_the_page_of_one_tells_rules_firings_and_history(as_: As, cast: Cast, schedule: Schedule) -> None:
    at = datetime(2026, 3, 15, 9, tzinfo=UTC)
    run = RunFactory(version=schedule.experiment.versions.get())
    Firing.objects.create(
        schedule=schedule, due_at=at, decided_at=at, outcome="requested", cause="in_time", reason="in time", run=run
    )
    text = as_("responder").get(f"{LIST}{schedule.pk}/").content.decode()
    assert "Tue 2026-03-17 10:00 CET" in text
    assert "Sun 2026-03-15 10:00 CET" in text
    assert f"/chaos/runs/{run.pk}/" in text
    assert "Pause it" in text
    assert "Edit" not in text.split("<main")[-1].split("with-side")[0]


def test_pausing_takes_a_reason_and_everybody_reads_it(as_: As, schedule: Schedule) -> None:
    responder = as_("responder")
    assert responder.post(f"{LIST}{schedule.pk}/pause/", {"reason": ""}).status_code == 422
    responder.post(f"{LIST}{schedule.pk}/pause/", {"reason": "release freeze"})
    assert "release freeze" in as_("viewer").get(f"{LIST}{schedule.pk}/").content.decode()
    assert responder.post(f"{LIST}{schedule.pk}/resume/").status_code == 403
    as_("editor").post(f"{LIST}{schedule.pk}/resume/")
    schedule.refresh_from_db()
    assert (schedule.is_paused, schedule.next_at) == (False, datetime(2026, 3, 17, 9, tzinfo=UTC))


def test_editing_shows_what_is_stored_and_saves_it_anew(as_: As, cast: Cast, schedule: Schedule) -> None:
    editor = as_("administrator")
    assert 'value="0 10 * * *"' in editor.get(f"{LIST}{schedule.pk}/edit/").content.decode()
    editor.post(f"{LIST}{schedule.pk}/edit/", {**TYPED, "revision": "1", "why": "Sundays", "act": "save"})
    schedule.refresh_from_db()
    assert (schedule.cron, schedule.owner, schedule.revision) == ("30 2 * * sun", cast.administrator, 2)
    stale = editor.post(f"{LIST}{schedule.pk}/edit/", {**TYPED, "cron": "0 3 * * *", "revision": "1", "act": "save"})
    assert "somebody changed this schedule" in stale.content.decode()


def test_an_archived_experiment_says_so_on_its_schedule(as_: As, schedule: Schedule) -> None:
    Experiment.objects.update(is_archived=True)
    assert "The experiment is archived" in as_("viewer").get(f"{LIST}{schedule.pk}/").content.decode()


def test_the_experiment_has_the_button(as_: As, schedule: Schedule) -> None:
    page = "/chaos/experiments/orders-survive/"
    assert f"{LIST}new/?experiment=orders-survive" in as_("editor").get(page).content.decode()
    shown = as_("viewer").get(page).content.decode()
    assert f"{LIST}{schedule.pk}/" in shown
    assert "Schedule it" not in shown
    chosen = as_("editor").get(f"{LIST}new/?experiment=orders-survive").content.decode()
    assert '<option value="orders-survive" selected>' in chosen


def test_the_api_makes_previews_changes_and_deletes(as_: As, experiment: Experiment) -> None:
    editor = as_("editor")
    body = {"experiment": "orders-survive", "cron": "0 10 * * tue", "time_zone": "Europe/Berlin", "mode": "dry"}

    def send(method: str, path: str, content: Any = None) -> Any:
        return getattr(editor, method)(API + path, content or {}, content_type="application/json")

    ahead = send("post", "/preview", body).json()
    assert (len(ahead), ahead[0]["local"], ahead[2]["at"]) == (10, "Tue 2026-03-17 10:00 CET", "2026-03-31T08:00:00Z")
    made = send("post", "", body).json()
    assert (made["state"], made["owner"], made["next_at"]) == ("active", "Editor", "2026-03-17T09:00:00Z")
    path = f"/{made['id']}"
    changed = send("patch", path, {"once_at": "2026-03-20T10:00:00Z", "revision": 1}).json()
    assert (changed["cron"], changed["once_at"], changed["revision"]) == ("", "2026-03-20T10:00:00Z", 2)
    assert send("patch", path, {"grace_minutes": 30, "revision": 1}).status_code == 409
    paused = send("post", f"{path}/pause", {"reason": "a freeze"}).json()
    assert (paused["state"], paused["pause_reason"]) == ("paused", "a freeze")
    assert editor.get(f"{API}{path}/next").json() == []
    assert send("post", f"{path}/resume").json()["state"] == "active"
    fire(key=str(made["id"]), payload={}, now=datetime(2026, 3, 20, 10, tzinfo=UTC) + timedelta(seconds=2))
    (firing,) = editor.get(f"{API}{path}/firings").json()["items"]
    assert (firing["outcome"], firing["cause"], firing["due_at"]) == ("requested", "in_time", "2026-03-20T10:00:00Z")
    assert [one["id"] for one in editor.get(f"{API}?state=over").json()["items"]] == [made["id"]]
    assert send("delete", path).status_code == 204
    assert editor.get(API + path).status_code == 404


def test_the_api_tells_mistakes_by_field(as_: As, experiment: Experiment) -> None:
    sent = {"experiment": "orders-survive", "cron": "0 10 * *", "windows": [{"start": "9"}]}
    answer = as_("editor").post(API, sent, content_type="application/json")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["error"]["details"]] == ["cron", "windows"]
