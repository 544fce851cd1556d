"""What a person is told of an action."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from incidents.actions.domain.states import Proof
from incidents.actions.models import Action, ActionNotice
from reliability.channels.domain.message import Event, Message


def message_of(*, notice: ActionNotice, due_at: datetime | None, now: datetime) -> Message:
    """Needs the action's team, owner, service, experiment and checker at hand."""
    action = notice.action
    is_late = notice.stage.startswith(("week", "team", "reopened", "unproven"))
    lines = [
        _why(notice, due_at),
        action.state_reason if notice.stage == "reopened" else "",
        f"Owner: {action.owner_name}" if notice.channel or notice.user_id != action.owner_id else "",
        f"Tracker: {action.tracker_url}" if action.tracker_url else "",
        _proof(action),
    ]
    return Message(
        event=Event.NOTICE,
        subject_key=f"incidents:action:{action.pk}",
        idempotency_key=notice.idempotency_key,
        title=f"{_headline(notice)}: {action.title}",
        text="\n".join(line for line in lines if line),
        severity="warning" if is_late else "info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}{reverse('action-detail', args=(action.pk,))}",
        at=now,
        team=action.team.name,
        service=action.service.title if action.service is not None else "",
    )


def _headline(notice: ActionNotice) -> str:
    stage, due_on = notice.stage, notice.for_due_on
    if stage == "before":
        return f"Due on {due_on}"
    if stage == "due":
        return "Due today"
    if stage == "reopened":
        return "Open again"
    if stage.startswith("check"):
        return "Please check"
    if stage.startswith(("proof", "unproven")):
        return "Done, but not proven yet"
    return f"Overdue since {due_on}"


def _why(notice: ActionNotice, due_at: datetime | None) -> str:
    action, stage = notice.action, notice.stage
    if stage.startswith("check"):
        what = f": {action.check_text}" if action.check_text else ""
        return f"{action.done_by_name or 'Somebody'} says that it is done. You were named to check it{what}."
    if stage.startswith(("proof", "unproven")):
        return f"It was marked done on {action.done_at:%Y-%m-%d}, and nothing has proven it since."
    if stage == "reopened":
        return "It was done, and its proof says that it does not hold."
    if stage.startswith("team"):
        return f"It was due on {notice.for_due_on}, and its owner was reminded."
    return f"It is due on {notice.for_due_on}." if due_at else ""


def _proof(action: Action) -> str:
    if action.proof == Proof.EXPERIMENT and action.experiment is not None:
        return f"What proves it: a run of “{action.experiment.title}” that begins after it is done, and holds."
    if action.proof == Proof.CHECK and action.checker is not None:
        return f"What proves it: {action.checker} checks it."
    if action.proof == Proof.SLO:
        return f"What proves it: its objective stays met for {action.slo_days} days after it is done."
    return "Nobody has said yet how it is proven."
