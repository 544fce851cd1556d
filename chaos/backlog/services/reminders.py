"""Reminding people of trials: one row for each place, sent as due work; the try is written down before it is made."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction

from chaos.backlog.domain.trials import Reminder, next_reminder_after, reminder_at
from chaos.backlog.models import Trial, TrialNotice
from chaos.backlog.services.due_kinds import NOTICE
from chaos.runs.services.notices import GIVE_UP_AFTER
from reliability.access.models import User
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel
from reliability.channels.selectors.contacts import methods_of, sign_in_mail
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due

_PLACE_MAX = 200
State = TrialNotice.State


@transaction.atomic
def remind(*, trial_id: int, now: datetime) -> datetime | None:
    """Make the notices of the reminder that stands now, each once. Returns when the next one will; None for none.

    While its experiment is archived nobody is told, but the row stays due: nothing tells when it is taken out again.
    """
    rows = Trial.objects.select_for_update(of=("self",)).filter(pk=trial_id, is_enabled=True)
    trial = rows.select_related("experiment").first()
    if trial is None:
        return None
    standing = reminder_at(due_at=trial.due_at, remind_days=trial.remind_days, now=now)
    if standing is not None and not trial.experiment.is_archived:
        for place in _places(trial):
            _make(trial=trial, place=place, reminder=standing, now=now)
    return next_reminder_after(due_at=trial.due_at, remind_days=trial.remind_days, now=now)


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    notice = _begin(notice_id=notice_id, now=now)
    if notice is None:
        return None
    outcome = _send(notice=notice, now=now)
    return _end(notice_id=notice_id, outcome=outcome, now=now)


def message_of(*, notice: TrialNotice, now: datetime) -> Message:
    """Which trial, when it is or was due, what is asked of it, how it went last."""
    trial, experiment = notice.trial, notice.trial.experiment
    when = f"{notice.for_due_at:%Y-%m-%d}"
    is_overdue = now >= notice.for_due_at
    title = f"Recovery trial {'overdue since' if is_overdue else 'due on'} {when}: {experiment.title}"
    last = f"It last held on {trial.succeeded_at:%Y-%m-%d}." if trial.succeeded_at else "It has never held so far."
    asked = [
        f"{name} at most {seconds} s"
        for name, seconds in (("RTO", experiment.rto_objective_seconds), ("RPO", experiment.rpo_objective_seconds))
        if seconds is not None
    ]
    lines = [
        f"Every {trial.every_count} {trial.every_unit}s. {last}",
        f"Asked of it: {', '.join(asked)}." if asked else "",
        f"What it may break: {experiment.blast_radius}" if experiment.blast_radius else "",
    ]
    return Message(
        event=Event.NOTICE,
        subject_key=f"chaos:trial:{trial.pk}",
        idempotency_key=notice.idempotency_key,
        title=title,
        text="\n".join(line for line in lines if line),
        severity="warning" if is_overdue else "info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}/chaos/trials/{trial.pk}/",
        at=now,
        team=trial.team.name,
        service=experiment.service.title if experiment.service is not None else "",
    )


def _places(trial: Trial) -> list[Channel | User]:
    return [
        *trial.channels.filter(is_enabled=True).order_by("name", "pk"),
        # Who has left the team is not told of its trials.
        *trial.people.filter(is_active=True, memberships__team=trial.team_id).order_by("email", "pk"),
    ]


def _make(*, trial: Trial, place: Channel | User, reminder: Reminder, now: datetime) -> None:
    is_channel = isinstance(place, Channel)
    kind = "channel" if is_channel else "person"
    key = f"{trial.pk}:{trial.due_at:%Y-%m-%dT%H:%M}:{reminder.stage}:{kind}:{place.pk}"
    notice, is_new = TrialNotice.objects.get_or_create(
        key=key,
        defaults={
            "trial": trial,
            "idempotency_key": uuid.uuid4().hex,
            "for_due_at": trial.due_at,
            "channel": place if isinstance(place, Channel) else None,
            "user": place if isinstance(place, User) else None,
            "place": (place.title if isinstance(place, Channel) else str(place))[:_PLACE_MAX],
            "created_at": now,
        },
    )
    if is_new:
        due.schedule_first(kind=NOTICE, key=notice.pk, due_at=now)


@transaction.atomic
def _begin(*, notice_id: int, now: datetime) -> TrialNotice | None:
    rows = TrialNotice.objects.select_for_update(of=("self",)).filter(pk=notice_id)
    joined = rows.select_related("trial__experiment__service", "trial__team", "channel", "user")
    notice: TrialNotice | None = joined.first()
    if notice is None or notice.state != State.WAITING:
        return None
    trial = notice.trial
    if trial.due_at != notice.for_due_at or not trial.is_enabled or trial.experiment.is_archived:
        notice.state, notice.state_reason = State.VOID, "the trial was done, moved, switched off or archived meanwhile"
        notice.save(update_fields=("state", "state_reason"))
        return None
    notice.attempts += 1
    notice.first_attempt_at = notice.first_attempt_at or now
    notice.save(update_fields=("attempts", "first_attempt_at"))
    return notice


def _send(*, notice: TrialNotice, now: datetime) -> Outcome:
    message = message_of(notice=notice, now=now)
    if notice.channel is not None:
        return send_to_channel(channel=notice.channel, message=message, now=now)
    if notice.user is None or not notice.user.is_active:
        return Outcome(Result.REFUSED, f"{notice.place} is not there any more")
    methods = methods_of(user_id=notice.user.pk)
    contact = methods[0] if methods else sign_in_mail(user=notice.user)
    return send_to_contact(contact_method=contact, message=message, now=now)


@transaction.atomic
def _end(*, notice_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    notice = TrialNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.state != State.WAITING:
        return None
    notice.state_reason = outcome.reason
    again: datetime | None = None
    if outcome.is_delivered:
        notice.state, notice.sent_at = State.SENT, now
    elif outcome.result is Result.REFUSED or now - (notice.first_attempt_at or now) >= GIVE_UP_AFTER:
        notice.state = State.FAILED
    else:
        again = now + (outcome.retry_after or pause_after(attempts=notice.attempts))
    notice.save(update_fields=("state", "state_reason", "sent_at"))
    return again
