"""Subscribers as editors see them: counted, masked, asked, removed, exported with a trace in the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from incidents.status_page.domain.subscribing import hash_of
from incidents.status_page.models import Delivery, StatusPage, Subscriber
from incidents.status_page.services import forgetting
from reliability.access.models import AuditEntry
from tests.cast import Cast
from tests.status_page.subscribers.conftest import Clock, MailServer, component

pytestmark = pytest.mark.django_db

As = Callable[[str], Client]
LIST = "/status-pages/shop/subscribers/"
API = "/api/v1/status-pages/shop/subscribers"


def subscriber(page: StatusPage, clock: Clock, address: str, **more: object) -> Subscriber:
    times = {"created_at": clock.now, "updated_at": clock.now}
    fields = {"page": page, "kind": "mail", "state": "active", "address": address, "address_hash": hash_of(address)}
    return Subscriber.objects.create(**{**fields, **times, **more})


def test_the_list_tells_enough_to_recognise_and_too_little_to_write_to(page: StatusPage, clock: Clock, as_: As) -> None:
    first = subscriber(page, clock, "samuel@example.com")
    first.components.add(component(page, "Search"))
    subscriber(page, clock, "hooks.example.org/…4f2a", kind="webhook", state="disabled", state_reason="answered 404")
    subscriber(page, clock, "kim@example.com", state="pending")
    editor = as_("editor")
    shown = editor.get(LIST).content.decode()
    assert "sa…@example.com" in shown
    assert "samuel@" not in shown
    assert "answered 404" in shown
    assert "1 mail, 0 webhook, 0 Slack" in shown
    found = editor.get(LIST, {"q": "Samuel@Example.com"}).content.decode()
    assert ("sa…@" in found, "hooks.example.org" in found) == (True, False)
    assert "No subscriber matches" in editor.get(LIST, {"q": "samuel"}).content.decode()
    assert "hooks.example.org" in editor.get(LIST, {"kind": "webhook", "state": "disabled"}).content.decode()
    with CaptureQueriesContext(connection) as few:
        editor.get(LIST)
    for number in range(20):
        subscriber(page, clock, f"reader{number}@example.com")
    with CaptureQueriesContext(connection) as many:
        editor.get(LIST)
    assert len(many) == len(few)
    for name, status in (("viewer", 403), ("responder", 403), ("outsider", 404)):
        assert as_(name).get(LIST).status_code == status


def test_people_are_asked_and_removed_and_a_file_of_them_leaves_a_trace(
    page: StatusPage, clock: Clock, as_: As, mail_server: MailServer
) -> None:
    editor = as_("editor")
    known = subscriber(page, clock, "known@example.com")
    wrong = editor.post(f"{LIST}add/", {"addresses": "sam@example.com\nnonsense"})
    assert wrong.status_code == 422
    assert "is no mail address" in wrong.content.decode()
    added = editor.post(f"{LIST}add/", {"addresses": "Known@example.com, sam@example.com\nSAM@example.com"})
    assert added.status_code == 302
    clock.work()
    assert [mail["X-RcptTo"] for mail in mail_server.mails()] == ["SAM@example.com"]
    new = Subscriber.objects.get(address="SAM@example.com")
    assert (new.state, new.created_by_name) == ("pending", "Editor")
    subscriber(page, clock, "=cmd@example.com")
    assert editor.get(f"{LIST}export/").status_code == 405
    file = editor.post(f"{LIST}export/").content.decode()
    assert "known@example.com" in file
    assert "'=cmd@example.com" in file
    assert "Remove kn…@example.com?" in editor.get(f"{LIST}{known.pk}/remove/").content.decode()
    assert editor.post(f"{LIST}{known.pk}/remove/").status_code == 302
    assert not Subscriber.objects.filter(pk=known.pk).exists()
    assert editor.post(f"{LIST}{known.pk}/remove/").status_code == 404
    trail = AuditEntry.objects.filter(action__startswith="subscriber.").order_by("pk")
    assert [entry.action for entry in trail] == ["subscriber.add", "subscriber.export", "subscriber.remove"]
    assert "S…@example.com" in str(trail[0].changes)
    assert "known@" not in str([entry.object_name for entry in trail])


def test_the_api_lists_asks_and_removes(page: StatusPage, clock: Clock, as_: As, cast: Cast) -> None:
    editor = as_("editor")
    subscriber(page, clock, "samuel@example.com")
    body = {"addresses": ["kim@example.com"], "components": [component(page, "Search").code]}
    made = editor.post(API, body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()[0]["components"] == body["components"]
    listed = editor.get(API, {"state": "active"}).json()
    assert (listed["count"], listed["active"], listed["pending"], listed["waiting"]) == (1, 1, 1, 1)
    assert listed["items"][0]["address"] == "sa…@example.com"
    refused = editor.post(API, {"addresses": ["x"]}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["details"][0]["index"]) == (422, 0)
    assert editor.delete(f"{API}/{made.json()[0]['id']}").status_code == 204
    assert as_("viewer").get(API).status_code == 403


def test_what_is_not_needed_is_forgotten(page: StatusPage, clock: Clock, settings: Settings) -> None:
    settings.STATUS_CONFIRM_HOURS, settings.STATUS_DELIVERY_RETENTION_DAYS = 1, 1
    reader = subscriber(page, clock, "samuel@example.com")
    stranger = subscriber(page, clock, "kim@example.com", state="pending", asked_at=clock.now)
    said = {"purpose": "confirm", "created_at": clock.now}
    old = Delivery.objects.create(subscriber=reader, idempotency_key="a", state="sent", **said)
    waiting = Delivery.objects.create(subscriber=reader, idempotency_key="b", **said)
    assert not forgetting.forget(now=clock.now)
    assert Subscriber.objects.filter(pk=stranger.pk).exists()
    assert not forgetting.forget(now=clock.now + timedelta(days=3))
    assert set(Subscriber.objects.values_list("pk", flat=True)) == {reader.pk}
    assert set(Delivery.objects.values_list("pk", flat=True)) == {waiting.pk}
    assert not Delivery.objects.filter(pk=old.pk).exists()
