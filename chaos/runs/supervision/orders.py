"""Why a run is to end before its own end."""

from __future__ import annotations

from dataclasses import dataclass

from chaos.runs.domain.verdict import StopKind
from chaos.runs.models import Run


@dataclass(frozen=True, slots=True)
class Order:
    """Why the run is to end. guard: the name of the guard that says so."""

    kind: StopKind
    reason: str
    guard: str = ""


def order_of(run: Run) -> Order:
    """What somebody asked for in the row."""
    why = f": {run.stop_reason}" if run.stop_reason else ""
    return Order(StopKind(run.stop_kind or StopKind.PERSON), f"by {run.stop_requested_by_name}{why}")
