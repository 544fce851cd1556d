"""Signed requests that come in for a channel: whose they are, whether they came before, what is kept of refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from reliability.access.services.vault import VaultError
from reliability.channels.models import Channel, SeenDelivery
from reliability.channels.selectors.places import secrets_of
from reliability.web.metrics import INBOUND_REQUESTS

log = structlog.get_logger(__name__)

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Doorway:
    """A channel that requests may come in for, with its secrets."""

    channel: Channel
    secrets: dict[str, str] = field(repr=False)

    def lines(self, name: str) -> list[str]:
        return [line for line in self.secrets.get(name, "").splitlines() if line]


def doorway(*, name: str, kind: str) -> Doorway | None:
    """The channel of that name and kind, None when there is none that could be believed."""
    channel = Channel.objects.select_related("team").filter(name=name, kind=kind, is_enabled=True).first()
    if channel is None:
        return None
    try:
        return Doorway(channel, secrets_of(channel))
    except VaultError as error:
        log.warning("inbound_secret_unreadable", channel=channel.name, reason=str(error))
        return None


def is_too_many(*, channel: Channel, now: datetime) -> bool:
    """Whether the channel took as many requests in the last minute as it may."""
    recent = SeenDelivery.objects.filter(channel=channel, seen_at__gt=now - _MINUTE)
    return recent.count() >= int(settings.INBOUND_PER_MINUTE_MAX)


def is_first(*, channel: Channel, key: str, window: timedelta, now: datetime) -> bool:
    """Remember a request, in the transaction of what it does: if that fails, it may come again.

    False when it was here before. What is older than *window* would not be believed anyway, and is forgotten.
    """
    SeenDelivery.objects.filter(channel=channel, seen_at__lt=now - 2 * window).delete()
    try:
        with transaction.atomic():
            SeenDelivery.objects.create(channel=channel, key=key[:128], seen_at=now)
    except IntegrityError:
        return False
    return True


def note(*, protocol: str, outcome: str, channel: str, words: str = "", is_refusal: bool = False) -> None:
    """Count it and log it: one line per request, louder for what was not believed. Nothing in it is secret."""
    INBOUND_REQUESTS.labels(protocol, outcome).inc()
    say = log.warning if is_refusal else log.info
    say("inbound_request", protocol=protocol, outcome=outcome, channel=channel[:63], words=words)
