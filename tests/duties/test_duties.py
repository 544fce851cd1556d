"""Recurring duties: written, done or skipped once, and their reminders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from reliability.access.models import AuditEntry, Membership, User
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.services import notices
from reliability.duties import oncall
from reliability.duties.domain.drafts import DutyDraft
from reliability.duties.models import Duty, DutyEntry, DutyNotice
from reliability.duties.services import duties, entries, reminding
from reliability.duties.services.entries import EntryDraft
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast, ServiceFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Make = Callable[..., Duty]
JSON = "application/json"


@pytest.fixture
def make(cast: Cast, now: datetime) -> Make:
    """Every 90 days, due in thirty, by the responder."""

    def call(title: str = "Rotate keys", **fields: Any) -> Duty:
        due_at = now + timedelta(days=30)
        wanted = {"every": "days", "every_count": 90, "due_at": due_at, "responsible_id": cast.responder.pk}
        draft = DutyDraft(title=title, **{**wanted, **fields})
        return duties.create(caller=cast.caller("editor"), team_id=cast.payments.pk, draft=draft, now=now)

    return call


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Titles of what was sent, in order."""
    sent: list[str] = []

    def send(*, contact_method: Any, message: Any, now: datetime) -> Outcome:
        sent.append(f"{contact_method.config['address']}: {message.title}")
        return Outcome(Result.DELIVERED, "taken")

    monkeypatch.setattr(notices, "send_to_contact", send)
    return sent


@pytest.fixture
def on_call(cast: Cast) -> Iterator[list[User]]:
    people: list[User] = []

    def ask(*, team_id: int, at: datetime) -> list[User]:
        return people

    oncall.register("test", ask)
    yield people
    oncall.forget("test")


def remind(duty: Duty, at: datetime) -> datetime | None:
    following = reminding.remind(duty_id=duty.pk, now=at)
    for pk in DutyNotice.objects.filter(state="waiting").values_list("pk", flat=True):
        reminding.deliver(notice_id=pk, now=at)
    return following


def test_people_are_reminded_before_when_and_after_it_is_due_each_once(
    make: Make, told: list[str], now: datetime
) -> None:
    duty = make()
    week_before = duty.due_at - timedelta(days=7)
    assert Due.objects.get(kind="duties.remind").due_at == week_before
    assert remind(duty, week_before) == duty.due_at
    remind(duty, week_before + timedelta(hours=1))
    assert remind(duty, duty.due_at) == duty.due_at + timedelta(days=7)
    remind(duty, duty.due_at + timedelta(days=8))
    assert told == [
        "responder@example.org: Coming: Rotate keys",
        "responder@example.org: Due: Rotate keys",
        "responder@example.org: Overdue: Rotate keys",
    ]
    assert now < week_before


def test_whoever_is_on_call_is_reminded_leavers_are_not_and_administrators_when_nobody_else_is(
    make: Make, told: list[str], cast: Cast, on_call: list[User]
) -> None:
    duty = make(responsible="on_call", responsible_id=None)
    assert remind(duty, duty.due_at) is not None
    assert told.pop() == "administrator@example.org: Due: Rotate keys", "nobody is on call"
    assert not told
    on_call.append(cast.editor)
    remind(duty, duty.due_at + timedelta(days=7))
    assert told == ["editor@example.org: Overdue: Rotate keys"]
    other = make("Review access")
    Membership.objects.filter(user=cast.responder).delete()
    remind(other, other.due_at)
    assert told[1:] == ["administrator@example.org: Due: Review access"], "who left the team is told nothing"


def test_done_ends_the_occurrence_once_and_voids_what_waits(make: Make, told: list[str], cast: Cast) -> None:
    duty = make(zone="Europe/Berlin")
    due_at = duty.due_at
    reminding.remind(duty_id=duty.pk, now=due_at)
    at = due_at + timedelta(hours=5)
    draft = EntryDraft("Both keys", "https://tickets.example.org/1", 45, due_at)
    entry = entries.done(caller=cast.caller("responder"), duty=duty, draft=draft, now=at)
    with pytest.raises(Conflict, match="Responder wrote it down as done"):
        entries.done(caller=cast.caller("editor"), duty=duty, draft=draft, now=at)
    duty.refresh_from_db()
    assert (entry.by_name, entry.minutes, duty.due_at.date()) == ("Responder", 45, (due_at + timedelta(days=90)).date())
    reminding.deliver(notice_id=DutyNotice.objects.get().pk, now=at)
    assert (DutyNotice.objects.get().state, told) == ("void", [])
    assert Due.objects.get(kind="duties.remind").due_at < duty.due_at
    assert AuditEntry.objects.filter(action="duty.done").count() == 1
    with pytest.raises(Invalid) as refused:
        entries.skip(caller=cast.caller("responder"), duty=duty, draft=EntryDraft(), now=at)
    assert refused.value.details[0]["field"] == "note"
    entries.skip(caller=cast.caller("responder"), duty=duty, draft=EntryDraft("frozen until January"), now=at)
    assert list(DutyEntry.objects.order_by("pk").values_list("outcome", flat=True)) == ["done", "skipped"]
    with pytest.raises(Forbidden):
        entries.done(caller=cast.caller("viewer"), duty=duty, draft=EntryDraft(), now=at)


