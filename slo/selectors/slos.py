"""Objectives as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller
from slo.domain.status import State
from slo.models import Slo, SloVersion


class SloOrdering(StrEnum):
    """Orders of the list; each ends in the primary key. Objectives without data come last (in STATE: by rank)."""

    STATE = "state"  # worst first: breached, at risk, no data, met; then the least budget left
    REMAINING = "remaining"  # least budget left first
    BURN = "burn"  # fastest burn of the last hour first
    NAME = "name"


@dataclass(frozen=True, slots=True)
class SloFilters:
    """What to list; empty fields do not filter. text is looked for in name, title, description and service."""

    team_ids: tuple[int, ...] = ()
    team_slug: str = ""
    service_name: str = ""
    sli_name: str = ""
    states: tuple[State, ...] = ()
    text: str = ""


def list_slos(
    *, caller: Caller, filters: SloFilters | None = None, ordering: SloOrdering = SloOrdering.STATE
) -> QuerySet[Slo]:
    """Readable objectives with team, service, sli, status and status.version joined: one query a page.

    `slo.status` is missing (Slo.status.RelatedObjectDoesNotExist) until the first evaluation, which creation does.
    """
    raise NotImplementedError


def count_by_state(*, caller: Caller, filters: SloFilters | None = None) -> dict[State, int]:
    """How many readable objectives are in each state; every state has an entry."""
    raise NotImplementedError


def get_slo(*, caller: Caller, name: str) -> Slo:
    """The readable objective of this name, joined as in list_slos. Raises NotFound."""
    raise NotImplementedError


def versions_of(*, slo: Slo) -> list[SloVersion]:
    """All versions, newest effective_from first, each with its sli joined."""
    raise NotImplementedError


def version_at(*, slo: Slo, at: datetime) -> SloVersion | None:
    """The version in force at *at*; before the first version: the first."""
    raise NotImplementedError
