"""The state of the list of runs, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from chaos.runs.domain.states import OPEN, Mode, State, Verdict
from chaos.runs.selectors.runs import RunFilters
from reliability.kit.durations import DurationError, parse_duration
from reliability.kit.periods import Period

TEXT_MAX = 100
PERIODS = (
    ("1d", "In the last day"),
    ("7d", "In the last week"),
    ("28d", "In the last 28 days"),
    ("90d", "In the last 90 days"),
)
_STATES = {"open": tuple(sorted(OPEN)), "ended": (State.ENDED,)}
_VERDICTS = {one.value: one for one in Verdict}
_MODES = {one.value: one for one in Mode}


@dataclass(frozen=True, slots=True)
class RunQuery:
    """What is unknown is left out: an address never fails."""

    text: str = ""
    team: str = ""
    service: str = ""
    experiment: str = ""
    state: str = ""
    verdict: str = ""
    mode: str = ""
    since: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        def given(name: str) -> str:
            return data.get(name, "").replace("\0", "").strip()[:TEXT_MAX]

        return cls(
            text=given("q"),
            team=given("team"),
            service=given("service"),
            experiment=given("experiment"),
            state=given("state") if given("state") in _STATES else "",
            verdict=given("verdict") if given("verdict") in _VERDICTS else "",
            mode=given("mode") if given("mode") in _MODES else "",
            since=_duration(given("since")),
        )

    def filters(self, *, now: datetime) -> RunFilters:
        return RunFilters(
            team_slug=self.team,
            service_name=self.service,
            experiment_slug=self.experiment,
            states=_STATES.get(self.state, ()),
            verdicts=(_VERDICTS[self.verdict],) if self.verdict else (),
            mode=_MODES.get(self.mode),
            requested=Period(now - parse_duration(self.since), now + timedelta(minutes=1)) if self.since else None,
            text=self.text,
        )

    @property
    def is_narrowed(self) -> bool:
        return self != RunQuery()

    def address(self, **changes: Any) -> str:
        """The query string with *changes*, starting with `?`; defaults are left out."""
        changed = replace(self, **changes)
        names = {"q": changed.text} | {
            name: getattr(changed, name)
            for name in ("team", "service", "experiment", "state", "verdict", "mode", "since")
        }
        return "?" + urlencode([(name, value) for name, value in names.items() if value])


def _duration(text: str) -> str:
    try:
        parse_duration(text)
    except DurationError:
        return ""
    return text
