"""From a draft to something that everybody reads: review, publishing, receipts, reminders, the meeting."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from incidents.postmortems.domain.due import DUE_AFTER
from incidents.postmortems.domain.states import ReviewAnswer, State
from incidents.postmortems.models import Notice, Postmortem
from incidents.postmortems.selectors.postmortems import list_postmortems
from incidents.postmortems.selectors.search import search
from incidents.postmortems.services import meetings, notices, publishing, reminding, reviews, sections
from incidents.postmortems.services import settings as team_settings
from incidents.postmortems.services.meetings import MeetingDraft
from incidents.postmortems.services.sections import Base
from reliability.outbox.models import Due, Fact
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast
from tests.servers.receivers import recording_smtp

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_draft_is_reviewed_published_read_and_taken_back(
    cast: Cast, as_: Callable[[str], Client], postmortem: Postmortem, now: datetime
) -> None:
    writer, editor = cast.caller("responder"), cast.caller("editor")
    sections.save(
        caller=writer, postmortem=postmortem, slug="summary", text="Tills stood still.", base=Base(1), now=now
    )
    with pytest.raises(Conflict, match="ask for a review"):
        publishing.publish(caller=writer, postmortem=postmortem, now=now)
    with pytest.raises(Invalid):
        reviews.ask(caller=writer, postmortem=postmortem, reviewer_ids=[cast.outsider.pk], now=now)
    asked = reviews.ask(caller=writer, postmortem=postmortem, reviewer_ids=[cast.editor.pk, cast.responder.pk], now=now)
    assert [one.reviewer_name for one in asked] == [cast.editor.name, cast.responder.name]
    assert Notice.objects.filter(kind="review").count() == 2
    with pytest.raises(Forbidden, match="you alone wrote it"):
        reviews.answer(caller=writer, postmortem=postmortem, answer=ReviewAnswer.APPROVED, now=now)
    with pytest.raises(Invalid):
        reviews.answer(caller=editor, postmortem=postmortem, answer=ReviewAnswer.CHANGES_WANTED, now=now)
    reviews.answer(
        caller=editor, postmortem=postmortem, answer=ReviewAnswer.CHANGES_WANTED, comment="Which tills?", now=now
    )
    postmortem.refresh_from_db()
    assert postmortem.state == State.DRAFT
    reviews.ask(caller=writer, postmortem=postmortem, reviewer_ids=[cast.editor.pk], now=now)
    reviews.answer(caller=editor, postmortem=postmortem, answer=ReviewAnswer.APPROVED, now=now)
    postmortem.refresh_from_db()
    assert postmortem.state == State.APPROVED
    page, said = f"/postmortems/{postmortem.pk}/publish/", "It was changed after it was approved"
    assert said not in as_("responder").get(page).content.decode()
    sections.save(caller=writer, postmortem=postmortem, slug="summary", text="Tills stood.", base=Base(2), now=now)
    assert said in as_("responder").get(page).content.decode()

    outsider = cast.caller("outsider")
    assert not list_postmortems(caller=outsider).exists()
    publishing.publish(caller=writer, postmortem=postmortem, is_for_organisation=False, now=now)
    assert not list_postmortems(caller=outsider).exists()
    publishing.publish(caller=writer, postmortem=postmortem, now=now)
    told = Fact.objects.filter(kind="PostmortemPublished").order_by("pk")
    assert [one.payload["is_for_organisation"] for one in told] == [False, True]
    (found,) = search(caller=outsider, text="stood TILLS")
    assert [piece.text for piece in found.pieces if piece.is_hit] == ["Tills", "stood"]
    assert search(caller=outsider, text="tills flew") == []
    receipt = publishing.confirm(caller=outsider, number=postmortem.pk, now=now + HOUR)
    assert (receipt.user_id, receipt.confirmed_at) == (cast.outsider.pk, now + HOUR)
    with pytest.raises(Invalid):
        publishing.unpublish(caller=writer, postmortem=postmortem, reason=" ", now=now)
    publishing.unpublish(caller=writer, postmortem=postmortem, reason="It names a customer.", now=now)
    assert not list_postmortems(caller=outsider).exists()
    assert postmortem.versions.filter(note="It names a customer.").exists()
    # It is due again: who publishes once is not done for ever.
    incident = postmortem.incident
    assert incident is not None
    assert incident.resolved_at is not None
    due_at = Due.objects.get(kind="postmortems.due", key=str(incident.pk)).due_at
    assert due_at == incident.resolved_at + DUE_AFTER - 24 * HOUR


def test_what_was_begun_while_the_incident_lasted_is_due_too_and_said_once(
    cast: Cast, outage: Any, draft: Callable[[], Postmortem], now: datetime
) -> None:
    incident, resolved_at = outage.incident, outage.incident.resolved_at
    type(incident).objects.filter(pk=incident.pk).update(status="mitigated", resolved_at=None, severity=4)
    incident.refresh_from_db()
    written = draft()
    assert (written.due_at, Due.objects.filter(kind="postmortems.due").exists()) == (None, False)
    type(incident).objects.filter(pk=incident.pk).update(status="resolved", resolved_at=resolved_at)
    reminding.schedule(incident_id=incident.pk, now=now)
    written.refresh_from_db()
    due_at = resolved_at + DUE_AFTER
    assert written.due_at == due_at
    assert Due.objects.get(kind="postmortems.due").due_at == due_at - 24 * HOUR
    for _ in range(2):  # resolved, and closed later: the same stage is told once
        reminding.schedule(incident_id=incident.pk, now=due_at)
        reminding.remind(incident_id=incident.pk, now=due_at)
    assert Fact.objects.filter(kind="PostmortemDue").count() == 1


def test_it_is_due_after_48_hours_and_people_are_reminded_until_it_is_published(
    cast: Cast, outage: Any, draft: Callable[[], Postmortem], now: datetime
) -> None:
    incident = outage.incident
    due_at = incident.resolved_at + DUE_AFTER
    reminding.schedule(incident_id=incident.pk, now=now)
    assert Due.objects.get(kind="postmortems.due", key=str(incident.pk)).due_at == due_at - 24 * HOUR

    assert reminding.remind(incident_id=incident.pk, now=due_at - 24 * HOUR) == due_at
    before = Notice.objects.get(kind="due")
    assert before.user == cast.responder  # who commanded
    assert reminding.remind(incident_id=incident.pk, now=due_at) == due_at + 24 * HOUR
    assert Fact.objects.filter(kind="PostmortemDue").count() == 1
    reminding.remind(incident_id=incident.pk, now=due_at)
    told = Notice.objects.filter(key__contains=":due:")
    assert (
        told.count() == len(set(told.values_list("user_id", flat=True))) == 2
    )  # the commander and the head of the team
    late = due_at + 24 * HOUR
    assert reminding.remind(incident_id=incident.pk, now=due_at + timedelta(days=7)) is None
    # Begun and published meanwhile: what waits is void.
    written = draft()
    Postmortem.objects.filter(pk=written.pk).update(state="published", published_at=now)
    for notice in Notice.objects.filter(kind="due"):
        assert notices.deliver(notice_id=notice.pk, now=late) is None
    assert set(Notice.objects.values_list("state", flat=True)) == {"void"}
    assert reminding.remind(incident_id=incident.pk, now=late) is None

    # A team that wants none of such an incident is not reminded.
    Postmortem.objects.filter(pk=written.pk).delete()
    team_settings.choose(caller=cast.caller("editor"), team=cast.payments, severity_max=0, channel=None, now=now)
    reminding.schedule(incident_id=incident.pk, now=now)
    assert not Due.objects.filter(kind="postmortems.due").exists()
    with pytest.raises(Forbidden):
        team_settings.choose(caller=cast.caller("responder"), team=cast.payments, severity_max=5, channel=None, now=now)


def test_a_meeting_is_mailed_moved_and_cancelled(
    cast: Cast, postmortem: Postmortem, settings: Any, now: datetime
) -> None:
    writer = cast.caller("responder")
    draft = MeetingDraft(
        starts_at=now + timedelta(days=2), zone="Europe/Berlin", place="Room 4", people=[cast.editor.pk]
    )
    wrong = MeetingDraft(starts_at=now, length_minutes=5, zone="Mars/Base", people=[cast.outsider.pk])
    with pytest.raises(Invalid) as refused:
        meetings.plan(caller=writer, postmortem=postmortem, draft=wrong, now=now)
    assert {detail["field"] for detail in refused.value.details} == {"starts_at", "length_minutes", "zone", "people"}
    first = meetings.plan(caller=writer, postmortem=postmortem, draft=draft, now=now)
    assert meetings.plan(caller=writer, postmortem=postmortem, draft=draft, now=now).sequence == first.sequence == 1
    invitation = Notice.objects.get(kind="meeting")
    assert invitation.user == cast.editor
    with pytest.raises(Conflict):
        meetings.plan(caller=writer, postmortem=postmortem, draft=draft, expected_revision=7, now=now)
    with recording_smtp() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        notices.deliver(notice_id=invitation.pk, now=now)
        meetings.cancel(caller=writer, postmortem=postmortem, now=now)
        off = Notice.objects.get(kind="off")
        notices.deliver(notice_id=off.pk, now=now)
        assert set(Notice.objects.filter(kind__in=("meeting", "off")).values_list("state", flat=True)) == {"sent"}
        mails = [email.message_from_bytes(mail.content, policy=email.policy.default) for mail in server.mails]
    asked, cancelled = [
        Calendar.from_ical(bytes(part.get_payload(decode=True)))
        for mail in mails
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    event: Any = asked.walk("VEVENT")[0]
    gone: Any = cancelled.walk("VEVENT")[0]
    assert (str(asked["METHOD"]), str(cancelled["METHOD"])) == ("REQUEST", "CANCEL")
    assert event["UID"] == gone["UID"]
    assert (event["SEQUENCE"], gone["SEQUENCE"]) == (1, 2)
    assert event["DTSTART"].dt == draft.starts_at.replace(microsecond=0)
    assert cast.editor.email in event["ATTENDEE"]
    assert (off.user, off.sequence) == (cast.editor, 2)
    assert postmortem.versions.filter(what="meeting").count() == 2
