"""Asking those who were told and have not responded: by a button, or by itself some hours later."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from incidents.stakeholders.domain.bounds import REMINDERS_MAX
from incidents.stakeholders.domain.standing import OPEN, DeliveryState
from incidents.stakeholders.models import Recipient, StakeholderMessage
from incidents.stakeholders.services.changing import trail
from incidents.stakeholders.services.queueing import queue
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require

PAUSE = timedelta(minutes=10)  # between two messages to the same one


def remind(*, caller: Caller, message: StakeholderMessage, now: datetime) -> int:
    """Remind whoever was told and has not read it; returns how many. Not those who were told minutes ago, nor those
    who were reminded as often as anybody is. Raises NotFound, Forbidden (responders)."""
    require(caller=caller, team_id=message.team_id, role=Role.RESPONDER)
    waiting = Recipient.objects.filter(message=message, read_at=None, reminders__lt=REMINDERS_MAX)
    reminded = sum(_remind(recipient_id=pk, now=now) for pk in waiting.order_by("pk").values_list("pk", flat=True))
    if reminded:
        with transaction.atomic():
            trail(
                caller=caller,
                action="stakeholder_message.remind",
                name=f"#{message.pk} {message.title}",
                team_id=message.team_id,
                now=now,
                changes={"reminded": [None, reminded]},
            )
    return reminded


def remind_by_itself(*, recipient_id: int, now: datetime) -> None:
    """The hours have passed: ask again, unless they have read it, or were told something newer."""
    _remind(recipient_id=recipient_id, now=now)


@transaction.atomic
def _remind(*, recipient_id: int, now: datetime) -> bool:
    rows = Recipient.objects.select_for_update(of=("self",)).filter(pk=recipient_id)
    recipient = rows.select_related("message", "stakeholder__user", "stakeholder__channel").first()
    if recipient is None or recipient.stakeholder is None or not _may_be_reminded(recipient, now):
        return False
    recipient.reminders += 1
    recipient.save(update_fields=("reminders",))
    made = queue(
        recipient=recipient,
        stakeholder=recipient.stakeholder,
        message=recipient.message,
        now=now,
        turn=recipient.reminders,
    )
    return made is not None


def _may_be_reminded(recipient: Recipient, now: datetime) -> bool:
    if recipient.read_at is not None or recipient.reminders >= REMINDERS_MAX:
        return False
    deliveries = list(recipient.deliveries.order_by("round", "pk"))
    if any(one.state in OPEN for one in deliveries):
        return False
    sent = [one.sent_at for one in deliveries if one.state == DeliveryState.SENT and one.sent_at is not None]
    return bool(sent) and now - max(sent) >= PAUSE
