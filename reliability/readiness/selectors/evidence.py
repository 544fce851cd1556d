"""What people gave as evidence, and what they let services off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from reliability.catalog.models import Service
from reliability.readiness.domain.standing import Given, Waived
from reliability.readiness.models import Evidence, Waiver
from reliability.web.errors import NotFound

Key = tuple[int, str]


def given_of(*, services: Iterable[Service]) -> dict[Key, Given]:
    """The newest evidence of each service and item that was not taken back, expired or not. One query."""
    rows = Evidence.objects.filter(service__in=[one.pk for one in services], withdrawn_at=None)
    newest: dict[Key, Given] = {}
    for row in rows.order_by("service_id", "item", "created_at", "pk"):
        newest[row.service_id, row.item] = given(row)
    return newest


def waived_of(*, services: Iterable[Service], now: datetime) -> dict[Key, Waived]:
    """What holds at *now*: of several of one item the one that lasts longest. One query."""
    rows = Waiver.objects.filter(service__in=[one.pk for one in services], ended_at=None, until_at__gt=now)
    return {(row.service_id, row.item): waived(row) for row in rows.order_by("service_id", "item", "until_at", "pk")}


def history_of(*, service: Service, item: str = "") -> QuerySet[Evidence]:
    """The newest first, what was taken back, too. Ask the catalogue for the service: it checks the caller."""
    found = Evidence.objects.filter(service=service)
    return (found.filter(item=item) if item else found).order_by("-created_at", "-pk")


def waivers_of(*, service: Service, item: str = "") -> QuerySet[Waiver]:
    """The newest first, those that are over, too."""
    found = Waiver.objects.filter(service=service)
    return (found.filter(item=item) if item else found).order_by("-created_at", "-pk")


def evidence(*, service: Service, pk: int) -> Evidence:
    """One piece of this service. Raises NotFound."""
    found = history_of(service=service).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound(f"{service.name} has no evidence {pk}")
    return found


def waiver(*, service: Service, pk: int) -> Waiver:
    """One of this service. Raises NotFound."""
    found = waivers_of(service=service).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound(f"{service.name} has no waiver {pk}")
    return found


def given(row: Evidence) -> Given:
    return Given(
        id=row.pk,
        text=row.text,
        url=row.url,
        happened_on=row.happened_on,
        author=row.author_name,
        reviewer=row.reviewer_name,
        reviewed_at=row.reviewed_at,
        expires_at=row.expires_at,
    )


def waived(row: Waiver) -> Waived:
    return Waived(id=row.pk, reason=row.reason, until_at=row.until_at, author=row.author_name)
