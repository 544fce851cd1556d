"""/api/v1/chaos/stop: the red button."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from chaos.runs.api.schemas import RunReason
from chaos.runs.models import GlobalStop
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import global_stop
from reliability.access.requests import AccessRequest

router = Router(tags=["Chaos runs"])
NOTHING = RunReason()


class StopOut(Schema):
    is_in_force: bool
    began_at: datetime | None
    by: str
    reason: str
    lifted_at: datetime | None = Field(description="of the stop that was just lifted")
    lifted_by: str


@router.get("", response=StopOut, operation_id="getChaosStop", summary="Whether all chaos is stopped")
def get_stop(request: AccessRequest) -> Any:
    return _out(in_force())


@router.post("", response=StopOut, operation_id="stopAllChaos", summary="Stop all chaos")
def begin_stop(request: AccessRequest, body: RunReason = NOTHING) -> Any:
    """Every run is aborted and taken back, none begins until it is lifted. Any responder of any team may."""
    return _out(global_stop.begin(caller=request.caller, reason=body.reason, now=timezone.now()))


@router.post("/lift", response=StopOut, operation_id="liftChaosStop", summary="Allow chaos again")
def lift_stop(request: AccessRequest, body: RunReason = NOTHING) -> Any:
    """Administrators of the installation, and who pressed it."""
    return _out(global_stop.lift(caller=request.caller, reason=body.reason, now=timezone.now()))


def _out(stop: GlobalStop | None) -> dict[str, Any]:
    return {
        "is_in_force": stop is not None and stop.lifted_at is None,
        "began_at": stop.began_at if stop else None,
        "by": stop.by_name if stop else "",
        "reason": stop.reason if stop else "",
        "lifted_at": stop.lifted_at if stop else None,
        "lifted_by": stop.lifted_by_name if stop else "",
    }
