"""Who must know when something breaks at the demo's shop, and what recurs there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoStakeholder:
    """address: of a user here, they are told in their own way."""

    name: str
    role: str
    audience: str
    address: str
    zone: str
    hours: str
    severity_max: int
    at_once: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoDuty:
    """days: when it is due, from the demo's first start. done: days before it, when it was done last, with the note."""

    team: str
    service: str
    kind: str
    title: str
    instructions: str
    every: str
    every_count: int
    days: float
    responsible: str
    cron: str = ""
    done: tuple[float, str, int] | None = None


@dataclass(frozen=True, slots=True)
class DemoToil:
    """days: before the demo's first start."""

    days: int
    team: str
    service: str
    who: str
    hours: str
    category: str
    what: str


TEAM = "payments"
GROUPS = {
    "Management": "Wants to know what it costs, and when it is over.",
    "Customer-facing": "Answers customers: needs words to say, early.",
}
STAKEHOLDERS = (
    DemoStakeholder(
        "Olga Petrova", "managing director", "executive", "olga.petrova@shop.example.com", "Europe/Berlin",
        "mon-fri 08:00-18:00", 2, 1, ("Management",),
    ),
    DemoStakeholder(
        "Ines Weber", "head of support", "support", "ines.weber@shop.example.com", "Europe/Berlin",
        "mon-fri 07:00-20:00\nsat 09:00-14:00", 3, 2, ("Customer-facing", "Management"),
    ),
    DemoStakeholder(
        "Grace Kim", "storefront", "engineering", "grace.kim@example.org", "Europe/Berlin", "", 4, 2,
        ("Customer-facing",),
    ),
)  # fmt: skip
IMPACT = "Some payments by card were declined; paying by invoice worked throughout."

DUTIES = (
    DemoDuty(
        "payments", "card-gateway", "key_rotation", "Rotate the keys of the card gateway",
        "1. Make the new key in the vault.\n2. Roll it out to `card-gateway`, one zone after the other.\n"
        "3. **Revoke the old one** once the acquirer shows no request with it.",
        "days", 90, 24, "chiara.rossi@example.org",
        done=(66, "Both zones, old key revoked after two hours.", 50),
    ),
    DemoDuty(
        "payments", "payments", "access_review", "Review who may see card data",
        "Compare the list of the payment console with who works here. Take away what nobody needs.",
        "months", 3, -4, "ben.ortiz@example.org",
        done=(96, "Two accounts of leavers taken away.", 35),
    ),
    DemoDuty(
        "platform", "orders-db", "dr_promotion", "Promote the standby of the orders database",
        "Announce it a day before. Promote, let it serve for an hour, and go back.",
        "cron", 1, 0, "on_call", cron="0 9 1 */3 *",
    ),
    DemoDuty(
        "storefront", "storefront", "certificate", "Renew the certificate of the shop",
        "It renews by itself: see that it did, and that the chain is whole.",
        "days", 60, 9, "hugo.silva@example.org",
        done=(51, "Renewed by itself.", 5),
    ),
)  # fmt: skip

TOIL = (
    DemoToil(
        1, "payments", "payments", "ben.ortiz@example.org", "1.5", "data_fixes", "Corrected orders that were paid twice"
    ),
    DemoToil(
        3,
        "payments",
        "card-gateway",
        "chiara.rossi@example.org",
        "2",
        "alerts",
        "Looked at alerts of the gateway that resolve alone",
    ),
    DemoToil(
        6,
        "payments",
        "checkout",
        "ben.ortiz@example.org",
        "3",
        "releases",
        "Released the checkout by hand, one zone after the other",
    ),
    DemoToil(
        9, "payments", "payments", "chiara.rossi@example.org", "4.5", "tickets", "Refunds that support cannot make"
    ),
    DemoToil(13, "payments", "checkout", "ben.ortiz@example.org", "3", "releases", "Released the checkout by hand"),
    DemoToil(
        16,
        "payments",
        "payments",
        "ben.ortiz@example.org",
        "6",
        "data_fixes",
        "Corrected orders after the acquirer's outage",
    ),
    DemoToil(
        20, "payments", "checkout", "chiara.rossi@example.org", "2.5", "releases", "Released the checkout by hand"
    ),
    DemoToil(
        24, "payments", "payments", "chiara.rossi@example.org", "4", "tickets", "Refunds that support cannot make"
    ),
    DemoToil(
        2, "platform", "orders-db", "eva.lindqvist@example.org", "1", "access", "Gave analysts access to the replica"
    ),
    DemoToil(8, "platform", "orders-db", "farid.haddad@example.org", "2", "interrupts", "Freed disk by hand"),
    DemoToil(15, "platform", "orders-db", "eva.lindqvist@example.org", "2", "interrupts", "Freed disk by hand"),
    DemoToil(
        5,
        "storefront",
        "search",
        "hugo.silva@example.org",
        "1.5",
        "releases",
        "Rebuilt the index of the search by hand",
    ),
)
