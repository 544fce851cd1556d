"""Composing, sending once, delivering at each one's hour, whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest

from incidents.response.models import Incident, TimelineEntry
from incidents.stakeholders.domain.kinds import Audience, Mode
from incidents.stakeholders.models import Delivery, Recipient, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.composing import Asked, compose
from incidents.stakeholders.services import delivering, groups, stakeholders
from incidents.stakeholders.services.messages import Draft, Sending, send
from reliability.access.models import AuditEntry, Membership
from reliability.catalog.models import Service
from reliability.channels.domain.outcome import Outcome, Result
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast, ServiceFactory
from tests.stakeholders.conftest import UTC_ZONE, Add, Mails, Tell, deliver_all, subject_now

pytestmark = pytest.mark.django_db


def words_of(mail: Message) -> tuple[str, str]:
    """Plain and HTML."""
    plain, html = (bytes(part.get_payload(decode=True)).decode() for part in list(mail.walk())[1:3])
    return plain, html


def test_the_preview_says_who_is_told_what_when_and_how(
    add: Add, cast: Cast, incident: Incident, service: Service, now: datetime
) -> None:
    add("Ines", hours="mon-fri 14:00-17:00", zone="Europe/Berlin", at_once=2)
    add("Olga", audience="executive", severity_max=2)
    other = ServiceFactory(team=cast.payments)
    add("Paul", service_ids=[other.pk])
    add("Rita", service_ids=[service.pk], is_enabled=False)
    asked = Asked([Audience.SUPPORT, Audience.EXECUTIVE], impact="Cards fail", next_update_at=now + timedelta(hours=1))
    subject = subject_now(incident, cast.caller("responder"), now)
    support, executive = compose(subject=subject, asked=asked, zone=UTC_ZONE, now=now)
    assert [(one.stakeholder.name, one.silent) for one in support.planned] == [("Ines", ""), ("Rita", "switched off")]
    ines = support.planned[0]
    assert (ines.place, ines.hour_at) == ("mail to ines@partner.example", now + timedelta(hours=1)), "14:00 in Berlin"
    assert executive.planned == [], "Sev3 is too mild for Olga, and Paul cares for another service"
    assert support.subject == "Sev3 Checkout: still being worked on"
    assert "What users notice: Cards fail" in support.text
    assert "Next message: 2026-03-02 13:00 UTC." in support.text
    group = groups.create(
        caller=cast.caller("editor"),
        team_id=cast.payments.pk,
        name="Board",
        member_ids=[Stakeholder.objects.get(name="Olga").pk],
        now=now,
    )
    named = compose(subject=subject, asked=Asked(list(Audience), [group.pk]), zone=UTC_ZONE, now=now)
    told = {one.audience: [plan.stakeholder.name for plan in one.planned] for one in named}
    assert told[Audience.EXECUTIVE] == ["Olga"], "whoever is named by a group is told whatever matters to them"
    assert told[Audience.SUPPORT] == []


def test_it_is_written_once_told_in_the_timeline_and_delivered(
    add: Add, tell: Tell, mails: Mails, cast: Cast, incident: Incident, now: datetime
) -> None:
    add("Ines")
    add("Responder", way="person", address="", user_id=cast.responder.pk, audience="engineering", consent_note="")
    first, again = (tell(cause="form:1:abcdefgh", impact="<b>Cards</b> fail") for _ in range(2))
    assert first.pk == again.pk, "a second press sends nothing again"
    entry = TimelineEntry.objects.get(incident=incident, kind="told")
    assert "1 support" in entry.text
    assert entry.is_human
    assert AuditEntry.objects.filter(action="stakeholder_message.send").count() == 1
    assert Due.objects.filter(kind="stakeholders.delivery").count() == 2
    assert deliver_all(now) == {"Ines": None, "Responder": None}
    assert deliver_all(now) == {}, "what was sent is not sent again"
    to_ines, to_responder = sorted(mails(), key=lambda mail: "ines" not in str(mail["To"]))
    text, html = words_of(to_ines)
    assert "https://rel.example.org/stakeholders/read/" in text
    assert str(to_ines["List-Unsubscribe"]).strip().startswith("<https://rel.example.org/stakeholders/stop/")
    assert to_ines["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/stakeholders/messages/" not in text, "whoever may not open the page is not sent there"
    assert "&lt;b&gt;Cards&lt;/b&gt;" in html
    assert f"/stakeholders/messages/{first.pk}/" in words_of(to_responder)[0]
    keys = Delivery.objects.values_list("idempotency_key", flat=True)
    assert len(set(keys)) == 2


def test_it_waits_for_their_hour_and_is_void_when_something_newer_was_told(add: Add, tell: Tell, mails: Mails) -> None:
    night = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    add("Ines", hours="mon-fri 09:00-17:00", zone="Europe/Berlin")
    tell(at=night, mode=Mode.HOURS)
    waiting = Delivery.objects.get()
    morning = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert (waiting.state, waiting.due_at) == ("waiting", morning)
    assert Due.objects.get(kind="stakeholders.delivery").due_at == morning
    late = datetime(2026, 3, 3, 17, 30, tzinfo=UTC)
    assert deliver_all(late) == {"Ines": datetime(2026, 3, 4, 8, 0, tzinfo=UTC)}, (
        "a late worker waits for the next hour"
    )
    newer = tell(at=night + timedelta(hours=30), mode=Mode.HOURS)
    deliver_all(datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    old, new = Delivery.objects.order_by("pk")
    assert (old.state, old.state_reason) == ("void", f"message {newer.pk} says it anew")
    assert (new.state, len(mails())) == ("sent", 1)


def test_leavers_and_whoever_was_deleted_or_switched_off_meanwhile_are_told_nothing(
    add: Add, tell: Tell, mails: Mails, cast: Cast, now: datetime
) -> None:
    member = add("Viewer", way="person", address="", user_id=cast.viewer.pk, consent_note="")
    gone, off = add("Gone"), add("Off")
    tell()
    Membership.objects.filter(user=cast.viewer).delete()
    editor = cast.caller("editor")
    stakeholders.remove(caller=editor, stakeholder=gone, now=now)
    Stakeholder.objects.filter(pk=off.pk).update(is_enabled=False)
    deliver_all(now)
    reasons = dict(Delivery.objects.values_list("recipient__name", "state_reason"))
    assert reasons == {
        "Viewer": "they left the team",
        "Gone": "they are no stakeholder any more",
        "Off": "switched off",
    }
    assert mails() == []
    assert Recipient.objects.get(name="Gone").stakeholder is None
    assert member.was_member


def test_a_try_that_fails_is_made_again_with_the_same_key_and_not_for_ever(
    add: Add, tell: Tell, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []

    def busy(*, contact_method: object, message: object, now: datetime) -> Outcome:
        keys.append(message.idempotency_key)  # type: ignore[attr-defined]  # a Message
        return Outcome(Result.RETRY, "mail server is busy")

    monkeypatch.setattr(delivering, "send_to_contact", busy)
    add("Ines")
    tell()
    assert deliver_all(now) == {"Ines": now + timedelta(seconds=5)}
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.state_reason) == ("queued", 1, "mail server is busy")
    # A worker that was killed after the try was written down: the next one tries again.
    delivering._begin(delivery_id=row.pk, now=now + timedelta(seconds=5))
    assert deliver_all(now + timedelta(minutes=1)) == {"Ines": now + timedelta(minutes=1, seconds=20)}
    assert deliver_all(now + delivering.GIVE_UP_AFTER) == {"Ines": None}
    assert Delivery.objects.get().state == "failed"
    assert len(set(keys)) == 1


def test_only_responders_tell_and_only_whom_there_is(add: Add, cast: Cast, incident: Incident, now: datetime) -> None:
    ines = add("Ines")
    subject = subject_now(incident, cast.caller("responder"), now)

    def tried(caller: str = "responder", **fields: object) -> object:
        draft = Draft(Audience.SUPPORT, "Checkout", "It fails", [ines.pk])
        sending = Sending(**{"drafts": [draft], **fields})  # type: ignore[arg-type]  # as callers give it
        return send(caller=cast.caller(caller), subject=subject, sending=sending, now=now)

    with pytest.raises(Forbidden):
        tried("viewer")
    for wrong, field in (
        ({"drafts": []}, "audiences"),
        ({"drafts": [Draft(Audience.SUPPORT, "", "text", [ines.pk])]}, "subject-support"),
        ({"drafts": [Draft(Audience.SUPPORT, "a", "x" * 5001, [ines.pk])]}, "text-support"),
        ({"drafts": [Draft(Audience.SUPPORT, "a", "b", [10**9])]}, "people-support"),
        ({"next_update_at": now - timedelta(minutes=1)}, "next_update"),
        ({"next_update_at": now + timedelta(days=3)}, "next_update"),
        ({"remind_after_hours": 73}, "remind_after_hours"),
    ):
        with pytest.raises(Invalid) as refused:
            tried(**wrong)
        assert refused.value.details[0]["field"] == field, wrong
    assert not StakeholderMessage.objects.exists()


def test_one_incident_has_so_many_messages(
    add: Add, tell: Tell, settings: pytest.FixtureRequest, now: datetime
) -> None:
    settings.STAKEHOLDER_MESSAGES_MAX = 1  # type: ignore[attr-defined]  # of pytest-django
    add("Ines")
    tell()
    with pytest.raises(Conflict, match="told of it 1 times"):
        tell(at=now + timedelta(minutes=5))
