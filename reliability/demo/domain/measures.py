"""What the demo's shop costs and does in a quarter: rows of `POST /api/v1/measures`, on the same day the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

DAYS = 91
_SEED = 47
_DAY = timedelta(days=1)
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class DemoSpending:
    """A day's cost in EUR, of which `share` follows the transactions; how many those are, and how they grow a week."""

    service: str
    cost: float
    share: float
    transactions: int
    growth: float


SPENDING = (
    DemoSpending("checkout", 184, 0.5, 46_000, 1.012),
    DemoSpending("payments", 142, 0.35, 21_000, 1.01),
    DemoSpending("catalogue", 96, 0.4, 310_000, 1.006),
    DemoSpending("storefront", 131, 0.6, 520_000, 1.008),
    DemoSpending("search", 228, 0.3, 88_000, 0.998),
)
# A bill of whole weeks, shared out over their days.
WEEKLY = ("orders-db", "1288.00")
RATIO = {
    "name": "cost-per-page-view",
    "title": "Cost per page view",
    "numerator": "cost",
    "denominator": "page_views",
    "unit": "per page view",
}
RATIO_TEAM = "storefront"


def rows_until(now: datetime) -> Iterator[dict[str, Any]]:
    """Of days that are over."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - DAYS * _DAY
    for one in SPENDING:
        chance = random.Random(f"{_SEED}:{one.service}")  # noqa: S311  a story, no secret
        for number in range(DAYS):
            yield from _day(one, first + number * _DAY, number, chance)
    name, cost = WEEKLY
    for week in range(DAYS // 7):
        start = first + 7 * week * _DAY
        yield _row(name, "cost", start, cost, days=7, unit="EUR")


def _day(one: DemoSpending, start: datetime, number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    busy = 0.78 if start.weekday() >= _WEEKEND else 1.0
    busy *= one.growth ** (number / 7) * chance.uniform(0.94, 1.06)
    transactions = round(one.transactions * busy)
    cost = one.cost * (1 - one.share + one.share * busy) * chance.uniform(0.985, 1.015)
    yield _row(one.service, "transactions", start, transactions)
    yield _row(one.service, "cost", start, f"{cost:.2f}", unit="EUR")
    if one.service == RATIO_TEAM:
        yield _row(one.service, "page_views", start, round(transactions * 3.4 * chance.uniform(0.97, 1.03)))


def _row(
    service: str, measure: str, start: datetime, value: object, *, days: int = 1, unit: str = ""
) -> dict[str, Any]:
    end = start + days * _DAY
    row = {"service": service, "measure": measure, "start": f"{start:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}"}
    return {**row, "value": value, "unit": unit}
