"""Blackouts and calendars of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chaos.schedules.models import CalendarAddress, FeedEntry
from tests.cast import BEGINNING, BlackoutFactory, BlackoutFeedFactory, Cast, ServiceFactory

MARK = "hidden-treasure"


def hidden_blackouts(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of blackouts, calendars of others, and secret addresses."""
    blackout = BlackoutFactory(team=cast.payments, title=f"{MARK} freeze", note=MARK, repeats="daily")
    blackout.services.add(ServiceFactory(team=cast.payments, name=f"{MARK}-frozen"))
    feed = BlackoutFeedFactory(team=cast.payments, title=f"{MARK} calendar", host=f"{MARK}.example.org", error=MARK)
    FeedEntry.objects.create(
        feed=feed, key=MARK, title=MARK, start_at=BEGINNING, end_at=BEGINNING + timedelta(days=3_650)
    )
    address = CalendarAddress.objects.create(
        user=cast.editor, team=cast.payments, hint="hidd", secret_hash=MARK, created_at=BEGINNING
    )
    return {
        "chaos/blackouts/": {"pk": blackout.pk, "blackout_id": blackout.pk, "feed_id": feed.pk},
        "chaos/blackouts/calendars/": {"pk": feed.pk},
        "chaos/calendar/": {"pk": address.pk},
    }
