"""Reminding the owner of a follow-up on the morning it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from chaos.gamedays.domain.states import FollowUpState
from chaos.gamedays.models import FollowUp, FollowUpNotice
from chaos.gamedays.services.due_kinds import FOLLOW_UP_NOTICE
from reliability.access.models import Membership
from reliability.channels.domain.message import Event, Message
from reliability.channels.services import notices


@transaction.atomic
def remind(*, follow_up_id: int, now: datetime) -> None:
    """Make the notice that it is due, once for its owner and date; whoever has left the team is not told."""
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=follow_up_id)
    found: FollowUp | None = rows.first()
    if found is None or found.owner is None or found.due_on is None or not _is_wanted(found):
        return
    key = f"{found.pk}:{found.due_on}"
    columns = {"follow_up": found, "for_due_on": found.due_on}
    notices.make_for_place(telling=_TELLING, key=key, place=found.owner, columns=columns, now=now)


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def message_of(*, notice: FollowUpNotice, now: datetime) -> Message:
    """Needs notice.follow_up with team and game_day at hand."""
    follow_up = notice.follow_up
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
        idempotency_key=notice.idempotency_key,
        title=f"Due: {follow_up.title}",
        text="\n".join(line for line in lines if line),
        severity="info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}{reverse('follow-up-edit', args=(follow_up.pk,))}",
        at=now,
        team=follow_up.team.name,
    )


def _is_wanted(found: FollowUp) -> bool:
    if found.state != FollowUpState.OPEN:
        return False
    return Membership.objects.filter(team_id=found.team_id, user=found.owner_id, user__is_active=True).exists()


def _void_because(*, notice: FollowUpNotice, now: datetime) -> str:
    found = notice.follow_up
    is_same = (found.owner_id, found.due_on) == (notice.user_id, notice.for_due_on)
    return "" if is_same and _is_wanted(found) else "it was closed, moved or given to another meanwhile"


_TELLING = notices.Telling(
    model=FollowUpNotice,
    due_kind=FOLLOW_UP_NOTICE,
    joined=("follow_up__team", "follow_up__game_day", "user"),
    void_because=_void_because,
    send=notices.to_its_place(message_of),
    patience=timedelta(days=1),
    waits_for_morning=True,
)
