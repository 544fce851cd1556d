"""The demo's blackouts: the checkout's release freeze of each weekend, and the days on which the shop sells most.

The service behind the demo's own proxy is left out of them: faults may be put in front of it on any day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from chaos.schedules.services import blackouts, feeds
from chaos.schedules.services.blackouts import BlackoutDraft
from chaos.schedules.services.feeds import FeedDraft
from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.kit.ical import IcalEvent, to_ical

ZONE = ZoneInfo("Europe/Berlin")
FROZEN = "checkout"
SALES = ((11, 27, 4, "Black Friday week"), (12, 11, 2, "Green weekend"), (12, 24, 3, "Last orders before the holidays"))


@transaction.atomic
def load_freezes(*, email: str, now: datetime) -> None:
    """Once: what people make of them afterwards stays."""
    if AuditEntry.objects.filter(action="blackout.create").exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    service = Service.objects.get(name=FROZEN)
    _weekend(caller, service, now)
    _sales(caller, service, now)


def _weekend(caller: Caller, service: Service, now: datetime) -> None:
    today = now.astimezone(ZONE).date()
    friday = today - timedelta(days=(today.weekday() - 4) % 7 + 28)
    start = datetime(friday.year, friday.month, friday.day, 18, tzinfo=ZONE)
    draft = BlackoutDraft(
        team_id=service.team_id,
        title="Weekend release freeze",
        start=start.astimezone(UTC),
        end=(start + timedelta(days=2, hours=12)).astimezone(UTC),  # on the clock: Monday, 06:00
        time_zone=ZONE.key,
        repeats="weekly",
        note="Nobody changes the checkout while half of the week's orders come in.",
        service_ids=[service.pk],
    )
    blackouts.create(caller=caller, draft=draft, now=now)


def _sales(caller: Caller, service: Service, now: datetime) -> None:
    content = to_ical(
        name="Sales days", product="Demo", events=[_sale(now, *sale) for sale in SALES], host="shop.example.com"
    )
    draft = FeedDraft(
        team_id=service.team_id,
        title="Sales days of the shop",
        content=content,
        time_zone=ZONE.key,
        takes_free=True,
        service_ids=[service.pk],
    )
    feeds.create(caller=caller, draft=draft, now=now)


def _sale(now: datetime, month: int, day: int, days: int, title: str) -> IcalEvent:
    """In this year, or in the next when it is over."""
    start = datetime(now.year, month, day, tzinfo=UTC)
    if start + timedelta(days=days) < now:
        start = start.replace(year=now.year + 1)
    end = start + timedelta(days=days)
    return IcalEvent(
        uid=f"sale-{month}-{day}",
        start=start,
        end=end,
        days=(start.date(), end.date()),
        summary=title,
        changed_at=now,
    )
