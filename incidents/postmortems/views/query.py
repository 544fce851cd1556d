"""The state of the list of postmortems, as its address carries it. What is unknown is left out: nothing ever fails."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from incidents.postmortems.domain.factors import Category
from incidents.postmortems.domain.states import State
from incidents.postmortems.selectors.postmortems import PostmortemFilters

TEXT_MAX = 100
OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class PostmortemQuery:
    """Fields are parameters of the address; `text` is `q`. state: of State, or "overdue"."""

    text: str = ""
    state: str = ""
    team: str = ""
    service: str = ""
    severity: str = ""
    factor: str = ""
    tag: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        found = {}
        for one in fields(cls):
            value = data.get("q" if one.name == "text" else one.name, "").replace("\0", "").strip()[:TEXT_MAX]
            found[one.name] = value if value in _CHOICES.get(one.name, (value,)) else ""
        return cls(**found)

    @property
    def is_narrowed(self) -> bool:
        """By anything but the tab."""
        return replace(self, state="") != type(self)()

    def address(self, **changes: Any) -> str:
        """The query string with *changes*, starting with `?`; defaults are left out."""
        changed = replace(self, **changes)
        named = [("q" if one.name == "text" else one.name, getattr(changed, one.name)) for one in fields(self)]
        return "?" + urlencode([(name, value) for name, value in named if value])

    def filters(self, *, now: datetime) -> PostmortemFilters:
        return PostmortemFilters(
            text=self.text,
            states=(State(self.state),) if self.state and self.state != OVERDUE else (),
            is_overdue_at=now if self.state == OVERDUE else None,
            team_slug=self.team,
            service_name=self.service,
            severities=(int(self.severity),) if self.severity else (),
            category=self.factor,
            tags=(self.tag,) if self.tag else (),
        )


_CHOICES: dict[str, tuple[str, ...]] = {
    "state": ("", OVERDUE, *(one.value for one in State)),
    "severity": ("", "1", "2", "3", "4", "5"),
    "factor": ("", *(one.value for one in Category)),
}
