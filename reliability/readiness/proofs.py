"""Items that the system proves by itself: rooms above this one add theirs at start-up, in their `readiness.py`.

    register_proof(Proof(slug="slo-exists", title="It has an objective", day=Day.DAY_0, why="…", check=slo_exists))

`check(services=…, now=…)` answers for all of them at once, in a number of queries that does not grow with theirs, by
the id of the service. It asks for nobody in particular: an answer that names objects of another team says so in
`team_ids`, and is shown in other words to those who may not read them. A service that it leaves out is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from django.db import Error as DatabaseError

from reliability.catalog.models import Service
from reliability.readiness.domain.answers import Answer, unknown
from reliability.readiness.domain.days import Day

log = structlog.get_logger(__name__)

ALL_TIERS = (1, 2, 3, 4)


class Check(Protocol):
    def __call__(self, *, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """why: what goes wrong without it. source: where that is taught. tiers: those it is required for by default.

    order: among the items of its day.
    """

    slug: str
    title: str
    day: Day
    why: str
    check: Check
    source: str = ""
    source_url: str = ""
    tiers: tuple[int, ...] = ALL_TIERS
    order: int = 50


_PROOFS: dict[str, Proof] = {}
_SILENT = unknown("nothing could be found out about it")
_FAILED = unknown("it could not be worked out: the log of the platform has more")


def register_proof(proof: Proof) -> None:
    """Add a proof. Raises ValueError when another one has its slug."""
    if _PROOFS.setdefault(proof.slug, proof) != proof:
        raise ValueError(f"there is a proof {proof.slug!r} already: choose another slug")


def proofs() -> list[Proof]:
    """In the order of their days."""
    days = list(Day)
    return sorted(_PROOFS.values(), key=lambda one: (days.index(one.day), one.order, one.slug))


def answers_of(
    *, services: Sequence[Service], now: datetime, wanted: set[str] | None = None
) -> dict[str, dict[int, Answer]]:
    """By proof and service. wanted: slugs of proofs, None for all. One that fails is unknown, and keeps no other one.

    Raises what the database raises: that is no fault of a proof.
    """
    asked = [one for one in proofs() if wanted is None or one.slug in wanted]
    return {one.slug: _answers(one, services, now) for one in asked} if services else {}


def _answers(proof: Proof, services: Sequence[Service], now: datetime) -> dict[int, Answer]:
    try:
        found = proof.check(services=services, now=now)
    except DatabaseError:
        raise
    except Exception:
        log.exception("proof_failed", proof=proof.slug)
        return {one.pk: _FAILED for one in services}
    return {one.pk: found.get(one.pk, _SILENT) for one in services}
