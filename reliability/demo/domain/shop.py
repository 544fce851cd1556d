"""The demo's shop: three teams and twelve services."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoTeam:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoService:
    name: str
    title: str
    team: str
    tier: int
    layer: str
    description: str
    needs: tuple[str, ...] = ()
    runbook_url: str = ""


TEAMS = (
    DemoTeam("storefront", "Storefront"),
    DemoTeam("payments", "Payments"),
    DemoTeam("platform", "Platform"),
)

SERVICES = (
    DemoService("eu-central", "EU Central", "platform", 1, "region", "The region everything runs in."),
    DemoService("eu-central-a", "EU Central, zone A", "platform", 1, "zone", "First of two zones.", ("eu-central",)),
    DemoService(
        "kubernetes-prod",
        "Kubernetes, production",
        "platform",
        1,
        "cluster",
        "Where the processes run.",
        ("eu-central-a",),
    ),
    DemoService(
        "orders-db",
        "Orders database",
        "platform",
        1,
        "cluster",
        "PostgreSQL, a primary and two replicas.",
        ("eu-central-a",),
        "https://runbooks.example.com/orders-db",
    ),
    DemoService("image-cdn", "Image CDN", "storefront", 3, "component", "Product pictures at the edge."),
    DemoService("catalogue", "Catalogue", "storefront", 2, "process", "Products and prices.", ("kubernetes-prod",)),
    DemoService(
        "search",
        "Search",
        "storefront",
        2,
        "process",
        "Finds products by words and filters.",
        ("kubernetes-prod", "catalogue"),
    ),
    DemoService("card-gateway", "Card gateway", "payments", 1, "component", "The acquirer's API: not ours."),
    DemoService(
        "payments",
        "Payments",
        "payments",
        1,
        "process",
        "Authorises, captures and refunds.",
        ("kubernetes-prod", "card-gateway", "orders-db"),
        "https://runbooks.example.com/payments",
    ),
    DemoService(
        "checkout",
        "Checkout",
        "payments",
        1,
        "process",
        "From basket to paid order.",
        ("kubernetes-prod", "payments", "orders-db", "catalogue"),
        "https://runbooks.example.com/checkout",
    ),
    DemoService(
        "notifications",
        "Notifications",
        "payments",
        3,
        "process",
        "Order mails and messages.",
        ("kubernetes-prod",),
        "https://runbooks.example.com/notifications",
    ),
    DemoService(
        "storefront",
        "Storefront",
        "storefront",
        1,
        "process",
        "The pages customers see.",
        ("kubernetes-prod", "catalogue", "search", "checkout", "image-cdn"),
        "https://runbooks.example.com/storefront",
    ),
)
