"""Calendars of others that blackouts come from."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from chaos.schedules.models import BlackoutFeed
from chaos.schedules.selectors.blackouts import narrowed, readable
from reliability.access.domain.caller import Caller
from reliability.access.services.vault import decrypt
from reliability.web.errors import NotFound


def list_feeds(*, caller: Caller, text: str = "", team: str = "", service: str = "") -> QuerySet[BlackoutFeed]:
    """Readable ones by title, with team and services at hand, without what they hold."""
    found = narrowed(readable(BlackoutFeed.objects.all(), caller=caller), text=text, team=team, service=service)
    return _without_content(found).order_by("title", "pk")


def feed(*, caller: Caller, feed_id: int) -> BlackoutFeed:
    """One readable feed. Raises NotFound, for those of private teams of others, too."""
    found = _without_content(readable(BlackoutFeed.objects.all(), caller=caller)).filter(pk=feed_id).first()
    if found is None:
        raise NotFound(f"there is no subscribed calendar {feed_id}, or it is not yours to see")
    return found


def url_of(*, feed: BlackoutFeed) -> str:
    """The address, blank for a file. Raises VaultError when its key is gone."""
    return decrypt(feed.sealed) if feed.sealed else ""


def _without_content(rows: QuerySet[Any]) -> QuerySet[BlackoutFeed]:
    return rows.defer("text").select_related("team").prefetch_related("services")
