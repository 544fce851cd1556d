"""The state of the list of objectives, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from slo.domain.status import State
from slo.selectors.slos import SloFilters, SloOrdering

TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters, order and grouping. Unknown values of an address are dropped, so an old link still opens."""

    team: str = ""
    service: str = ""
    states: tuple[State, ...] = ()
    text: str = ""
    ordering: SloOrdering = SloOrdering.STATE
    is_grouped: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> ListQuery:
        wanted = query.getlist("state")
        order = query.get("sort", "")
        return cls(
            team=query.get("team", "")[:TEXT_MAX],
            service=query.get("service", "")[:TEXT_MAX],
            states=tuple(state for state in State if state.value in wanted),
            text=query.get("q", "").strip()[:TEXT_MAX],
            ordering=SloOrdering(order) if order in SloOrdering._value2member_map_ else SloOrdering.STATE,
            is_grouped=query.get("group") == "service",
        )

    @property
    def filters(self) -> SloFilters:
        return SloFilters(
            team_slug=self.team, service_name=self.service, states=self.states, text=self.text.replace("\0", "")
        )

    @property
    def stateless_filters(self) -> SloFilters:
        """The same list whatever the state: what the tiles count."""
        return replace(self.filters, states=())

    @property
    def is_filtered(self) -> bool:
        return bool(self.team or self.service or self.states or self.text)

    def address(self, **changes: Any) -> str:
        """The query string of this list with *changes*, starting with `?`; defaults are left out."""
        changed = replace(self, **changes)
        pairs = [
            ("q", changed.text),
            ("team", changed.team),
            ("service", changed.service),
            *(("state", state.value) for state in changed.states),
            ("sort", "" if changed.ordering is SloOrdering.STATE else changed.ordering.value),
            ("group", "service" if changed.is_grouped else ""),
        ]
        return "?" + urlencode([(key, value) for key, value in pairs if value])