def test_a_cron_expression_says_when_and_an_edit_moves_it(make: Make, cast: Cast, now: datetime) -> None:
    duty = make(every="cron", cron="0 9 1 * *", due_at=None, zone="Europe/Berlin")
    assert duty.due_at == datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
    editor = cast.caller("editor")
    duties.edit(caller=editor, duty=duty, values={"title": "Rotate all keys"}, now=now, expected_revision=1)
    duty.refresh_from_db()
    assert duty.due_at == datetime(2026, 4, 1, 7, 0, tzinfo=UTC), "another title moves nothing"
    with pytest.raises(Conflict, match="changed this"):
        duties.edit(caller=editor, duty=duty, values={"title": "x"}, now=now, expected_revision=1)
    duties.edit(caller=editor, duty=duty, values={"zone": "UTC", "is_enabled": False}, now=now)
    duty.refresh_from_db()
    assert duty.due_at == datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
    assert not Due.objects.filter(kind="duties.remind").exists(), "switched off nobody is reminded"
    foreign = ServiceFactory(team=cast.search)
    for values, field in (
        ({"service_id": foreign.pk}, "service_id"),
        ({"responsible_id": cast.outsider.pk}, "responsible_id"),
    ):
        with pytest.raises(Invalid) as refused:
            duties.edit(caller=editor, duty=duty, values=values, now=now)
        assert refused.value.details[0]["field"] == field


def test_the_pages_write_show_and_end_a_duty(as_: As, cast: Cast, make: Make, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-01T12:00Z")
    editor, responder = as_("editor"), as_("responder")
    sent = {
        "title": "Renew", "kind": "certificate", "every": "months", "every_count": "3", "due_at": "2026-05-01T09:00",
        "zone": "UTC", "responsible": "person", "remind_days": "7", "is_enabled": "on",
        "instructions": "<script>alert(1)</script> **bold**",
    }  # fmt: skip
    refused = editor.post("/duties/new/?team=payments", sent)
    assert (refused.status_code, "choose who is responsible" in refused.content.decode()) == (422, True)
    made = editor.post("/duties/new/?team=payments", sent | {"responsible_id": str(cast.editor.pk)})
    page = responder.get(made["Location"]).content.decode()
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    duty = Duty.objects.get()
    ending = f"/duties/{duty.pk}/end/"
    stale = responder.post(ending, {"for_due_at": "2020-01-01T00:00:00Z"})
    assert (stale.status_code, "it is due next on" in stale.content.decode()) == (422, True)
    assert "say why" in responder.post(ending, {"skip": "1"}).content.decode()
    assert responder.post(ending, {"for_due_at": duty.due_at.isoformat(), "minutes": "5"}).status_code == 302
    assert as_("viewer").post(ending, {}).status_code == 403
    few = queries_of(responder, "/duties/")
    for number in range(4):
        make(f"Duty {number}")
    assert queries_of(responder, "/duties/") == few
    assert "Duty 3" in responder.get("/duties/?due=overdue&kind=custom&team=payments").content.decode()


def test_the_api_writes_and_ends_a_duty(
    bearer: Callable[..., Client], cast: Cast, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-11-01T12:00Z")
    client = bearer(team=cast.payments, role=30)
    body = {
        "team": "payments", "title": "Rotate", "kind": "key_rotation", "every": "days", "every_count": 90,
        "due_at": "2026-04-01T09:00:00Z", "person": cast.responder.email.upper(),
    }  # fmt: skip
    made = client.post("/api/v1/duties", body, content_type=JSON)
    assert (made.status_code, made.json()["person"], made["ETag"]) == (201, cast.responder.email, '"1"')
    address = f"/api/v1/duties/{made.json()['id']}"
    assert client.patch(address, {"every_count": 30}, content_type=JSON, headers={"If-Match": '"9"'}).status_code == 412
    assert client.patch(address, {"service": "nothing"}, content_type=JSON).status_code == 422
    ended = client.post(f"{address}/log", {"outcome": "skipped", "note": "frozen"}, content_type=JSON)
    assert (ended.status_code, ended.json()["outcome"]) == (201, "skipped")
    again = {"for_due_at": "2026-04-01T09:00:00Z"}
    assert client.post(f"{address}/log", again, content_type=JSON).status_code == 409
    assert client.get(f"{address}/log").json()["total"] == 1
    assert client.delete(address).status_code == 204
