"""Objectives as rows of a list: what the template shows, looked up once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from slo.models import Slo, SloStatus
from slo.views.wording import target_of

STALE_AFTER = timedelta(minutes=5)  # evaluation runs each minute: five missed ones are worth a word


@dataclass(frozen=True, slots=True)
class Row:
    """`status` is None before the first evaluation. `target` is the objective in words: "99.9 % over 28 days".

    An objective that was never measured is not stale: it has no data yet.
    """

    slo: Slo
    service: Service | None  # as far as the caller may see it
    status: SloStatus | None
    target: str
    burn_1h: float | None
    burn_6h: float | None
    is_stale: bool


def rows_of(slos: Iterable[Slo], *, caller: Caller, now: datetime) -> list[Row]:
    """One row per objective; asks the database nothing that list_slos did not join."""
    return [_row(slo, visible(caller=caller, related=slo.service), getattr(slo, "status", None), now) for slo in slos]


def _row(slo: Slo, service: Service | None, status: SloStatus | None, now: datetime) -> Row:
    if status is None:
        return Row(slo, service, None, "", None, None, is_stale=False)
    rates = status.burn_rates
    is_stale = status.measured_until is not None and now - status.measured_until > STALE_AFTER
    return Row(slo, service, status, target_of(status.version), rates.get("1h"), rates.get("6h"), is_stale=is_stale)
