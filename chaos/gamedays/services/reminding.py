"""Reminding the owner of a follow-up on the morning it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from chaos.gamedays.domain.states import FollowUpState
from chaos.gamedays.models import FollowUp
from reliability.access.models import Membership
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.quiet import quiet_until
from reliability.channels.selectors.contacts import methods_of, sign_in_mail
from reliability.channels.services.sending import send_to_contact
from reliability.outbox.domain.backoff import pause_after

_TRIES_MAX = 12
_LATEST = timedelta(hours=12)


def remind(*, follow_up_id: int, now: datetime) -> datetime | None:
    """Tell the owner that it is due, once. Returns when to try again; None when there is nothing left to do."""
    found = _begin(follow_up_id=follow_up_id, now=now)
    if found is None or found.owner is None:
        return None
    later = min(quiet_until(user_id=found.owner_id, at=now), now + _LATEST)
    if later > now and found.reminder_attempts == 1:
        return later
    methods = methods_of(user_id=found.owner.pk)
    way = methods[0] if methods else sign_in_mail(user=found.owner)
    outcome = send_to_contact(contact_method=way, message=message_of(follow_up=found, now=now), now=now)
    return _end(follow_up_id=follow_up_id, outcome=outcome, now=now)


def message_of(*, follow_up: FollowUp, now: datetime) -> Message:
    """Needs team and game_day at hand."""
    lines = [
        f"Due on {follow_up.due_on}: {follow_up.title}",
        follow_up.text,
        f"It follows from the game day “{follow_up.game_day.title}”.",
        f"Tracker: {follow_up.tracker_url}" if follow_up.tracker_url else "",
        "A run of its experiment that holds closes it by itself." if follow_up.experiment_id else "",
    ]
    return Message(
        event=Event.NOTICE,
        subject_key=f"chaos:follow_up:{follow_up.pk}",
        idempotency_key=f"follow-up-{follow_up.pk}-{follow_up.due_on}-{follow_up.owner_id}",
        title=f"Due: {follow_up.title}",
        text="\n".join(line for line in lines if line),
        severity="info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}{reverse('follow-up-edit', args=(follow_up.pk,))}",
        at=now,
        team=follow_up.team.name,
    )


@transaction.atomic
def _begin(*, follow_up_id: int, now: datetime) -> FollowUp | None:
    """The attempt is written down before it is made. None when there is nobody to tell any more."""
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("team", "game_day", "owner")
    found: FollowUp | None = rows.filter(pk=follow_up_id).first()
    if found is None or found.state != FollowUpState.OPEN or found.reminded_at is not None:
        return None
    if found.owner is None or not found.owner.is_active:
        return None
    if not Membership.objects.filter(team_id=found.team_id, user=found.owner).exists():
        return None
    found.reminder_attempts += 1
    found.save(update_fields=("reminder_attempts",))
    return found


@transaction.atomic
def _end(*, follow_up_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    found = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up_id)
    if outcome.is_delivered:
        found.reminded_at = now
        found.save(update_fields=("reminded_at",))
        return None
    if outcome.result is Result.REFUSED or found.reminder_attempts >= _TRIES_MAX:
        return None
    return now + (outcome.retry_after or pause_after(attempts=found.reminder_attempts))
