"""Reminding people of trials: one row for each place, sent as due work."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from chaos.backlog.domain.trials import next_reminder_after, reminder_at
from chaos.backlog.models import Trial, TrialNotice
from chaos.backlog.services.due_kinds import NOTICE
from chaos.runs.services.notices import GIVE_UP_AFTER
from reliability.access.models import User
from reliability.channels.domain.message import Event, Message
from reliability.channels.models import Channel
from reliability.channels.services import notices


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
        key = f"{trial.pk}:{trial.due_at:%Y-%m-%dT%H:%M}:{standing.stage}"
        columns = {"trial": trial, "for_due_at": trial.due_at}
        for place in _places(trial):
            notices.make_for_place(telling=_TELLING, key=key, place=place, columns=columns, now=now)
    return next_reminder_after(due_at=trial.due_at, remind_days=trial.remind_days, now=now)


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


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


def _void_because(*, notice: TrialNotice, now: datetime) -> str:
    trial = notice.trial
    is_true = trial.due_at == notice.for_due_at and trial.is_enabled and not trial.experiment.is_archived
    return "" if is_true else "the trial was done, moved, switched off or archived meanwhile"


_TELLING = notices.Telling(
    model=TrialNotice,
    due_kind=NOTICE,
    joined=("trial__experiment__service", "trial__team", "channel", "user"),
    void_because=_void_because,
    send=notices.to_its_place(message_of),
    patience=GIVE_UP_AFTER,
    waits_for_morning=True,
)
