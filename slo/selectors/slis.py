"""Indicators as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller
from slo.models import Sli, SliVersion


@dataclass(frozen=True, slots=True)
class SliFilters:
    """What to list; empty fields do not filter."""

    team_slug: str = ""
    service_name: str = ""
    source_name: str = ""
    text: str = ""


def list_slis(*, caller: Caller, filters: SliFilters | None = None) -> QuerySet[Sli]:
    """Readable indicators by name with team, service and source joined, annotated with `slo_count`."""
    raise NotImplementedError


def get_sli(*, caller: Caller, name: str) -> Sli:
    """The readable indicator of this name, joined as in list_slis. Raises NotFound."""
    raise NotImplementedError


def versions_of(*, sli: Sli) -> list[SliVersion]:
    """All versions, newest first, each with its source joined."""
    raise NotImplementedError


def ids_by_name(*, caller: Caller, names: set[str]) -> dict[str, int]:
    """Ids of the indicators of these names that *caller* may push counts into (scope intake, or an editor)."""
    raise NotImplementedError
