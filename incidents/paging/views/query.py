"""The state of the list of policies, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class ListQuery:
    text: str = ""
    team: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> ListQuery:
        return cls(
            text=query.get("q", "").strip().replace("\0", "")[:TEXT_MAX],
            team=query.get("team", "").replace("\0", "")[:TEXT_MAX],
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.team)
