"""Which answers of a page are kept: what is live, and what is history and rarely changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from incidents.status_page.models import StatusPage

# An incident or a maintenance that changed lately is live, too.
_LATELY = timedelta(days=2)
_MONTHS = 4


def live_kinds(*, page: StatusPage, every: Sequence[str], now: datetime) -> list[str]:
    """Renewed each minute. every: the kinds that each page has."""
    lately = now - _LATELY
    incidents = page.incidents.filter(updated_at__gte=lately).order_by("-updated_at", "-pk")
    works = page.maintenances.filter(updated_at__gte=lately).order_by("-updated_at", "-pk")
    share = max((settings.STATUS_PAGE_COPIES_MAX - len(every)) // 4, 1)
    return [
        *every,
        *(f"incidents/{code}" for code in incidents.values_list("code", flat=True)[:share]),
        *(f"maintenances/{code}" for code in works.values_list("code", flat=True)[:share]),
    ]


def quiet_kinds(*, page: StatusPage, now: datetime, live: list[str]) -> list[str]:
    """Renewed each hour, and when something changes; the newest, as many as there is room for."""
    room = max(settings.STATUS_PAGE_COPIES_MAX - len(live) - _MONTHS, 0)
    components = page.components.filter(removed_at=None).order_by("position", "pk").values_list("code", flat=True)
    incidents = page.incidents.order_by("-started_at", "-pk").values_list("code", flat=True)
    works = page.maintenances.order_by("-starts_at", "-pk").values_list("code", flat=True)
    found = [
        *(f"history/{month}" for month in _months(now)),
        *(f"components/{code}" for code in components[: room // 3]),
        *(f"incidents/{code}" for code in incidents[: room // 3]),
        *(f"maintenances/{code}" for code in works[: room // 3]),
    ]
    return [kind for kind in found if kind not in set(live)]


def _months(now: datetime) -> list[str]:
    first = now.replace(day=1)
    months = []
    for _ in range(_MONTHS):
        months.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return months
