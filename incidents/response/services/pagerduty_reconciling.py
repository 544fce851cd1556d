"""Asking PagerDuty how its incidents are, in case a webhook was lost: for channels with a token of its REST API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pagerduty
import structlog
from django.conf import settings
from django.db.models import Max, Q

from incidents.paging.models import Notification
from incidents.paging.services.delivery_messages import subject_key
from incidents.response.domain.phases import OPEN
from incidents.response.models import Incident
from incidents.response.services import pagerduty_events
from reliability.access.services.vault import VaultError
from reliability.channels.domain.message import Event
from reliability.channels.kinds.pagerduty.client import RestClient
from reliability.channels.kinds.pagerduty.form import REST_URL
from reliability.channels.kinds.pagerduty.payload import dedup_key
from reliability.channels.models import Channel
from reliability.channels.selectors.places import secrets_of
from reliability.channels.services.bounded import StillRunning, TooManyHanging, within
from reliability.kit.instants import InstantError, parse_instant
from reliability.web.outbound import OutboundError, OutboundRefused

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=3)
ASKING_SECONDS_MAX = 9.5
# Of one run, well below its lease: what is left is asked about in the next.
RUN_SECONDS_MAX = 120.0
_CALLING = (Event.TRIGGER.value, Event.REOPEN.value)
_CHANGES = {"acknowledged": "acknowledged", "resolved": "resolved"}


@dataclass(frozen=True, slots=True)
class Theirs:
    """PagerDuty's newest incident with our key: its status, since when, and by whom."""

    status: str
    at: datetime
    who: str
    is_person: bool


def reconcile(*, now: datetime) -> int:
    """How many incidents of ours were brought in step. One channel that does not answer costs the others nothing."""
    deadline = time.monotonic() + RUN_SECONDS_MAX
    changed = 0
    for channel in _channels():
        try:
            changed += _reconcile_channel(channel, deadline=deadline, now=now)
        except Exception:  # a fault in what one account answers must not stop the others
            log.exception("pagerduty_reconcile_failed", channel=channel.name)
    return changed


def _channels() -> Iterator[Channel]:
    """In any order, so that slow ones do not always come before the same others."""
    yield from Channel.objects.filter(kind="pagerduty", is_enabled=True).select_related("team").order_by("?")


def _reconcile_channel(channel: Channel, *, deadline: float, now: datetime) -> int:
    if time.monotonic() > deadline:
        return 0
    try:
        token = secrets_of(channel).get("rest_token", "")
    except VaultError as error:
        log.warning("pagerduty_not_asked", channel=channel.name, reason=str(error))
        return 0
    open_here = list(_told(channel)) if token else []
    if not open_here:
        return 0
    url = str(channel.config.get("rest_url") or REST_URL)
    changed = 0
    for incident, told_at in open_here:
        if time.monotonic() > deadline:
            break
        try:
            theirs = ask(token=token, url=url, key=dedup_key(_key_of(incident)))
        except (OutboundError, OutboundRefused, StillRunning, TooManyHanging, pagerduty.Error) as error:
            log.warning("pagerduty_not_asked", channel=channel.name, reason=_words(error))
            return changed  # the next questions would end the same
        if theirs is not None and theirs.at > told_at:  # else it is from before we told it last
            changed += _apply(channel, incident, theirs, now=now)
    return changed


def _told(channel: Channel) -> Iterator[tuple[Incident, datetime]]:
    """Open incidents whose trigger the channel has, and when it got the last one. The newest first, bounded.

    What is still to be told would be news to PagerDuty: its state is not asked for before.
    """
    calls = Notification.objects.filter(channel=channel, event__in=_CALLING)
    waiting = calls.filter(state=Notification.State.WAITING).values("escalation_id")
    told = dict(
        calls.filter(state=Notification.State.SENT)
        .exclude(escalation_id__in=waiting)
        .filter(Q(escalation__incident__status__in=[status.value for status in OPEN]))
        .values("escalation__incident")
        .annotate(at=Max("sent_at"))
        .order_by("-at")
        .values_list("escalation__incident", "at")[: settings.PAGERDUTY_ASKED_MAX]
    )
    for incident in Incident.objects.filter(pk__in=told, team_id=channel.team_id).order_by("-pk"):
        yield incident, told[incident.pk]


def ask(*, token: str, url: str, key: str) -> Theirs | None:
    """The newest incident with the key, None when PagerDuty has none. Raises as the client and `within` do."""

    def question() -> list[dict[str, Any]]:
        with RestClient(token, url) as client:
            return client.incidents_with_key(key)

    found = within(ASKING_SECONDS_MAX, question)
    return _theirs(found[0]) if found else None


def _theirs(incident: dict[str, Any]) -> Theirs | None:
    who = incident.get("last_status_change_by")
    who = who if isinstance(who, dict) else {}
    try:
        at = parse_instant(str(incident.get("last_status_change_at") or ""))
    except InstantError:
        return None
    return Theirs(
        status=str(incident.get("status") or ""),
        at=at,
        who=str(who.get("summary") or "PagerDuty")[:120],
        is_person=str(who.get("type") or "").startswith("user"),
    )


def _apply(channel: Channel, incident: Incident, theirs: Theirs, *, now: datetime) -> int:
    change = _CHANGES.get(theirs.status)
    if change is None:
        return 0
    outcome = pagerduty_events.hear(
        channel=channel, key=_key_of(incident), change=change, who=theirs.who, is_person=theirs.is_person, now=now
    )
    log.info("pagerduty_reconciled", channel=channel.name, incident=incident.pk, change=change, outcome=outcome)
    return int(outcome == "done")


def _key_of(incident: Incident) -> str:
    return subject_key(subject=f"incident:{incident.pk}")


def _words(error: Exception) -> str:
    """Without the address and the end of the token, which the client's own words hold."""
    response = getattr(error, "response", None)
    return f"{type(error).__name__}, status {response.status_code}" if response is not None else type(error).__name__
