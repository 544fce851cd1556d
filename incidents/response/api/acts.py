"""/api/v1/incidents/{number}/acknowledge and the other acts: each may be repeated without harm."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Status

from incidents.response.api.incidents import answer
from incidents.response.api.schemas import (
    IncidentAct,
    IncidentClose,
    IncidentEscalate,
    IncidentMerge,
    IncidentMoved,
    IncidentOut,
    IncidentSplit,
)
from incidents.response.selectors import incidents
from incidents.response.services import lifecycle
from incidents.response.services.lifecycle import Moved
from reliability.access.requests import AccessRequest
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Incidents"])

# Bodies of requests without one.
NOTHING, REAL, ANYWHERE = IncidentAct(), IncidentClose(), IncidentEscalate()


def _seen(request: AccessRequest, number: int) -> None:
    """404 before anything else for what is not the caller's to see."""
    incidents.incident(caller=request.caller, number=number)


def _moved(request: AccessRequest, response: HttpResponse, moved: Moved) -> dict[str, Any]:
    return {
        "changed": moved.is_changed,
        "message": moved.message,
        "incident": answer(request, response, moved.incident.pk),
    }


@router.post(
    "/{int:number}/acknowledge",
    response=IncidentMoved,
    operation_id="acknowledgeIncident",
    summary="Acknowledge: somebody is on it",
)
def acknowledge(request: AccessRequest, response: HttpResponse, number: int, body: IncidentAct = NOTHING) -> Any:
    """Paging pauses; a person joins as a responder. When somebody has already, the message says who."""
    _seen(request, number)
    moved = lifecycle.acknowledge(caller=request.caller, incident_id=number, via=body.via, now=timezone.now())
    return _moved(request, response, moved)


@router.post(
    "/{int:number}/unacknowledge",
    response=IncidentMoved,
    operation_id="unacknowledgeIncident",
    summary="Take the acknowledgement back",
)
def unacknowledge(request: AccessRequest, response: HttpResponse, number: int, body: IncidentAct = NOTHING) -> Any:
    """Nobody is on it any more: the step that paging had reached is told again."""
    _seen(request, number)
    moved = lifecycle.unacknowledge(
        caller=request.caller, incident_id=number, via=body.via, reason=body.reason, now=timezone.now()
    )
    return _moved(request, response, moved)


@router.post(
    "/{int:number}/resolve", response=IncidentMoved, operation_id="resolveIncident", summary="Resolve: it is over"
)
def resolve(request: AccessRequest, response: HttpResponse, number: int, body: IncidentAct = NOTHING) -> Any:
    """Its alerts are over with it: the next trigger of their keys is a new alert."""
    _seen(request, number)
    moved = lifecycle.resolve(
        caller=request.caller, incident_id=number, via=body.via, reason=body.reason, now=timezone.now()
    )
    return _moved(request, response, moved)


@router.post(
    "/{int:number}/reopen", response=IncidentMoved, operation_id="reopenIncident", summary="Reopen: it is not over"
)
def reopen(request: AccessRequest, response: HttpResponse, number: int, body: IncidentAct = NOTHING) -> Any:
    """Paging begins again at the first step."""
    _seen(request, number)
    moved = lifecycle.reopen(
        caller=request.caller, incident_id=number, via=body.via, reason=body.reason, now=timezone.now()
    )
    return _moved(request, response, moved)


@router.post("/{int:number}/close", response=IncidentMoved, operation_id="closeIncident", summary="Close")
def close(request: AccessRequest, response: HttpResponse, number: int, body: IncidentClose = REAL) -> Any:
    """As real, duplicate or false positive. What is open is resolved by the same act."""
    _seen(request, number)
    moved = lifecycle.close(
        caller=request.caller,
        incident_id=number,
        close_reason=body.close_reason,
        via=body.via,
        reason=body.reason,
        now=timezone.now(),
    )
    return _moved(request, response, moved)


@router.post(
    "/{int:number}/escalate", response=IncidentMoved, operation_id="escalateIncident", summary="Page the next step now"
)
def escalate(request: AccessRequest, response: HttpResponse, number: int, body: IncidentEscalate = ANYWHERE) -> Any:
    """With epoch and step it acts only while paging stands there, so that two who press it escalate once."""
    _seen(request, number)
    moved = lifecycle.escalate(
        caller=request.caller,
        incident_id=number,
        epoch=body.epoch,
        step=body.step,
        via=body.via,
        now=timezone.now(),
    )
    return _moved(request, response, moved)


@router.post("/{int:number}/merge", response=IncidentMoved, operation_id="mergeIncident", summary="Merge into another")
def merge(request: AccessRequest, response: HttpResponse, number: int, body: IncidentMerge) -> Any:
    """Alerts move to the target, which is the answer; this one is closed as a duplicate and sends there."""
    _seen(request, number)
    try:
        _seen(request, body.into)
    except NotFound as error:
        raise Invalid(details=[{"field": "into", "message": error.message}]) from error
    moved = lifecycle.merge(
        caller=request.caller,
        incident_id=number,
        into_id=body.into,
        via=body.via,
        reason=body.reason,
        now=timezone.now(),
    )
    return _moved(request, response, moved)


@router.post(
    "/{int:number}/split", response={201: IncidentOut}, operation_id="splitIncident", summary="Split alerts off"
)
def split(request: AccessRequest, response: HttpResponse, number: int, body: IncidentSplit) -> Any:
    """The chosen alerts open an incident of their own, which is the answer, and it pages."""
    _seen(request, number)
    new = lifecycle.split(
        caller=request.caller,
        incident_id=number,
        alert_ids=body.alerts,
        title=body.title,
        severity=body.severity,
        via=body.via,
        reason=body.reason,
        now=timezone.now(),
    )
    return Status(201, answer(request, response, new.pk))
