"""What a proof found out about a service. Unknown is never met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Found(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"  # nothing was measured, or it cannot be worked out: never met


@dataclass(frozen=True, slots=True)
class Answer:
    """state, and in words with figures what makes it so. url: where that is seen or changed, a path of ours.

    step: what to do next, such as "Add an objective"; blank when there is nothing to do. team_ids: whose objects the
    words or the address name, besides the service's own team: who may not read one of them is shown `elsewhere`.
    """

    state: Found
    text: str
    url: str = ""
    step: str = ""
    team_ids: frozenset[int] = field(default=frozenset())
    elsewhere: str = ""

    def shown(self, *, may_read: Iterable[int]) -> Answer:
        """As somebody sees it who may read the objects of these teams."""
        if self.team_ids <= frozenset(may_read):
            return self
        return replace(self, text=self.elsewhere or HIDDEN, url="", team_ids=frozenset())


HIDDEN = "it stands on something of a team that you cannot see"


def met(text: str, url: str = "", *, team_ids: Iterable[int] = (), elsewhere: str = "") -> Answer:
    return Answer(Found.MET, text, url, "", frozenset(team_ids), elsewhere)


def not_met(text: str, url: str = "", *, step: str, team_ids: Iterable[int] = (), elsewhere: str = "") -> Answer:
    return Answer(Found.NOT_MET, text, url, step, frozenset(team_ids), elsewhere)


def unknown(text: str, url: str = "", *, step: str = "", team_ids: Iterable[int] = (), elsewhere: str = "") -> Answer:
    return Answer(Found.UNKNOWN, text, url, step, frozenset(team_ids), elsewhere)
