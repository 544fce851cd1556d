"""Reading who was told what: of one escalation, to one channel, to one person."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from incidents.paging.models import Escalation, EscalationEvent, Notification, NotificationAttempt
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period


def escalation_of(*, caller: Caller, subject: str) -> Escalation | None:
    """The escalation about *subject* as far as the caller may see it."""
    found: Escalation | None = Escalation.objects.readable_by(caller).filter(subject=subject).first()
    return found


def of_escalation(*, escalation: Escalation) -> QuerySet[Notification]:
    """Everything that was or will be told about it, in order, with every try at hand. Look the escalation up first:
    who may see it may see these."""
    return with_tries(Notification.objects.filter(escalation=escalation)).order_by("created_at", "pk")


def events_of(*, escalation: Escalation) -> QuerySet[EscalationEvent]:
    """What the engine did and why, in order."""
    return EscalationEvent.objects.filter(escalation=escalation).order_by("at", "pk")


def to_channel(*, caller: Caller, channel_id: int) -> QuerySet[Notification]:
    """The delivery log of a channel, newest first, as far as the caller may see its team."""
    allowed = _readable(Notification.objects.filter(channel_id=channel_id), caller)
    return with_tries(allowed).order_by("-created_at", "-pk")


def to_person(*, user_id: int, period: Period) -> QuerySet[Notification]:
    """What one person was told in *period*, newest first. For that person alone."""
    told = Notification.objects.filter(user_id=user_id, created_at__gte=period.start, created_at__lt=period.end)
    return with_tries(told).order_by("-created_at", "-pk")


def with_tries(notifications: QuerySet[Notification]) -> QuerySet[Notification]:
    """With escalation and tries at hand: two queries for any number."""
    tries = NotificationAttempt.objects.order_by("number", "pk")
    return notifications.select_related("escalation", "user", "channel", "team").prefetch_related(
        Prefetch("tries", queryset=tries)
    )


def waiting(*, escalation: Escalation, now: datetime) -> QuerySet[Notification]:
    """Those still to come in this epoch: who is told next, and when."""
    return (
        Notification.objects.filter(
            escalation=escalation, epoch=escalation.epoch, state=Notification.State.WAITING, due_at__gt=now
        )
        .select_related("user", "channel")
        .order_by("due_at", "pk")
    )


def failed_since(*, since: datetime) -> int:
    """How many pages could not be told to a place, made after *since*."""
    failed = (Notification.State.REFUSED, Notification.State.GIVEN_UP)
    return Notification.objects.filter(
        state__in=failed, created_at__gt=since, purpose=Notification.Purpose.PAGE
    ).count()


def _readable(notifications: QuerySet[Notification], caller: Caller) -> QuerySet[Notification]:
    if caller.is_administrator:
        return notifications
    return notifications.filter(Q(team_id__in=caller.team_ids() | caller.open_team_ids))
