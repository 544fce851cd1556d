"""Scenarios of a plan: added, edited, moved, taken out. While it is planned, and added while it is live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chaos.gamedays.models import (
    Scenario,
)
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class ScenarioDraft:
    """experiment: slug of one of the team's, or blank for a scenario by hand. service: name, blank: the experiment's.

    expected_minutes: within how many somebody should notice; None: nobody is expected to.
    """

    title: str
    happens: str = ""
    experiment: str = ""
    service: str = ""
    expected_alert: str = ""
    expected_minutes: int | None = None
    expected_response: str = ""


def add(*, caller: Caller, number: int, draft: ScenarioDraft, now: datetime) -> Scenario:
    """The last of the game day. Editors of the team, responders while it is live. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def edit(
    *,
    caller: Caller,
    number: int,
    scenario_id: int,
    draft: ScenarioDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Scenario:
    """Of a scenario that has not begun. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def move(*, caller: Caller, number: int, scenario_id: int, position: int, now: datetime) -> None:
    """To *position*, from 1; the others make room. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError


def remove(*, caller: Caller, number: int, scenario_id: int, now: datetime) -> None:
    """One that has not begun, before the game day is live. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError
