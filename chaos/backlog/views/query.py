"""The state of the lists of this room, as their addresses carry it. What is unknown is left out: none ever fails."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from chaos.backlog.domain.states import Origin, State
from chaos.backlog.selectors.vulnerabilities import VulnerabilityFilters
from reliability.catalog.models import Layer

TEXT_MAX = 100
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Fields are parameters of the address; `text` is `q`."""

    text: str = ""
    team: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        found = {}
        for one in fields(cls):
            value = data.get("q" if one.name == "text" else one.name, "").replace("\0", "").strip()[:TEXT_MAX]
            found[one.name] = value if value in cls.choices().get(one.name, (value,)) else ""
        return cls(**found)

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """What a field may hold, where that is bounded."""
        return {}

    @property
    def is_narrowed(self) -> bool:
        return self != type(self)()

    def address(self, **changes: Any) -> str:
        """The query string with *changes*, starting with `?`; defaults are left out."""
        changed = replace(self, **changes)
        names = [("q" if one.name == "text" else one.name, getattr(changed, one.name)) for one in fields(self)]
        return "?" + urlencode([(name, value) for name, value in names if value])


@dataclass(frozen=True, slots=True)
class BacklogQuery(Narrowing):
    service: str = ""
    layer: str = ""
    state: str = ""
    origin: str = ""

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        return {
            "layer": ("", *Layer.values),
            "state": ("", LIVE, *(one.value for one in State)),
            "origin": ("", *(one.value for one in Origin)),
        }

    def filters(self) -> VulnerabilityFilters:
        return VulnerabilityFilters(
            text=self.text,
            team_slug=self.team,
            service_name=self.service,
            layer=self.layer,
            state=self.state,
            origin=self.origin,
        )


@dataclass(frozen=True, slots=True)
class CoverageQuery(Narrowing):
    tier: str = ""

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        return {"tier": ("", "1", "2", "3", "4")}

    @property
    def tier_number(self) -> int | None:
        return int(self.tier) if self.tier else None


@dataclass(frozen=True, slots=True)
class TrialQuery(Narrowing):
    service: str = ""
    due: str = ""

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        return {"due": ("", "overdue", "coming")}
