"""The demo's blackouts: loaded once, and never in the way of the service that faults may be put in front of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chaos.schedules.models import Blackout, BlackoutFeed
from chaos.schedules.services.feed_content import take_in
from reliability.access.models import User
from reliability.demo.services.freezes import load_freezes
from tests.cast import ServiceFactory, TeamFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_they_are_loaded_once_and_hold_for_the_checkout_alone() -> None:
    User.objects.create(email="demo@example.org", name="Demo", is_administrator=True)
    service = ServiceFactory(team=TeamFactory(slug="payments"), name="checkout")
    for _ in range(2):
        load_freezes(email="demo@example.org", now=NOW)
    blackout, feed = Blackout.objects.get(), BlackoutFeed.objects.get()
    assert [list(one.services.all()) for one in (blackout, feed)] == [[service], [service]]
    assert blackout.start_at.isoformat() == "2026-10-23T16:00:00+00:00"
    take_in(feed_id=feed.pk, now=NOW)
    assert list(feed.entries.values_list("title", flat=True)) == [
        "Black Friday week",
        "Green weekend",
        "Last orders before the holidays",
    ]
    Blackout.objects.all().delete()
    load_freezes(email="demo@example.org", now=NOW)
    assert not Blackout.objects.exists()
