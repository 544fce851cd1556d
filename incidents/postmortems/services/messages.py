"""What a person is told of a postmortem, and when it is not true any more."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from incidents.postmortems.domain.states import ReviewAnswer, State
from incidents.postmortems.models import Meeting, Notice
from incidents.response.domain.phases import Status
from reliability.channels.domain.invitations import clock_words, invitation
from reliability.channels.domain.message import Attachment, Event, Message
from reliability.kit.meetings import Meeting as CalendarMeeting

REVIEW, ANSWER, MEETING, OFF, DUE = "review", "answer", "meeting", "off", "due"
_OVER = (Status.RESOLVED.value, Status.CLOSED.value)


def void_because(*, notice: Notice, now: datetime) -> str:
    """Why it must not be sent any more; blank: it may. Needs its postmortem, incident and review at hand."""
    if notice.kind == REVIEW:
        is_open = notice.review is not None and notice.review.answer == ReviewAnswer.WAITING
        in_review = notice.postmortem is not None and notice.postmortem.state == State.IN_REVIEW
        return "" if is_open and in_review else "nobody asks for this review any more"
    if notice.kind == MEETING:
        meeting = getattr(notice.postmortem, "meeting", None)
        is_true = meeting is not None and meeting.cancelled_at is None and meeting.sequence == notice.sequence
        return "" if is_true else "the meeting was moved or cancelled"
    if notice.kind == DUE and notice.incident is not None:
        written = getattr(notice.incident, "postmortem", None)
        if notice.incident.status not in _OVER:
            return "the incident is open again"
        if written is not None and written.state == State.PUBLISHED:
            return "it was published"
        if written is not None and written.due_at != notice.for_due_at:
            return "it is due at another time"
    return ""


def message_of(*, notice: Notice, now: datetime) -> Message:
    """Needs what `void_because` needs, and teams."""
    title, lines, url = _words(notice, now)
    postmortem, incident = notice.postmortem, notice.incident
    team = postmortem.team if postmortem is not None else incident.team if incident is not None else None
    is_late = notice.kind == DUE and notice.for_due_at is not None and now > notice.for_due_at
    return Message(
        event=Event.NOTICE,
        subject_key=f"incidents:postmortem:{postmortem.pk if postmortem else f'incident-{notice.incident_id}'}",
        idempotency_key=notice.idempotency_key,
        title=title,
        text="\n".join(line for line in lines if line),
        severity="warning" if is_late else "info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}{url}",
        at=now,
        team=team.name if team is not None else "",
        attachments=_attachments(notice),
    )


def _words(notice: Notice, now: datetime) -> tuple[str, list[str], str]:
    if notice.kind == DUE:
        return _due_words(notice, now)
    postmortem = notice.postmortem
    if postmortem is None:
        raise ValueError(f"the notice {notice.pk} is of no postmortem")
    url = reverse("postmortem-detail", args=(postmortem.pk,))
    if notice.kind == REVIEW:
        by = notice.review.asked_by_name if notice.review is not None else "Somebody"
        return (
            f"Please review: {postmortem.title}",
            [f"{by} asks you to read this postmortem before it is published."],
            url,
        )
    if notice.kind == ANSWER and notice.review is not None:
        words = "would publish it" if notice.review.answer == ReviewAnswer.APPROVED else "asks for changes"
        return f"Reviewed: {postmortem.title}", [f"{notice.review.reviewer_name} {words}.", notice.review.comment], url
    meeting: Meeting = postmortem.meeting
    when = clock_words(at=meeting.starts_at, zone_name=notice.user.time_zone if notice.user else meeting.zone)
    is_off = notice.kind == OFF
    lines = [
        "This meeting does not take place, or not with you."
        if is_off
        else "We speak about what happened, without blame.",
        f"When: {when}, {meeting.length_minutes} minutes",
        f"Where: {meeting.place}" if meeting.place else "",
        meeting.agenda if not is_off else "",
    ]
    return f"{'Off, p' if is_off else 'P'}ostmortem meeting {when}: {postmortem.title}", lines, url


def _due_words(notice: Notice, now: datetime) -> tuple[str, list[str], str]:
    incident, due_at = notice.incident, notice.for_due_at
    if incident is None or due_at is None:
        raise ValueError(f"the notice {notice.pk} says of nothing that it is due")
    written = getattr(incident, "postmortem", None)
    what = written.title if written is not None else incident.title
    begun = f"It is {State(written.state).words}." if written is not None else "Nobody has begun it."
    head = "Postmortem overdue" if now > due_at else "Postmortem due"
    lines = [
        f"The postmortem of incident #{incident.pk} is due {due_at:%Y-%m-%d %H:%M} UTC, 48 hours after it was over.",
        begun,
    ]
    name, key = ("postmortem-detail", written.pk) if written is not None else ("postmortem-draft", incident.pk)
    return f"{head}: {what}", lines, reverse(name, args=(key,))


def _attachments(notice: Notice) -> tuple[Attachment, ...]:
    if notice.kind not in (MEETING, OFF) or notice.postmortem is None or notice.user is None:
        return ()
    postmortem = notice.postmortem
    meeting: Meeting = postmortem.meeting
    event = CalendarMeeting(
        uid=meeting.uid,
        sequence=notice.sequence,
        title=f"Postmortem: {postmortem.title}",
        description=meeting.agenda or f"Postmortem meeting of {postmortem.team.name}",
        start=meeting.starts_at,
        end=meeting.ends_at,
        place=meeting.place,
        url=f"{settings.PUBLIC_URL}{reverse('postmortem-detail', args=(postmortem.pk,))}",
        organizer=settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip("> "),
        organizer_name=postmortem.team.name,
        changed_at=notice.created_at,
        category="Postmortem",
        attendee=notice.user.email,
        attendee_name=notice.user.name,
    )
    return (invitation(meeting=event, is_off=notice.kind == OFF),)
