"""What the overview is narrowed by, as its address carries it. What is unknown is left out: none ever fails."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from reliability.readiness.domain.days import Day
from reliability.readiness.domain.standing import Verdict
from reliability.readiness.selectors.standings import ServiceReadiness

TEXT_MAX = 100
REVIEW_DUE = "review_due"  # never decided, decided against, or expired


@dataclass(frozen=True, slots=True)
class ReadinessQuery:
    """Fields are parameters of the address; `text` is `q`. item: where that one is open."""

    text: str = ""
    team: str = ""
    tier: str = ""
    state: str = ""
    day: str = ""
    item: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        choices: dict[str, tuple[str, ...]] = {
            "tier": ("", "1", "2", "3", "4"),
            "state": ("", REVIEW_DUE, *(one.value for one in Verdict)),
            "day": ("", *(one.value for one in Day)),
        }
        found = {}
        for one in fields(cls):
            value = data.get("q" if one.name == "text" else one.name, "").replace("\0", "").strip()[:TEXT_MAX]
            found[one.name] = value if value in choices.get(one.name, (value,)) else ""
        return cls(**found)

    @property
    def is_narrowed(self) -> bool:
        return self != type(self)()

    @property
    def asks_for_answers(self) -> bool:
        """Whether services must be looked at before it is known which are listed."""
        return bool(self.state or self.item)

    @property
    def tier_number(self) -> int | None:
        return int(self.tier) if self.tier else None

    def fits(self, found: ServiceReadiness) -> bool:
        if self.state == REVIEW_DUE and found.is_review_in_force:
            return False
        if self.state not in ("", REVIEW_DUE) and found.verdict != self.state:
            return False
        standing = found.standing(self.item) if self.item else None
        return not self.item or (standing is not None and standing.state.is_open)

    def address(self, **changes: Any) -> str:
        """The query string with *changes*, starting with `?`; what is empty is left out."""
        changed = replace(self, **changes)
        names = [("q" if one.name == "text" else one.name, getattr(changed, one.name)) for one in fields(self)]
        return "?" + urlencode([(name, value) for name, value in names if value])
