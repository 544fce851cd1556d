"""Incidents and maintenance as they are told: previewed, published, corrected, moved, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.intake.models import Silence
from incidents.intake.services import silences
from incidents.response.models import ImpactedService
from incidents.status_page.domain.states import ComponentState as C
from incidents.status_page.models import Component, Maintenance, PublicIncident, Update, UpdateEdit
from incidents.status_page.public.rendering import render
from incidents.status_page.services import incidents, maintenances, updates
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.maintenances import MaintenanceDraft
from incidents.status_page.services.previewing import rendered_after
from incidents.status_page.services.updates import UpdateDraft
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due, Fact
from reliability.web.errors import Conflict, Forbidden, Invalid
from slo.models import Exclusion
from slo.services import exclusions
from tests.cast import IncidentFactory
from tests.status_page.pages.conftest import NOON, World

As = Callable[[str], Client]
MINUTE = timedelta(minutes=1)
ROOT = "https://status.example.com"
SECRET = "db-7.internal is out of memory, says Ada"


def state_of(component: Component) -> str:
    return str(Component.objects.values_list("shown_state", flat=True).get(pk=component.pk))


def test_an_incident_from_its_first_word_to_its_last(world: World) -> None:
    caller, page_id = world.caller("responder"), world.page.pk
    draft = UpdateDraft("investigating", "Orders **fail**.", {world.checkout.pk: C.PARTIAL_OUTAGE})
    row = incidents.open_incident(
        caller=caller, page_id=page_id, draft=IncidentDraft("Orders fail", "major"), update=draft, now=NOON
    )
    assert state_of(world.checkout) == "partial_outage"
    fact = Fact.objects.get(kind="StatusUpdatePublished")
    assert fact.payload == {"page_id": page_id, "update_id": row.updates.get().pk, "is_told": True}
    watched = UpdateDraft("monitoring", "It is mended.", is_told=False)
    updates.publish(
        caller=caller, page_id=page_id, incident=row.code, draft=watched, expected_revision=2, now=NOON + 5 * MINUTE
    )
    with pytest.raises(Conflict):
        updates.publish(
            caller=caller, page_id=page_id, incident=row.code, draft=watched, expected_revision=2, now=NOON + 6 * MINUTE
        )
    over = updates.publish(
        caller=caller, page_id=page_id, incident=row.code, draft=UpdateDraft("resolved", "Over."), now=NOON + 9 * MINUTE
    )
    row.refresh_from_db()
    assert (row.status, row.monitoring_at, row.resolved_at) == ("resolved", NOON + 5 * MINUTE, NOON + 9 * MINUTE)
    assert [one.state for one in over.components.all()] == ["operational"], "what it said of components is over"
    assert state_of(world.checkout) == "operational"
    updates.edit(caller=caller, page_id=page_id, update=over.code, body="It is over.", now=NOON + 20 * MINUTE)
    assert UpdateEdit.objects.get(update_said=over).body_before == "Over."
    html = render(world.page, f"incidents/{row.code}", NOON + 20 * MINUTE, root=ROOT)
    assert html is not None
    assert b"It is over." in html.body
    assert b"edited" in html.body
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"status_incident.open", "status_update.publish", "status_update.edit"} <= actions


def test_words_that_cannot_be_told_are_refused_at_their_field(world: World) -> None:
    bad = UpdateDraft("sad", "We look at {component}" + "x" * 9_000, {10**9: C.OPERATIONAL}, at=NOON + MINUTE)
    with pytest.raises(Invalid) as refused:
        incidents.open_incident(
            caller=world.caller(), page_id=world.page.pk, draft=IncidentDraft("Slow"), update=bad, now=NOON
        )
    assert {one["field"] for one in refused.value.details} == {"status", "components", "at", "body"}
    with pytest.raises(Invalid) as refused:
        incidents.open_incident(
            caller=world.caller(),
            page_id=world.page.pk,
            draft=IncidentDraft(" ", "huge", NOON + MINUTE, 10**9),
            update=UpdateDraft("identified", "We know."),
            now=NOON,
        )
    assert {one["field"] for one in refused.value.details} == {"title", "impact", "started_at", "incident"}
    with pytest.raises(Forbidden):
        incidents.open_incident(
            caller=world.caller("viewer"),
            page_id=world.page.pk,
            draft=IncidentDraft("Slow"),
            update=UpdateDraft("identified", "We know."),
            now=NOON,
        )
    assert not PublicIncident.objects.exists()


def test_the_preview_is_byte_for_byte_what_is_published_and_keeps_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = iter(["abcdefghijk1", "abcdefghijk2"] * 2)
    for model in (PublicIncident, Update):
        monkeypatch.setattr(model._meta.get_field("code"), "_get_default", lambda: next(codes))

    def act() -> PublicIncident:
        return incidents.open_incident(
            caller=world.caller("responder"),
            page_id=world.page.pk,
            draft=IncidentDraft("Orders fail", "critical"),
            update=UpdateDraft("identified", "<b>We</b> know.", {world.checkout.pk: C.MAJOR_OUTAGE}),
            now=NOON,
        )

    before = (Fact.objects.count(), Due.objects.count(), AuditEntry.objects.count())
    previewed = rendered_after(page_id=world.page.pk, act=act, root=ROOT, now=NOON)
    assert (Fact.objects.count(), Due.objects.count(), AuditEntry.objects.count()) == before
    assert not PublicIncident.objects.exists()
    act()
    world.page.refresh_from_db()
    published = render(world.page, "index", NOON, root=ROOT)
    assert published is not None
    assert previewed == published.body
    assert b"&lt;b&gt;We&lt;/b&gt; know." in previewed


def test_from_an_incident_of_ours_nothing_of_it_leaks(world: World, as_: As) -> None:
    ours = IncidentFactory(team=world.cast.payments, title=SECRET, summary=SECRET, severity=2)
    ImpactedService.objects.create(incident=ours, service=world.service)
    browser = as_("responder")
    assert "Post to status page" in browser.get(f"/incidents/{ours.pk}/").content.decode()
    form = browser.get(f"/status-pages/-/post/?incident={ours.pk}", follow=True)
    assert form.redirect_chain[-1][0] == f"/status-pages/shop/incidents/new/?incident={ours.pk}"
    typed = form.context["form"]
    assert (typed["title"].value(), typed["body"].value()) == (None, None), "written anew"
    assert typed[f"component-{world.checkout.pk}"].value() == "partial_outage"
    data = {
        "title": "Orders fail",
        "body": "Orders fail since noon.",
        "impact": "major",
        "status": "investigating",
        f"component-{world.checkout.pk}": "partial_outage",
        "incident": str(ours.pk),
    }
    address = "/status-pages/shop/incidents/new/"
    looked = browser.post(address, data | {"act": "preview"})
    assert "Nothing is published yet" in looked.content.decode()
    whole = browser.post(address, data | {"act": "whole"})
    assert whole.content.startswith(b"<!doctype html>")
    assert not PublicIncident.objects.exists()
    told = browser.post(address, data | {"act": "publish"})
    row = PublicIncident.objects.get()
    assert told.headers["Location"] == reverse("status-incident", args=["shop", row.code])
    assert row.incident == ours
    assert SECRET in browser.get(told.headers["Location"]).content.decode()
    outside = Client()
    kinds = ["", "history", f"incidents/{row.code}", "api/v2/summary.json", "api/v2/incidents.json", "history.atom"]
    for kind in [*kinds, "history.rss"]:
        answer = outside.get(f"/status/shop/{kind}")
        assert answer.status_code == 200, kind
        body = answer.content.decode()
        assert "Orders fail" in body or kind == "history", kind
        assert SECRET not in body
        assert "Responder" not in body
        assert "Set-Cookie" not in answer.headers


def plan(world: World, name: str = "editor", **fields: object) -> Maintenance:
    values: dict[str, object] = {
        "title": "New index",
        "starts_at": NOON + timedelta(hours=1),
        "ends_at": NOON + timedelta(hours=2),
        "component_ids": (world.checkout.pk,),
        "excludes_budget": True,
        "silences_alerts": True,
    }
    draft = MaintenanceDraft(**(values | fields))  # type: ignore[arg-type]  # fields of the dataclass
    return maintenances.plan(caller=world.caller(name), page_id=world.page.pk, draft=draft, body="We move.", now=NOON)


def live(world: World) -> tuple[list[tuple[object, object]], list[tuple[object, object]]]:
    """Periods of exclusions and silences in force."""
    excluded = Exclusion.objects.filter(slo=world.slo, revoked_at=None).values_list("start_at", "end_at")
    silent = Silence.objects.filter(service=world.service, revoked_at=None).values_list("start_at", "end_at")
    return list(excluded), list(silent)


def test_maintenance_excludes_and_silences_and_takes_back_what_it_made(world: World) -> None:
    with pytest.raises(Forbidden):
        plan(world, "responder")
    assert not Maintenance.objects.exists(), "excluding needs an editor, so nothing is announced"
    row = plan(world)
    hour = timedelta(hours=1)
    assert live(world) == ([(NOON + hour, NOON + 2 * hour)],) * 2
    before = maintenances.draft_of(maintenance=row)
    moved = replace(before, starts_at=NOON + 3 * hour, ends_at=NOON + 5 * hour)
    maintenances.edit(caller=world.caller(), page_id=world.page.pk, maintenance=row.code, draft=moved, now=NOON)
    assert live(world) == ([(NOON + 3 * hour, NOON + 5 * hour)],) * 2
    assert maintenances.tick(maintenance_id=row.pk, now=NOON + hour) == NOON + 3 * hour
    assert maintenances.tick(maintenance_id=row.pk, now=NOON + 3 * hour) == NOON + 5 * hour
    assert state_of(world.checkout) == "under_maintenance"
    done = UpdateDraft("completed", "It went well.")
    maintenances.say(
        caller=world.caller("responder"), page_id=world.page.pk, maintenance=row.code, draft=done, now=NOON + 4 * hour
    )
    assert live(world) == ([(NOON + 3 * hour, NOON + 4 * hour)], []), "ended early, the rest counts again"
    assert state_of(world.checkout) == "operational"
    assert [one.status for one in row.updates.order_by("at", "pk")] == ["scheduled", "in_progress", "completed"]
    other = plan(world, title="Another")
    maintenances.cancel(
        caller=world.caller("responder"), page_id=world.page.pk, maintenance=other.code, body="It is off.", now=NOON
    )
    assert live(world) == ([(NOON + 3 * hour, NOON + 4 * hour)], [])
    other.refresh_from_db()
    assert (other.status, other.cancelled_at) == ("completed", NOON)
    with pytest.raises(Conflict):
        maintenances.edit(caller=world.caller(), page_id=world.page.pk, maintenance=other.code, draft=moved, now=NOON)


def test_maintenance_begins_and_ends_by_itself_once(world: World) -> None:
    row = plan(world)
    assert Due.objects.get(kind="status_page.maintenance", key=str(row.pk)).due_at == NOON + timedelta(hours=1)
    late = NOON + timedelta(hours=3)
    for _ in range(2):
        assert maintenances.tick(maintenance_id=row.pk, now=late) is None
    row.refresh_from_db()
    assert row.status == "completed"
    assert row.updates.count() == 3
    assert row.cancelled_at is None


def test_a_maintenance_that_makes_no_sense_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        plan(world, title="", starts_at=NOON - timedelta(hours=1), ends_at=NOON - timedelta(hours=2), component_ids=())
    assert {one["field"] for one in refused.value.details} == {"title", "ends_at", "components"}


def test_who_may_not_exclude_moves_no_exclusion_to_other_times(world: World) -> None:
    row = plan(world)
    hour = timedelta(hours=1)
    before = maintenances.draft_of(maintenance=row)

    def edit(name: str, **fields: object) -> None:
        draft = replace(before, **fields)  # type: ignore[arg-type]  # fields of the dataclass
        caller = world.caller(name)
        maintenances.edit(caller=caller, page_id=world.page.pk, maintenance=row.code, draft=draft, now=NOON)

    for wider in ({"ends_at": NOON + 72 * hour}, {"starts_at": NOON - 72 * hour}):
        with pytest.raises(Forbidden):
            edit("responder", **wider)
        assert live(world)[0] == [(NOON + hour, NOON + 2 * hour)]
    edit("responder", ends_at=NOON + 1.5 * hour)
    assert live(world)[0] == [(NOON + hour, NOON + 1.5 * hour)], "shorter is less"
    edit("editor", ends_at=NOON + 3 * hour)
    assert live(world)[0] == [(NOON + hour, NOON + 3 * hour)]


def test_what_is_over_stays_as_it_was_announced(world: World) -> None:
    row = plan(world, is_automatic=False)
    hour = timedelta(hours=1)

    def say(status: str, *, hours: float) -> None:
        maintenances.say(
            caller=world.caller("responder"),
            page_id=world.page.pk,
            maintenance=row.code,
            draft=UpdateDraft(status, "It goes on."),
            now=NOON + hours * hour,
        )

    say("in_progress", hours=1)
    say("completed", hours=5)
    assert live(world)[0] == [(NOON + hour, NOON + 2 * hour)], "longer than announced: the rest counts"
    with pytest.raises(Conflict):
        maintenances.cancel(
            caller=world.caller("responder"),
            page_id=world.page.pk,
            maintenance=row.code,
            body="No.",
            now=NOON + 6 * hour,
        )
    row.refresh_from_db()
    assert row.cancelled_at is None


def test_maintenances_that_overlap_take_back_their_own_alone(world: World) -> None:
    first, second = plan(world), plan(world, title="Another")
    assert [len(found) for found in live(world)] == [2, 2]
    maintenances.cancel(
        caller=world.caller("responder"), page_id=world.page.pk, maintenance=first.code, body="Off.", now=NOON
    )
    hour = timedelta(hours=1)
    assert live(world) == ([(NOON + hour, NOON + 2 * hour)],) * 2
    kept = second.effects.get(exclusion__isnull=False).exclusion
    assert kept is not None
    assert kept.revoked_at is None
    for at in (1, 2):
        maintenances.tick(maintenance_id=second.pk, now=NOON + at * hour)
    assert live(world)[0] == [(NOON + hour, NOON + 2 * hour)], "what took place stays excluded"


def test_what_somebody_ended_by_hand_stays_ended(world: World) -> None:
    row = plan(world)
    editor = world.caller("editor")
    exclusions.revoke(caller=editor, exclusion=Exclusion.objects.get(revoked_at=None), now=NOON)
    silences.expire(caller=editor, silence=Silence.objects.get(), now=NOON + timedelta(minutes=70))
    for hours in (1.5, 2):
        maintenances.tick(maintenance_id=row.pk, now=NOON + timedelta(hours=hours))
    assert live(world) == ([], [])
    assert Exclusion.objects.count() == Silence.objects.count() == 1
