"""What people of the demo's shop said of suspects. Hours of when it began, as in `emergencies`."""

from __future__ import annotations

from dataclasses import dataclass

_BEN, _CHIARA = "ben.ortiz@example.org", "chiara.rossi@example.org"


@dataclass(frozen=True, slots=True)
class DemoVerdict:
    """Of the first suspect whose service this is, of the incident or the objective's burn near *hours*. incident: its
    title; blank: a burn of *objective*. after: hours later."""

    hours: float
    who: str
    state: str
    reason: str
    service: str
    incident: str = ""
    objective: str = ""
    after: float = 2.0


VERDICTS = (
    DemoVerdict(
        -150.5, _BEN, "confirmed", "Errors began with it and ended with the way back.", "checkout",
        objective="checkout-availability",
    ),
    DemoVerdict(
        -150.5, _BEN, "confirmed", "The only thing that was deployed.", "checkout",
        incident="Checkout fails for a quarter of customers",
    ),
    DemoVerdict(
        -150.5, _BEN, "rejected", "It changed texts of a mail; the broken release explains all of it.", "payments",
        objective="checkout-availability",
    ),
    DemoVerdict(
        -70.3, _CHIARA, "rejected", "It was the certificate of zone A, which expired by itself.", "payments",
        incident="A third of card authorisations fail", after=20.0,
    ),
)  # fmt: skip
