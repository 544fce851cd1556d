"""Which answers of a page are kept: what is live, and what is history and rarely changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from incidents.status_page.domain.addresses import INDEX, SUBSCRIBE
from incidents.status_page.models import StatusPage

_JSON = (
    "summary",
    "status",
    "components",
    "incidents",
    "incidents/unresolved",
    "scheduled-maintenances",
    "scheduled-maintenances/upcoming",
    "scheduled-maintenances/active",
)
LIVE = (
    INDEX,
    "history",
    SUBSCRIBE,
    "history.atom",
    "history.rss",
    "badge.svg",
    *(f"api/v2/{name}.json" for name in _JSON),
)
# An incident or a maintenance that changed lately is live, too.
_LATELY = timedelta(days=2)
_MONTHS = 4


def live_kinds(*, page: StatusPage, now: datetime) -> list[str]:
    """Renewed each minute."""
    lately = now - _LATELY
    incidents = page.incidents.filter(updated_at__gte=lately).order_by("-updated_at", "-pk")
    works = page.maintenances.filter(updated_at__gte=lately).order_by("-updated_at", "-pk")
    half = max((settings.STATUS_PAGE_COPIES_MAX - len(LIVE)) // 4, 1)
    return [
        *LIVE,
        *(f"incidents/{code}" for code in incidents.values_list("code", flat=True)[:half]),
        *(f"maintenances/{code}" for code in works.values_list("code", flat=True)[:half]),
    ]


def quiet_kinds(*, page: StatusPage, now: datetime, live: list[str]) -> list[str]:
    """Renewed each hour, and when something changes; the newest, as many as there is room for."""
    room = max(settings.STATUS_PAGE_COPIES_MAX - len(live) - _MONTHS, 0)
    incidents = page.incidents.order_by("-started_at", "-pk").values_list("code", flat=True)
    works = page.maintenances.order_by("-starts_at", "-pk").values_list("code", flat=True)
    found = [
        *(f"history/{month}" for month in _months(now)),
        *(f"incidents/{code}" for code in incidents[: room // 2]),
        *(f"maintenances/{code}" for code in works[: room // 2]),
    ]
    return [kind for kind in found if kind not in set(live)]


def _months(now: datetime) -> list[str]:
    first = now.replace(day=1)
    months = []
    for _ in range(_MONTHS):
        months.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return months
