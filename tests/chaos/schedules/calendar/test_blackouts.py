"""Blackouts of our own: made, changed, deleted, and what they tell the guards of runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries

from chaos.runs.blockers import sources
from chaos.runs.domain.guards import Answer
from chaos.runs.models import RunTarget
from chaos.runs.services import guards
from chaos.schedules.models import Blackout
from chaos.schedules.selectors.holding import blackouts_of
from chaos.schedules.services import blackouts
from chaos.schedules.services.blackouts import BlackoutDraft
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import (
    BlackoutFactory,
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    RunFactory,
    ServiceFactory,
    TargetFactory,
)

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
WEEKEND = {
    "title": "Weekend freeze",
    "start": "2026-11-20T18:00",
    "end": "2026-11-23T06:00",
    "time_zone": "Europe/Berlin",
    "repeats": "weekly",
}


def draft(cast: Cast, **fields: Any) -> BlackoutDraft:
    plain = BlackoutDraft(
        team_id=cast.payments.pk,
        title="Freeze",
        start=NOW,
        end=NOW + timedelta(hours=2),
        time_zone="Europe/Berlin",
    )
    return replace(plain, **fields)


def run_of(cast: Cast, service: Any = None) -> Any:
    experiment = ExperimentFactory(team=cast.payments, service=service)
    return RunFactory(version=ExperimentVersionFactory(experiment=experiment))


def test_a_run_waits_until_the_end_of_the_last_blackout_of_its_team(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    run = run_of(cast)
    for title, hours in (("Sale", 2), ("Audit", 5)):
        BlackoutFactory(team=cast.payments, title=title, start_at=NOW, end_at=NOW + timedelta(hours=hours))
    BlackoutFactory(team=cast.search, start_at=NOW, end_at=NOW + timedelta(hours=9))
    with django_assert_num_queries(4):
        found = blackouts_of(run=run, at=NOW)
    assert [(one.until, one.is_temporary) for one in found] == [
        (NOW + timedelta(hours=5), True),
        (NOW + timedelta(hours=2), True),
    ]
    assert "“Audit” holds until 2026-11-20 17:00 UTC" in found[0].reason
    assert found[0].url.startswith("/chaos/blackouts/")
    assert blackouts_of(run=run, at=NOW + timedelta(hours=5)) == []  # half-open


def test_runs_under_way_are_not_stopped_by_one() -> None:
    assert sources()["blackout"].stops_runs is False


def test_one_of_a_service_holds_for_runs_of_it_and_into_it(cast: Cast) -> None:
    orders, search = ServiceFactory(team=cast.payments), ServiceFactory(team=cast.payments)
    frozen = BlackoutFactory(team=cast.payments, start_at=NOW, end_at=NOW + timedelta(hours=2))
    frozen.services.add(orders)
    assert blackouts_of(run=run_of(cast, orders), at=NOW)
    assert not blackouts_of(run=run_of(cast, search), at=NOW)
    into = run_of(cast, search)
    RunTarget.objects.create(run=into, target=TargetFactory(team=cast.payments, service=orders))
    assert blackouts_of(run=into, at=NOW)


def test_one_of_the_installation_holds_for_everybody(cast: Cast) -> None:
    BlackoutFactory(team=None, title="Audit", start_at=NOW, end_at=NOW + timedelta(hours=2))
    (found,) = blackouts_of(run=run_of(cast), at=NOW)
    assert "of the installation “Audit”" in found.reason


def test_repeats_hold_by_the_clock_of_their_zone(cast: Cast) -> None:
    made = blackouts.create(
        caller=cast.caller("editor"),
        draft=draft(
            cast,
            start=datetime(2026, 10, 2, 16, tzinfo=UTC),  # 18:00 in Berlin, summer time
            end=datetime(2026, 10, 5, 4, tzinfo=UTC),
            repeats="weekly",
            repeats_until=datetime(2026, 12, 1, tzinfo=UTC),
        ),
        now=NOW,
    )
    run = run_of(cast)
    assert made.revision == 1
    assert not blackouts_of(run=run, at=datetime(2026, 11, 20, 16, 59, tzinfo=UTC))
    assert blackouts_of(run=run, at=datetime(2026, 11, 20, 17, tzinfo=UTC))  # 18:00 in winter
    assert not blackouts_of(run=run, at=datetime(2026, 12, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"end": NOW}, "end"),
        ({"end": NOW + timedelta(days=400)}, "end"),
        ({"end": NOW + timedelta(days=2), "repeats": "daily"}, "end"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"repeats": "hourly"}, "repeats"),
        ({"repeats": "daily", "repeats_until": NOW}, "repeats_until"),
        ({"start": datetime(1970, 1, 2, tzinfo=UTC)}, "start"),
        ({"note": "x" * 2_001}, "note"),
    ],
)
def test_each_mistake_is_told_at_its_field(cast: Cast, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        blackouts.create(caller=cast.caller("editor"), draft=draft(cast, **fields), now=NOW)
    assert field in [detail["field"] for detail in refusal.value.details]
    assert not Blackout.objects.exists()


def test_a_team_forbids_runs_of_its_own_services_only(cast: Cast) -> None:
    theirs = ServiceFactory(team=cast.search)
    with pytest.raises(Invalid) as refusal:
        blackouts.create(caller=cast.caller("editor"), draft=draft(cast, service_ids=[theirs.pk]), now=NOW)
    assert [detail["field"] for detail in refusal.value.details] == ["services"]


def test_who_may(cast: Cast) -> None:
    for name, team_id, error in (
        ("responder", cast.payments.pk, Forbidden),
        ("editor", None, Forbidden),
        ("outsider", cast.payments.pk, NotFound),
    ):
        with pytest.raises(error):
            blackouts.create(caller=cast.caller(name), draft=draft(cast, team_id=team_id), now=NOW)
    made = blackouts.create(caller=cast.caller("chief"), draft=draft(cast, team_id=None), now=NOW)
    with pytest.raises(Forbidden):
        blackouts.delete(caller=cast.caller("editor"), blackout=made, now=NOW)


def test_changes_are_audited_and_a_stale_one_is_refused(cast: Cast) -> None:
    caller = cast.caller("editor")
    made = blackouts.create(caller=caller, draft=draft(cast), now=NOW)
    first = blackouts.edit(
        caller=caller, blackout=made, draft=draft(cast, title="Sale"), now=NOW, expected_revision=1, reason="new name"
    )
    assert first.revision == 2
    with pytest.raises(Conflict):
        blackouts.edit(caller=caller, blackout=made, draft=draft(cast), now=NOW, expected_revision=1)
    blackouts.delete(caller=caller, blackout=made, now=NOW)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", "object_name"))
    assert actions == [("blackout.create", "Freeze"), ("blackout.update", "Sale"), ("blackout.delete", "Sale")]
    assert AuditEntry.objects.get(action="blackout.update").changes["title"] == ["Freeze", "Sale"]


@override_settings(BLACKOUTS_PER_TEAM_MAX=2)
def test_there_is_a_bound(cast: Cast) -> None:
    BlackoutFactory.create_batch(2, team=cast.payments)
    with pytest.raises(Conflict, match="2 blackouts"):
        blackouts.create(caller=cast.caller("editor"), draft=draft(cast), now=NOW)


def test_the_form_reads_times_on_the_clock_of_the_chosen_zone(cast: Cast, as_: As) -> None:
    editor = as_("editor")
    answer = editor.post("/chaos/blackouts/new/", {**WEEKEND, "team": cast.payments.pk})
    made = Blackout.objects.get()
    assert answer.headers["Location"] == f"/chaos/blackouts/{made.pk}/"
    assert (made.start_at, made.end_at) == (
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        datetime(2026, 11, 23, 5, tzinfo=UTC),
    )
    assert b"every week" in editor.get(f"/chaos/blackouts/{made.pk}/").content
    shown = editor.get(f"/chaos/blackouts/{made.pk}/edit/").content.decode()
    assert 'value="2026-11-20T18:00"' in shown
    days = {**WEEKEND, "is_whole_days": "on", "revision": "1", "repeats": "never", "end": "2026-11-22T00:00"}
    assert editor.post(f"/chaos/blackouts/{made.pk}/edit/", days).status_code == 302
    made.refresh_from_db()
    assert (made.start_at, made.end_at) == (
        datetime(2026, 11, 19, 23, tzinfo=UTC),
        datetime(2026, 11, 22, 23, tzinfo=UTC),
    )
    assert 'value="2026-11-22T23:59"' in editor.get(f"/chaos/blackouts/{made.pk}/edit/").content.decode()
    assert editor.post(f"/chaos/blackouts/{made.pk}/delete/", {"reason": "over"}).status_code == 302
    assert not Blackout.objects.exists()


def test_a_refused_form_keeps_what_was_typed_and_says_what_to_change(cast: Cast, as_: As) -> None:
    sent = {**WEEKEND, "team": cast.payments.pk, "end": "2026-11-20T12:00"}
    answer = as_("editor").post("/chaos/blackouts/new/", sent)
    assert answer.status_code == 422
    assert "must be later than the start" in answer.content.decode()
    assert 'value="Weekend freeze"' in answer.content.decode()


def test_the_list_filters_and_pins_its_queries(cast: Cast, as_: As, django_assert_max_num_queries: Any) -> None:
    service = ServiceFactory(team=cast.payments, name="orders")
    BlackoutFactory.create_batch(20, team=cast.payments, repeats="weekly")
    named = BlackoutFactory(team=cast.payments, title="Only search")
    named.services.add(ServiceFactory(team=cast.payments))
    BlackoutFactory(team=None, title="Everybody rests")
    viewer = as_("viewer")
    viewer.get("/chaos/blackouts/")
    with django_assert_max_num_queries(16):
        page = viewer.get("/chaos/blackouts/")
    assert page.status_code == 200
    of_service = viewer.get(f"/chaos/blackouts/?service={service.name}").content.decode()
    assert "Everybody rests" in of_service
    assert "Only search" not in of_service
    installation = viewer.get("/chaos/blackouts/?team=installation").content.decode()
    assert "Everybody rests" in installation
    assert "Freeze" not in installation
    assert "No blackout of our own matches" in viewer.get("/chaos/blackouts/?q=nothing").content.decode()


def test_over_the_api(cast: Cast, as_: As) -> None:
    editor = as_("editor")
    ServiceFactory(team=cast.payments, name="orders")
    body = {
        "team": cast.payments.slug,
        "title": "Sale",
        "start": "2026-11-27T00:00:00Z",
        "end": "2026-11-28T00:00:00Z",
        "time_zone": "Europe/Berlin",
        "repeats": "yearly",
        "services": ["orders"],
    }
    made = editor.post("/api/v1/chaos/blackouts", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["services"] == ["orders"]
    path = f"/api/v1/chaos/blackouts/{made.json()['id']}"
    changed = editor.patch(path, {"title": "Big sale", "services": [], "revision": 1}, content_type="application/json")
    assert (changed.json()["title"], changed.json()["services"], changed.json()["revision"]) == ("Big sale", [], 2)
    stale = editor.patch(path, {"title": "x", "revision": 1}, content_type="application/json")
    assert stale.status_code == 409
    unknown = editor.post("/api/v1/chaos/blackouts", {**body, "services": ["nobody"]}, content_type="application/json")
    assert unknown.status_code == 422
    assert editor.get("/api/v1/chaos/blackouts").json()["total"] == 1
    mine = as_("viewer").patch(path, {"title": "x"}, content_type="application/json")
    assert mine.status_code == 403
    everybody = editor.post("/api/v1/chaos/blackouts", {**body, "team": None}, content_type="application/json")
    assert everybody.status_code == 403
    assert editor.delete(path).status_code == 204


def test_the_guards_keep_a_run_waiting_until_it_is_over(cast: Cast) -> None:
    run = run_of(cast)
    BlackoutFactory(team=cast.payments, title="Sale", start_at=NOW, end_at=NOW + timedelta(hours=2))
    decision = guards.before(run=run, now=NOW)
    (answer,) = [one for one in decision.results if one.name == "blackout"]
    assert answer.answer is Answer.WAIT
    assert "Sale" in answer.reason
    (later,) = [one for one in guards.before(run=run, now=NOW + timedelta(hours=2)).results if one.name == "blackout"]
    assert (later.answer, later.reason) == (Answer.GO, "no blackout holds")
