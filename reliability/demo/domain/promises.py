"""What the demo's shop measures and promises: an objective of every kind.

Instants are hours relative to the demo's first start (the anchor).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reliability.demo.domain.traffic import Traffic, Trouble

HISTORY_HOURS = 32 * 24


@dataclass(frozen=True, slots=True)
class DemoIndicator:
    """An SLI of pushed counts. traffic None: nothing has ever been pushed."""

    name: str
    title: str
    service: str
    traffic: Traffic | None


@dataclass(frozen=True, slots=True)
class DemoObjective:
    """asked: what the objective asks for at first; changed: (hours, fields, reason) of a later version."""

    name: str
    title: str
    indicator: str
    asked: dict[str, Any]
    changed: tuple[float, dict[str, Any], str] | None = None
    labels: dict[str, str] = field(default_factory=dict)


INDICATORS = (
    DemoIndicator(
        "checkout-orders",
        "Orders placed without error",
        "checkout",
        Traffic(
            seed=11,
            requests_per_minute=420,
            bad_fraction=0.00035,
            troubles=(Trouble(-150.5, 52, 0.26), Trouble(-31.2, 12, 0.08), Trouble(-0.6, 75, 0.012)),
        ),
    ),
    DemoIndicator(
        "checkout-fast",
        "Orders placed within 400 ms",
        "checkout",
        Traffic(seed=12, requests_per_minute=420, bad_fraction=0.0042, troubles=(Trouble(-150.5, 60, 0.4),)),
    ),
    DemoIndicator(
        "payment-authorisations",
        "Card authorisations answered",
        "payments",
        Traffic(
            seed=13,
            requests_per_minute=180,
            bad_fraction=0.00018,
            daily_swing=0.2,  # little: the objective is breached whatever the hour of the first start
            troubles=(Trouble(-70.3, 47, 0.38), Trouble(-340, 20, 0.05)),
        ),
    ),
    DemoIndicator(
        "search-answers",
        "Searches answered",
        "search",
        Traffic(seed=14, requests_per_minute=900, bad_fraction=0.0016, troubles=(Trouble(-0.75, 120, 0.1),)),
    ),
    DemoIndicator(
        "search-index-fresh",
        "Index refreshes on time",
        "search",
        Traffic(
            seed=15, requests_per_minute=12, bad_fraction=0.002, daily_swing=0.1, troubles=(Trouble(-210, 95, 0.6),)
        ),
    ),
    DemoIndicator(
        "storefront-pages",
        "Pages served without error",
        "storefront",
        Traffic(seed=16, requests_per_minute=2600, bad_fraction=0.0003, troubles=(Trouble(-150.5, 50, 0.09),)),
    ),
    DemoIndicator(
        "storefront-vitals",
        "Page views with good vitals",
        "storefront",
        Traffic(seed=17, requests_per_minute=300, bad_fraction=0.061, troubles=(Trouble(-55, 400, 0.16),)),
    ),
    DemoIndicator(
        "orders-db-reachable",
        "Primary accepts connections",
        "orders-db",
        Traffic(
            seed=18,
            requests_per_minute=1,
            bad_fraction=0.00004,
            is_probe=True,
            troubles=(Trouble(-220, 25, 1.0), Trouble(-96, 6, 1.0)),
        ),
    ),
    DemoIndicator(
        "notifications-sent",
        "Messages handed over within a minute",
        "notifications",
        Traffic(
            seed=19,
            requests_per_minute=45,
            bad_fraction=0.003,
            silences=(Trouble(-80, 640), Trouble(-14, 95)),
            troubles=(Trouble(-40, 30, 0.2),),
        ),
    ),
    DemoIndicator(
        "catalogue-answers",
        "Product pages answered",
        "catalogue",
        Traffic(seed=20, requests_per_minute=1500, bad_fraction=0.00042),
    ),
    DemoIndicator("image-cdn-answers", "Pictures served", "image-cdn", None),
)

_ROLLING = {"rolling": "28d"}

OBJECTIVES = (
    DemoObjective(
        "checkout-availability",
        "Customers can place orders",
        "checkout-orders",
        {"objective": "0.9995", "window": _ROLLING},
        changed=(-10 * 24, {"objective": "0.999"}, "99.95 % cost more than customers noticed: agreed with product."),
        labels={"journey": "buy"},
    ),
    DemoObjective(
        "checkout-latency",
        "Placing an order is quick",
        "checkout-fast",
        {"objective": "0.99", "window": _ROLLING},
        labels={"journey": "buy"},
    ),
    DemoObjective(
        "payments-availability",
        "Card payments are answered",
        "payment-authorisations",
        {"objective": "0.9995", "window": _ROLLING},
        labels={"journey": "buy"},
    ),
    DemoObjective(
        "payments-monthly",
        "Card payments, as promised to the acquirer",
        "payment-authorisations",
        {
            "objective": "0.998",
            "window": {
                "calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}
            },
        },
        labels={"contract": "acquirer"},
    ),
    DemoObjective(
        "search-availability", "Searches are answered", "search-answers", {"objective": "0.995", "window": _ROLLING}
    ),
    DemoObjective(
        "search-freshness",
        "The index is fresh",
        "search-index-fresh",
        {
            "objective": "0.99",
            "window": _ROLLING,
            "budgeting_method": "Timeslices",
            "slice_minutes": 5,
            "slice_target": "0.95",
        },
    ),
    DemoObjective(
        "storefront-availability",
        "Pages are served",
        "storefront-pages",
        {"objective": "0.999", "window": {"rolling": "30d"}},
        labels={"journey": "browse"},
    ),
    DemoObjective(
        "storefront-vitals-quarter",
        "Pages feel quick",
        "storefront-vitals",
        {
            "objective": "0.92",
            "window": {
                "calendar": {
                    "count": 1,
                    "unit": "quarter",
                    "start": "2026-01-01T00:00:00",
                    "time_zone": "Europe/Berlin",
                }
            },
            "budgeting_method": "RatioTimeslices",
            "slice_minutes": 60,
        },
    ),
    DemoObjective(
        "orders-db-uptime",
        "The orders database is up",
        "orders-db-reachable",
        {
            "objective": "0.999",
            "window": _ROLLING,
            "budgeting_method": "Timeslices",
            "slice_minutes": 1,
            "slice_target": "0.99",
        },
    ),
    DemoObjective(
        "notifications-delivery",
        "Customers hear from us within a minute",
        "notifications-sent",
        {"objective": "0.99", "window": {"rolling": "7d"}},
    ),
    DemoObjective(
        "catalogue-availability",
        "Product pages answer",
        "catalogue-answers",
        {"objective": "0.999", "window": _ROLLING},
        labels={"journey": "browse"},
    ),
    DemoObjective(
        "image-cdn-availability", "Pictures are served", "image-cdn-answers", {"objective": "0.99", "window": _ROLLING}
    ),
)

# (objective, start in hours, minutes, reason)
MAINTENANCE = (
    ("orders-db-uptime", -220.0, 30, "Planned upgrade of the primary to PostgreSQL 15.9, announced a week ahead."),
)

# (objective, hours, fraction of the budget, reason)
RETURNED = (
    (
        "payments-availability",
        -339.0,
        -0.06,
        "A load test of ours ran against production and was counted as customers.",
    ),
)
