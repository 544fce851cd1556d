"""What a service can promise, on its page: the chain of those it cannot do without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.web.words import percent_text
from slo.selectors.service_chains import ChainLink, ServiceChain, service_chain


@dataclass(frozen=True, slots=True)
class ChainRow:
    """promised and delivered as shares; words for what it is in the chain."""

    link: ChainLink
    promised: float | None
    delivered: float | None
    role: str
    is_weakest: bool


def chain_of_service(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """The bound that the objectives of its dependencies set, what they delivered, and who promises nothing."""
    chain = service_chain(caller=request.caller, service=service, now=now)
    return {
        "chain": chain,
        "sentence": _sentence(chain),
        "verdict": _verdict(chain),
        "rows": _rows(chain),
        "silent_names": ", ".join(link.service.title for link in chain.silent),
    }


def _sentence(chain: ServiceChain) -> str:
    promised, delivered = chain.promised.availability, chain.delivered.availability
    if promised is None:
        return ""
    words = f"With these dependencies at their objectives you can promise at most {percent(promised)}"
    if delivered is None:
        return f"{words}; none of them was measured in the last 28 days."
    unmeasured = len(chain.unmeasured)
    but = f" ({unmeasured} of {len(chain.links)} not measured)" if unmeasured else ""
    return f"{words}; in the last 28 days they delivered {percent(delivered)}{but}."


def _verdict(chain: ServiceChain) -> str:
    """How that compares with what the service itself promises."""
    promised, own = chain.promised.availability, chain.own
    if promised is None or own.terms is None or own.promised is None:
        return ""
    ours = f"“{own.terms.slo}” promises {percent(own.promised)}"
    if own.promised > promised:
        return f"{ours}: more than the chain allows, unless it can do without some of them for some requests."
    return f"{ours}: the chain leaves {percent(1 - own.promised - (1 - promised))} for failures of its own."


def _rows(chain: ServiceChain) -> list[ChainRow]:
    weakest = chain.weakest
    found = [_row(link, "needed", is_weakest=link is weakest and len(chain.links) > 1) for link in chain.links]
    found += [_row(link, "no objective", is_weakest=False) for link in chain.silent]
    return found + [_row(link, "can do without", is_weakest=False) for link in chain.soft]


def _row(link: ChainLink, role: str, *, is_weakest: bool) -> ChainRow:
    return ChainRow(link, _float(link.promised), _float(link.delivered), role, is_weakest)


def _float(share: Fraction | None) -> float | None:
    return None if share is None else float(share)


def percent(share: Fraction) -> str:
    return percent_text(Decimal(share.numerator) / Decimal(share.denominator) * 100)
