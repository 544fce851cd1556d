"""The state of the lists of actions, as their addresses carry it. What is unknown is left out: none ever fails."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from incidents.actions.domain.states import Kind, Priority, Proof, State
from incidents.actions.selectors.actions import ActionFilters

TEXT_MAX = 100
GROUPS = {"live": "Not closed", "todo": "To be done", "closed": "Closed"}
_CHOICES: dict[str, tuple[str, ...]] = {
    "state": (*GROUPS, *(one.value for one in State)),
    "kind": tuple(one.value for one in Kind),
    "priority": tuple(one.value for one in Priority),
    "proof": tuple(one.value for one in Proof),
    "due": ("overdue",),
}
_NUMBERS = ("owner", "incident")


@dataclass(frozen=True, slots=True)
class ActionQuery:
    """Fields are parameters of the address; `text` is `q`. owner and incident: numbers as text."""

    text: str = ""
    team: str = ""
    service: str = ""
    state: str = ""
    kind: str = ""
    priority: str = ""
    proof: str = ""
    owner: str = ""
    incident: str = ""
    due: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> ActionQuery:
        found = {}
        for one in fields(cls):
            value = data.get("q" if one.name == "text" else one.name, "").replace("\0", "").strip()[:TEXT_MAX]
            is_number = value.isascii() and value.isdigit() and len(value) <= 18
            if value not in _CHOICES.get(one.name, (value,)) or (one.name in _NUMBERS and not is_number):
                value = ""
            found[one.name] = value
        return cls(**found)

    @property
    def is_narrowed(self) -> bool:
        return self != ActionQuery()

    def address(self, **changes: Any) -> str:
        """The query string with *changes*, starting with `?`; defaults are left out."""
        changed = replace(self, **changes)
        names = [("q" if one.name == "text" else one.name, getattr(changed, one.name)) for one in fields(self)]
        return "?" + urlencode([(name, value) for name, value in names if value])

    def filters(self, *, today: date) -> ActionFilters:
        return ActionFilters(
            text=self.text,
            team_slug=self.team,
            service_name=self.service,
            state=self.state,
            kind=self.kind,
            priority=self.priority,
            proof=self.proof,
            owner_id=int(self.owner) if self.owner else None,
            incident_id=int(self.incident) if self.incident else None,
            overdue_on=today if self.due == "overdue" else None,
        )
