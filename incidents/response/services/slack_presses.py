"""What a press of a button in Slack does, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from incidents.paging.services import links
from incidents.paging.services.links import LinkRefused, OpenedLink
from incidents.response.models import Incident, IncidentRole
from incidents.response.services import lifecycle, roles
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.channels.models import Channel
from reliability.web.errors import ProblemError

VIA = "Slack"


@dataclass(frozen=True, slots=True)
class Pressed:
    """outcome: for logs and metrics. text: what is said; is_done: to everybody, else to whoever pressed.

    buttons: those that still make sense.
    """

    outcome: str
    text: str
    is_done: bool = False
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Press:
    incident: Incident
    opened: OpenedLink
    caller: Caller
    now: datetime


def press(*, channel: Channel, action: str, value: str, user: User, now: datetime) -> Pressed:
    """Do what the button says, as *user*, in the caller's transaction. A stale button does nothing and says so."""
    act = _ACTS.get(action)
    if act is None:
        return Pressed("ignored", "")
    try:
        opened = links.read(token=value, now=now, user=user)
    except LinkRefused as refused:
        return Pressed(refused.reason, f"Nothing was done: {refused.message}.")
    incident = Incident.objects.filter(escalation=opened.escalation, team_id=channel.team_id).first()
    if incident is None:  # a button of another team's incident, carried over to this team's chat
        return Pressed("foreign", "Nothing was done: there is no such incident of this channel's team.")
    try:
        with transaction.atomic():
            return act(_Press(incident, opened, caller_of_user(user=user), now))
    except ProblemError as problem:
        return Pressed(problem.reason, f"Nothing was done: {problem.message}.")


def _acknowledge(press: _Press) -> Pressed:
    if not press.opened.is_current:
        return _stale(press)
    moved = lifecycle.acknowledge(caller=press.caller, incident_id=press.incident.pk, now=press.now, via=VIA)
    return _said(moved, buttons=("resolve", "take_command"))


def _escalate(press: _Press) -> Pressed:
    moved = lifecycle.escalate(
        caller=press.caller,
        incident_id=press.incident.pk,
        now=press.now,
        epoch=press.opened.epoch,
        step=press.opened.step,
        via=VIA,
    )
    return _said(moved, buttons=("acknowledge", "resolve", "take_command"))


def _resolve(press: _Press) -> Pressed:
    moved = lifecycle.resolve(caller=press.caller, incident_id=press.incident.pk, now=press.now, via=VIA)
    return _said(moved, buttons=())


def _take_command(press: _Press) -> Pressed:
    commander = IncidentRole.Role.COMMANDER
    was = press.incident.roles.filter(role=commander, left_at=None, user=press.opened.user).exists()
    roles.take(caller=press.caller, incident_id=press.incident.pk, role=commander, now=press.now, via=VIA)
    if was:
        return Pressed("unchanged", "You are the commander already.")
    text = f"{press.caller.name} is commander of #{press.incident.pk}."
    return Pressed("done", text, is_done=True, buttons=("acknowledge", "escalate", "resolve"))


def _stale(press: _Press) -> Pressed:
    incident = press.incident
    who = f", by {incident.acknowledged_by_name}" if incident.acknowledged_by_name else ""
    return Pressed(
        "stale",
        f"Nothing was done: #{incident.pk} has moved on since this message, it is {incident.status} now{who}.",
    )


def _said(moved: lifecycle.Moved, *, buttons: tuple[str, ...]) -> Pressed:
    if not moved.is_changed:
        return Pressed("unchanged", moved.message)
    return Pressed("done", f"#{moved.incident.pk}: {moved.message}", is_done=True, buttons=buttons)


_ACTS: dict[str, Callable[[_Press], Pressed]] = {
    "acknowledge": _acknowledge,
    "escalate": _escalate,
    "resolve": _resolve,
    "take_command": _take_command,
}
