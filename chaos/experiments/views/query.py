"""The state of the lists of this room, as their addresses carry it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

from django.http import QueryDict

TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters of the list of experiments, and those of them that targets have."""

    text: str = ""
    team: str = ""
    service: str = ""
    layer: str = ""
    kind: str = ""
    environment: str = ""
    archived: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        named = {one.name: "q" if one.name == "text" else one.name for one in fields(cls)}
        return cls(**{name: data.get(key, "").replace("\0", "").strip()[:TEXT_MAX] for name, key in named.items()})

    @property
    def is_narrowed(self) -> bool:
        return self != type(self)()

    def filters(self, *names: str) -> dict[str, Any]:
        """Those as keyword arguments of a selector."""
        return {name: getattr(self, name) for name in names}
