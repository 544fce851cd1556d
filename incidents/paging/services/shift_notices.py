"""Who goes on call hears of it, before and when it begins; offers of swaps and their answers likewise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from incidents.oncall.models import Swap
from incidents.paging.domain.content import Content
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Notification
from incidents.paging.selectors.rules import Preferences, preferences_of
from incidents.paging.services.notifications import Draft, Place, send
from reliability.access.models import User
from reliability.channels.domain.message import Event
from reliability.kit.instants import parse_instant
from reliability.kit.wall_clock import wall_clock


def tell_of_shift(*, payload: Mapping[str, Any], has_begun: bool, now: datetime) -> Notification | None:
    """By the person's first way for what is not urgent, so after quiet hours. None when it is too late to matter."""
    start = parse_instant(payload["start"])
    end = parse_instant(payload["end"]) if payload["end"] else None
    person = _person(payload["user_id"])
    if person is None or (end is not None and end <= now) or (not has_begun and start <= now):
        return None
    lasts = f" and lasts until {_local(end, person)}" if end is not None else ""
    if has_begun:
        title, text = f"You are on call: {payload['title']}", f"Your shift began {_local(start, person)}{lasts}."
    else:
        title = f"Your shift in {payload['title']} comes"
        text = f"It begins {_local(start, person)}{lasts or ' and has no end so far'}."
    content = Content(
        title=title,
        text=text,
        severity="info",
        url=_address(payload["schedule"]),
    )
    kind = "began" if has_begun else "coming"
    key = f"shift:{kind}:{payload['schedule_id']}:{person.user.pk}:{int(start.timestamp())}"
    return _tell(person, key=key, content=content, team_id=payload["team_id"], why="your shift", now=now)


def tell_of_swap(*, fact_id: int, payload: Mapping[str, Any], now: datetime) -> Notification | None:
    """An offer goes to whom it was made, an answer to who offered."""
    swap = (
        Swap.objects.select_related("schedule", "offered_by", "accepted_by", "offered_to")
        .filter(pk=payload["swap_id"])
        .first()
    )
    if swap is None:
        return None
    state = Swap.State(payload["state"])
    user_id = swap.offered_to_id if state in (Swap.State.OFFERED, Swap.State.WITHDRAWN) else swap.offered_by_id
    person = _person(user_id) if user_id is not None else None
    if person is None:
        return None
    shift = f"{_local(swap.start_at, person)} to {_local(swap.end_at, person)}"
    other = swap.accepted_by or swap.offered_to
    words = {
        Swap.State.OFFERED: f"{swap.offered_by} offers you a shift",
        Swap.State.WITHDRAWN: f"{swap.offered_by} takes an offer of a shift back",
        Swap.State.ACCEPTED: f"{other or 'Somebody'} takes your shift",
        Swap.State.DECLINED: f"{other or 'Nobody'} does not take your shift",
        Swap.State.EXPIRED: "Nobody took your shift",
    }
    content = Content(
        title=f"{words[state]}: {swap.schedule.title}",
        text=f"{shift}\n{swap.note}".strip(),
        severity="info",
        url=_address(swap.schedule.slug),
    )
    key = f"swap:{swap.pk}:{state.value}:{fact_id}"
    return _tell(person, key=key, content=content, team_id=swap.schedule.team_id, why="your shifts", now=now)


def _person(user_id: int) -> Preferences | None:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return None if user is None else preferences_of(users=[user])[user.pk]


def _tell(person: Preferences, *, key: str, content: Content, team_id: int, why: str, now: datetime) -> Notification:
    method, first = person.places(urgency=Urgency.NORMAL, reached_at=now)[0]
    place = Place(contact_method=method, user=person.user)
    draft = Draft(
        key=f"{key}/{place.key}",
        purpose=Notification.Purpose.SHIFT,
        event=Event.SHIFT,
        place=place,
        urgency=Urgency.NORMAL,
        why=why,
        due_at=first.due_at,
        team_id=team_id,
        content=content.to_json(),
    )
    return send(draft=draft, now=now)


def _address(slug: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('oncall-schedule', args=(slug,))}"


def _local(instant: datetime, person: Preferences) -> str:
    local = instant.astimezone(wall_clock(person.zone_name).zone)
    return f"{local:%a %-d %b %H:%M} {local.tzname()}"
