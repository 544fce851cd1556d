"""Composites of the demo: a journey along several objectives, and the chain under an order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoPart:
    objective: str
    slice_target: str | None = None


@dataclass(frozen=True, slots=True)
class DemoComposite:
    name: str
    title: str
    team: str
    service: str
    kind: str
    objective: str
    parts: tuple[DemoPart, ...]
    description: str
    opens_tickets: bool


COMPOSITES = (
    DemoComposite(
        "checkout-journey",
        "Checkout journey",
        "storefront",
        "storefront",
        "all_of",
        "0.99",
        (
            DemoPart("storefront-availability", "0.99"),
            DemoPart("search-availability", "0.98"),
            DemoPart("catalogue-availability", "0.99"),
            DemoPart("checkout-availability", "0.99"),
            DemoPart("payments-availability", "0.99"),
        ),
        "From the first page to the paid order: a customer who meets one of them failing does not buy.",
        opens_tickets=False,
    ),
    DemoComposite(
        "order-chain",
        "What an order needs",
        "payments",
        "checkout",
        "chain",
        "0.995",
        (
            DemoPart("checkout-availability"),
            DemoPart("payments-availability"),
            DemoPart("orders-db-uptime"),
            DemoPart("catalogue-availability"),
        ),
        "No order without every one of these: what gets through them all.",
        opens_tickets=True,
    ),
)
