"""Times of a status page are typed, shown and mailed on the page's own clocks, whatever zone its editor reads in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from incidents.status_page.domain.states import ComponentState as C
from incidents.status_page.forms.composer import IncidentEditForm
from incidents.status_page.models import Delivery, Maintenance, PublicIncident, Subscriber
from incidents.status_page.services import incidents
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.messages import mail_of
from incidents.status_page.services.updates import UpdateDraft
from tests.status_page.pages.conftest import NOON, World

As = Callable[[str], Client]
EDIT = {"title": "Slow", "impact": "minor", "revision": "1"}


def edit_form(zone: str, began: datetime, typed: str) -> IncidentEditForm:
    return IncidentEditForm(EDIT | {"started_at": typed}, zone=zone, initial={"started_at": began})


@pytest.mark.parametrize(
    ("zone", "typed", "meant"),
    [
        ("Europe/Berlin", "2026-11-21T10:00", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("Europe/Berlin", "2026-07-01T10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("Europe/Berlin", "2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped: 03:30 CEST
        ("Europe/Berlin", "2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
        ("Asia/Kolkata", "2026-11-21T10:00", datetime(2026, 11, 21, 4, 30, tzinfo=UTC)),
        ("UTC", "2026-11-21T10:00", datetime(2026, 11, 21, 10, tzinfo=UTC)),
    ],
)
def test_what_is_typed_is_on_the_clocks_of_the_page(zone: str, typed: str, meant: datetime) -> None:
    form = edit_form(zone, NOON, typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["started_at"] == meant
    assert f"On the clocks of {zone}." in form.as_p()


def test_what_is_sent_back_as_it_was_shown_is_not_moved() -> None:
    second_time = datetime(2026, 10, 25, 1, 30, 17, tzinfo=UTC)  # 02:30:17 CET, after 02:30:17 CEST
    shown = IncidentEditForm(zone="Europe/Berlin", initial={"started_at": second_time})["started_at"].value()
    assert shown == "2026-10-25T02:30"
    form = edit_form("Europe/Berlin", second_time, shown)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["started_at"] == second_time


@pytest.mark.django_db
def test_maintenance_is_planned_and_moved_on_the_clocks_of_the_page(world: World, as_: As) -> None:
    editor = as_("editor")
    sent = {
        "title": "New search", "starts_at": "2027-01-10T10:00", "ends_at": "2027-01-10T11:00", "body": "Slow.",
        "components": [world.search.pk], "act": "publish",
    }  # fmt: skip
    answer = editor.post(reverse("status-maintenance-new", args=["shop"]), sent)
    assert answer.status_code == 302, answer.content.decode()
    row = Maintenance.objects.get()
    assert (row.starts_at, row.ends_at) == (datetime(2027, 1, 10, 9, tzinfo=UTC), datetime(2027, 1, 10, 10, tzinfo=UTC))
    page = editor.get(reverse("status-maintenance-edit", args=["shop", row.code]) + "?tz=America/New_York").content
    assert b'value="2027-01-10T10:00"' in page
    assert page.count(b"On the clocks of Europe/Berlin.") == 2


@pytest.mark.django_db
def test_incidents_of_the_past_are_told_and_mailed_on_the_clocks_of_the_page(world: World, as_: As) -> None:
    editor = as_("editor")
    sent = {
        "title": "Orders fail", "impact": "minor", "status": "investigating", "body": "They fail.",
        "started_at": "2026-07-01T09:30", "at": "2026-07-01T10:00", "act": "publish",
    }  # fmt: skip
    answer = editor.post(reverse("status-incident-new", args=["shop"]), sent)
    assert answer.status_code == 302, answer.content.decode()
    row = PublicIncident.objects.get()
    update = row.updates.get()
    assert (row.started_at, update.at) == (datetime(2026, 7, 1, 7, 30, tzinfo=UTC), datetime(2026, 7, 1, 8, tzinfo=UTC))
    for name, code in (("status-incident-edit", row.code), ("status-update-edit", update.code)):
        page = editor.get(reverse(name, args=["shop", code])).content.decode()
        assert "On the clocks of Europe/Berlin." in page


@pytest.mark.django_db
def test_a_mail_tells_the_zone_of_the_page_by_its_name(world: World) -> None:
    said = UpdateDraft("investigating", "They fail.", {world.checkout.pk: C.PARTIAL_OUTAGE})
    row = incidents.open_incident(
        caller=world.caller(), page_id=world.page.pk, draft=IncidentDraft("Orders fail", "minor"), update=said, now=NOON
    )
    sam = Subscriber(pk=1, page=world.page, kind="mail", state="active", address="sam@example.com")
    delivery = Delivery(subscriber=sam, purpose="update", update_said=row.updates.get(), idempotency_key="1")
    mail = mail_of(delivery=delivery, now=NOON)
    html = str(mail.alternatives[0][0])
    for text in (str(mail.body), html):
        assert "21 November 2026, 13:00 CET (Europe/Berlin)" in text
    world.page.zone = "UTC"
    assert "21 November 2026, 12:00 UTC\n" in str(mail_of(delivery=delivery, now=NOON).body)
