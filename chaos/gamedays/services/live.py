"""The day itself: begun, scenario by scenario, ended."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.models import (
    GameDay,
    Scenario,
)
from reliability.access.domain.caller import Caller


def start(*, caller: Caller, number: int, override_reason: str = "", now: datetime) -> GameDay:
    """Go → live; planned → live only with *override_reason*. Responders. Twice is once. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError


def begin_scenario(*, caller: Caller, number: int, scenario_id: int, now: datetime) -> Scenario:
    """Begin it: its experiment is asked for as a run (origin "game_day:N"), or people do it by hand. Responders.

    Twice is once. Raises NotFound, Forbidden, Conflict (another one is under way; it has ended), and what request_run
    raises."""
    raise NotImplementedError


def end_scenario(*, caller: Caller, number: int, scenario_id: int, now: datetime) -> Scenario:
    """A run of it that is still open is stopped. Twice is once. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError


def skip_scenario(*, caller: Caller, number: int, scenario_id: int, reason: str, now: datetime) -> Scenario:
    """One that has not begun. Raises NotFound, Forbidden, Invalid without a reason, Conflict."""
    raise NotImplementedError


def finish(*, caller: Caller, number: int, now: datetime) -> GameDay:
    """Live → wrapping up. Scenarios that wait are skipped. Raises NotFound, Forbidden, Conflict while one is running."""
    raise NotImplementedError
