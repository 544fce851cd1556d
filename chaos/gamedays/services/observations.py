"""Who noticed what when: written down, edited with its history, taken back."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.domain.states import ObservationKind
from chaos.gamedays.models import (
    Observation,
)
from reliability.access.domain.caller import Caller


def record(
    *,
    caller: Caller,
    number: int,
    kind: ObservationKind,
    text: str,
    scenario_id: int | None = None,
    by_name: str = "",
    at: datetime | None = None,
    now: datetime,
) -> Observation:
    """Write it down, live or while wrapping up. by_name: who saw it, the caller by default. at: now by default; late
    ones carry their own instant, not in the future. Responders. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def edit(
    *,
    caller: Caller,
    number: int,
    observation_number: int,
    kind: ObservationKind,
    text: str,
    by_name: str,
    at: datetime,
    expected_revision: int | None = None,
    now: datetime,
) -> Observation:
    """The former words are kept. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def retract(*, caller: Caller, number: int, observation_number: int, now: datetime) -> Observation:
    """It counts no longer, and stays readable. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError
