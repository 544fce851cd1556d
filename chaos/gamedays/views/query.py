"""The state of the list of game days, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from django.http import QueryDict
from django.utils import timezone

from chaos.gamedays.domain.states import OVER, PLANNING, State
from chaos.gamedays.selectors.game_days import GameDayFilters
from reliability.web.days import Days

TEXT_MAX = 100
WHEN = {
    "live": ("Live", (State.LIVE, State.WRAPPING_UP)),
    "next": ("Next", tuple(sorted(PLANNING))),
    "past": ("Past", tuple(sorted(OVER))),
    "held": ("Held", (State.DONE,)),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is unknown is left out: an address never fails.

    when: live, next, past, or of the past those held; blank shows the first three. days: of their start, in the zone of
    the page.
    """

    text: str = ""
    team: str = ""
    when: str = ""
    days: Days = field(default_factory=Days)

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        def given(name: str) -> str:
            return data.get(name, "").replace("\0", "").strip()[:TEXT_MAX]

        return cls(given("q"), given("team"), given("when") if given("when") in WHEN else "", Days.of(data))

    def filters(self, when: str) -> GameDayFilters:
        starts = self.days.period(timezone.get_current_timezone())
        return GameDayFilters(team_slug=self.team, states=WHEN[when][1], starts=starts, text=self.text)

    @property
    def is_narrowed(self) -> bool:
        return self != ListQuery()
