"""What the demo's shop tells its customers: a status page, an incident that is over, maintenance to come.

Hours are relative to the demo's first start, as in `promises`; minutes are after the incident began.
"""

from __future__ import annotations

from dataclasses import dataclass

TEAM = "payments"
SLUG, TITLE, ZONE = "shop", "Demo shop", "Europe/Berlin"
DESCRIPTION = "What works in our shop, measured by what customers get. Need us? Write to help@shop.example."


@dataclass(frozen=True, slots=True)
class DemoComponent:
    """group: blank for none. slos: names; without any its state is set by hand."""

    name: str
    description: str
    group: str
    service: str = ""
    slos: tuple[str, ...] = ()


GROUPS = (("Shopping", "Finding things"), ("Buying", "From the basket to your door"))
COMPONENTS = (
    DemoComponent("Shop pages", "Start page, products, basket", "Shopping", "storefront", ("storefront-availability",)),
    DemoComponent("Search", "By words and filters", "Shopping", "search", ("search-availability",)),
    DemoComponent("Checkout", "Placing an order", "Buying", "checkout", ("checkout-availability",)),
    DemoComponent("Card payments", "Cards and refunds", "Buying", "payments", ("payments-availability",)),
    DemoComponent("Order mails", "Confirmations and invoices", "Buying", "notifications", ("notifications-delivery",)),
    DemoComponent("Customer service", "Telephone and chat", ""),
)


@dataclass(frozen=True, slots=True)
class DemoUpdate:
    """said: component and its state in the words of the API."""

    minute: float
    who: str
    status: str
    body: str
    said: tuple[tuple[str, str], ...] = ()


WRITER = "grace.kim@example.org"
INCIDENT_HOURS, INCIDENT_TITLE, INCIDENT_IMPACT = -150.5, "Orders fail for some customers", "major"
OURS = "Checkout fails for a quarter of customers"  # of emergencies: never told to the public
UPDATES = (
    DemoUpdate(
        14,
        WRITER,
        "investigating",
        "About one in four orders fails with an error at the last step. Your basket is kept and you are **not** "
        "charged when this happens. We look for the cause and tell more within half an hour.",
        (("Checkout", "partial_outage"), ("Shop pages", "degraded_performance")),
    ),
    DemoUpdate(
        33,
        WRITER,
        "identified",
        "A change of this afternoon makes some orders wait too long. We are taking it back.",
    ),
    DemoUpdate(
        55,
        WRITER,
        "monitoring",
        "The change is taken back and orders go through again. We keep watching. If an order of yours failed, please "
        "place it again: nothing was charged.",
        (("Checkout", "operational"), ("Shop pages", "operational")),
    ),
    DemoUpdate(
        118,
        WRITER,
        "resolved",
        "Orders have gone through normally for an hour. We are sorry for the trouble, and will write here what we "
        "learn.",
    ),
)
MAINTENANCE_DAYS, MAINTENANCE_HOUR, MAINTENANCE_MINUTES = 4, 2, 90
MAINTENANCE_TITLE = "A new search index"
MAINTENANCE_BODY = (
    "We move search to a new index. For up to a quarter of an hour search may find less than it should. "
    "Everything else works as usual, and baskets are kept."
)
MAINTENANCE_COMPONENTS = ("Search",)


@dataclass(frozen=True, slots=True)
class DemoSubscriber:
    """days: since they asked. components: none for all of them."""

    address: str
    days: int
    components: tuple[str, ...] = ()
    is_confirmed: bool = True


# Of names that no mail server answers for (RFC 2606): nobody is written to by accident.
SUBSCRIBERS = (
    DemoSubscriber("maria.novak@bakery.example", 61),
    DemoSubscriber("orders@bookshop.example", 23, ("Checkout", "Card payments")),
    DemoSubscriber("t.osei@press.example", 0, is_confirmed=False),
)

# name, kind, status, title, body
TEMPLATES = (
    (
        "First word on an outage",
        "incident",
        "investigating",
        "{component} does not work as it should",
        "Since {time} some of you cannot use {component}. We look for the cause and tell more within half an hour.",
    ),
    (
        "It is mended, we watch",
        "incident",
        "monitoring",
        "",
        "{component} works again since {time}. We keep watching before we call it over.",
    ),
    (
        "Short maintenance at night",
        "maintenance",
        "scheduled",
        "",
        "From {start} to {end} we work on {component}. You may notice short interruptions.",
    ),
)
