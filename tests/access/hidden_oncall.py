"""Schedules of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from incidents.oncall.models import CalendarFeed, Override, Swap
from tests.cast import BEGINNING, Cast, ScheduleFactory

MARK = "hidden-treasure"


def hidden_oncall(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of on call."""
    schedule = ScheduleFactory(team=cast.payments, slug=f"{MARK}-rota", title=f"{MARK} rota")
    shift = {"schedule": schedule, "start_at": BEGINNING, "end_at": BEGINNING + timedelta(hours=1)}
    written = {**shift, "created_at": BEGINNING}
    override = Override.objects.create(user=cast.editor, author_name="Editor", reason=MARK, **written)
    swap = Swap.objects.create(offered_by=cast.editor, note=MARK, **written)
    feed = CalendarFeed.objects.create(
        user=cast.editor, schedule=schedule, hint="abcd", secret_hash="0" * 64, created_at=BEGINNING
    )
    return {
        "oncall/": {"slug": schedule.slug, "schedule": schedule.slug},
        "oncall/calendars/": {"pk": feed.pk},
        "oncall/<slug:slug>/overrides/": {"slug": schedule.slug, "pk": override.pk},
        "oncall/<slug:slug>/swaps/": {"slug": schedule.slug, "pk": swap.pk, "action": "accept"},
        "schedules/": {"slug": schedule.slug, "override_id": override.pk, "swap_id": swap.pk},
    }
