"""Who has read it, who is asked again, who wants no more, and whether the next message comes when it was promised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from incidents.response.models import Incident, IncidentRole
from incidents.response.services import lifecycle, roles
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.models import Delivery, Promise, Recipient, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.links import read_url, stop_url
from incidents.stakeholders.selectors.messages import not_read, rows_of
from incidents.stakeholders.services import automatic, promises, reminding, wordings
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due
from reliability.web.errors import Invalid
from tests.cast import Cast
from tests.stakeholders.conftest import Add, Mails, Tell, deliver_all

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
HOST = "https://rel.example.org"


@pytest.fixture
def now() -> datetime:
    """Links end by the real clock."""
    return timezone.now().replace(microsecond=0)


def test_the_link_shows_and_only_a_press_confirms(add: Add, tell: Tell, client: Client, now: datetime) -> None:
    add("Ines")
    message = tell(impact="<script>alert(1)</script>")
    deliver_all(now)
    recipient = Recipient.objects.select_related("message").get()
    address = read_url(recipient=recipient).removeprefix(HOST)
    shown = client.get(address)
    assert (shown.status_code, shown["Referrer-Policy"]) == (200, "no-referrer")
    assert "<script>alert" not in shown.content.decode()
    assert client.head(address).status_code == 200
    assert [row.recipient.name for row in not_read(rows_of(message=message))] == ["Ines"], "a scanner confirms nothing"
    assert "it is noted" in client.post(address).content.decode()
    recipient.refresh_from_db()
    first = recipient.read_at
    client.post(address)
    recipient.refresh_from_db()
    assert (recipient.read_at, recipient.read_by) == (first, "link"), "the first time counts"
    assert [client.post(url).status_code for url in (f"{address[:-3]}x/", "/stakeholders/read/1-2:forged/")] == [
        410,
        410,
    ]


def test_opening_the_page_is_reading_for_whoever_it_is_for(
    add: Add, tell: Tell, as_: As, cast: Cast, now: datetime
) -> None:
    add("Viewer", way="person", address="", user_id=cast.viewer.pk, consent_note="")
    message = tell()
    deliver_all(now)
    address = f"/stakeholders/messages/{message.pk}/"
    assert as_("responder").get(address).status_code == 200
    assert Recipient.objects.get().read_at is None, "somebody else opened it"
    assert as_("viewer").get(address).status_code == 200
    assert Recipient.objects.get().read_by == "page"
    assert as_("outsider").get(address).status_code == 404


def test_whoever_has_not_responded_is_asked_again_by_button_and_by_itself_and_not_too_often(
    add: Add, tell: Tell, mails: Mails, cast: Cast, now: datetime
) -> None:
    add("Ines")
    add("Paul")
    message = tell(remind_after_hours=2)
    responder = cast.caller("responder")
    assert reminding.remind(caller=responder, message=message, now=now) == 0, "nothing has arrived yet"
    deliver_all(now)
    assert {row.due_at for row in Due.objects.filter(kind="stakeholders.remind")} == {now + timedelta(hours=2)}
    Recipient.objects.filter(name="Paul").update(read_at=now)
    assert reminding.remind(caller=responder, message=message, now=now + timedelta(minutes=5)) == 0, "told just now"
    at = now
    for _ in range(5):
        at += timedelta(hours=2)
        for recipient in Recipient.objects.all():
            reminding.remind_by_itself(recipient_id=recipient.pk, now=at)
        deliver_all(at)
    subjects = [str(mail["Subject"]) for mail in mails() if "ines" in str(mail["To"])]
    assert len(subjects) == 4, "once, and three reminders"
    assert sum("Reminder" in subject for subject in subjects) == 3
    assert len([mail for mail in mails() if "paul" in str(mail["To"])]) == 1
    assert reminding.remind(caller=responder, message=message, now=at + timedelta(days=1)) == 0


def test_whoever_wants_no_more_is_told_no_more(add: Add, tell: Tell, client: Client, now: datetime) -> None:
    add("Ines")
    tell()
    deliver_all(now)
    address = stop_url(recipient=Recipient.objects.select_related("message").get()).removeprefix(HOST)
    assert client.get(address).status_code == 200
    assert Stakeholder.objects.get().unsubscribed_at is None
    assert "You are told no more" in client.post(address, {"List-Unsubscribe": "One-Click"}).content.decode()
    assert AuditEntry.objects.filter(action="stakeholder.unsubscribe").exists()
    with pytest.raises(Invalid):
        tell(at=now + timedelta(minutes=1))
    client.post(address, {"resume": "1"})
    assert Stakeholder.objects.get().unsubscribed_at is None


def test_an_overdue_promise_reminds_whoever_has_communications_twice_and_no_more(
    add: Add, tell: Tell, mails: Mails, cast: Cast, incident: Incident, now: datetime
) -> None:
    add("Ines")
    roles.take(caller=cast.caller("editor"), incident_id=incident.pk, role=IncidentRole.Role.COMMUNICATIONS, now=now)
    at = now + timedelta(hours=1)
    message = tell(next_update_at=at)
    assert Due.objects.get(kind="stakeholders.promise").due_at == at
    assert promises.remind(message_id=message.pk, now=at - timedelta(minutes=1)) == at
    assert promises.remind(message_id=message.pk, now=at) == at + promises.AGAIN_AFTER
    assert promises.remind(message_id=message.pk, now=at + promises.AGAIN_AFTER) is None
    assert promises.remind(message_id=message.pk, now=at + timedelta(hours=2)) is None
    assert [str(mail["To"]) for mail in mails()] == ["editor@example.org"] * 2
    assert Promise.objects.filter(state="sent").count() == 2
    kept = tell(at=now + timedelta(minutes=2), next_update_at=at)
    tell(at=now + timedelta(minutes=3))
    assert promises.remind(message_id=kept.pk, now=at) is None, "another message was told meanwhile"
    over = tell(at=now + timedelta(minutes=4), next_update_at=at)
    lifecycle.resolve(caller=cast.caller("editor"), incident_id=incident.pk, now=now + timedelta(minutes=5))
    assert promises.remind(message_id=over.pk, now=at) is None, "it is over"


def test_nothing_is_told_by_itself_until_the_words_say_so_and_then_once(
    add: Add, cast: Cast, incident: Incident, now: datetime
) -> None:
    add("Ines")
    add("Olga", audience="executive")
    payload = {"incident_id": incident.pk}
    automatic.incident_happened(payload=payload, kind=EventKind.RESOLVED, fact_id=7, now=now)
    assert not StakeholderMessage.objects.exists()
    wordings.put(
        caller=cast.caller("editor"),
        team_id=cast.payments.pk,
        audience=Audience.SUPPORT,
        kind=EventKind.RESOLVED,
        subject="{service} is back",
        text="It took {duration}.",
        is_automatic=True,
        now=now,
        expected_revision=0,
    )
    for _ in range(2):
        automatic.incident_happened(payload=payload, kind=EventKind.RESOLVED, fact_id=7, now=now)
    told = StakeholderMessage.objects.get()
    assert (told.created_by_name, told.texts.get().subject, told.mode) == ("system", "Checkout is back", "hours")
    assert list(Delivery.objects.values_list("recipient__name", flat=True)) == ["Ines"]
