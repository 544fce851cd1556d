"""How often somebody may ask to subscribe: counted in the database, so that all web processes count together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from incidents.status_page.domain.subscribing import hash_of
from incidents.status_page.models import AskedFrom
from reliability.web.errors import TooMany

HOUR = timedelta(hours=1)


def take_of_network(*, network: str, now: datetime) -> None:
    """Raises TooMany: it asked often within this hour."""
    if _count(who=hash_of(f"network:{network}"), now=now) > settings.STATUS_ASKED_PER_NETWORK_MAX:
        raise TooMany("too many subscriptions were asked for from your network: come again in an hour")


def may_address(*, address: str, now: datetime) -> bool:
    """Whether this address may be written to again. Nobody is told: it would say that it is known."""
    return _count(who=hash_of(f"address:{address}"), now=now) <= int(settings.STATUS_ASKED_PER_ADDRESS_MAX)


def forget(*, now: datetime) -> None:
    AskedFrom.objects.filter(hour__lt=now - 2 * HOUR).delete()


@transaction.atomic
def _count(*, who: str, now: datetime) -> int:
    hour = now.replace(minute=0, second=0, microsecond=0)
    row, _ = AskedFrom.objects.get_or_create(who=who, hour=hour)
    AskedFrom.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.refresh_from_db(fields=("count",))
    return int(row.count)
