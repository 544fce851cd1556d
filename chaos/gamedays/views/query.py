"""The state of the list of game days, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.http import QueryDict

from chaos.gamedays.domain.states import OVER, PLANNING, State
from chaos.gamedays.selectors.game_days import GameDayFilters

TEXT_MAX = 100
WHEN = {
    "live": ("Live", (State.LIVE, State.WRAPPING_UP)),
    "next": ("Next", tuple(sorted(PLANNING))),
    "past": ("Past", tuple(sorted(OVER))),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is unknown is left out: an address never fails. when: live, next or past; blank shows all three."""

    text: str = ""
    team: str = ""
    when: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        def given(name: str) -> str:
            return data.get(name, "").replace("\0", "").strip()[:TEXT_MAX]

        return cls(given("q"), given("team"), given("when") if given("when") in WHEN else "")

    def filters(self, when: str) -> GameDayFilters:
        return GameDayFilters(team_slug=self.team, states=WHEN[when][1], text=self.text)

    @property
    def is_narrowed(self) -> bool:
        return self != ListQuery()
