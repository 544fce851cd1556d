"""Incidents as rows of a list: what the template shows, looked up for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incidents.response.domain.phases import OPEN
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident, IncidentRole
from incidents.response.views.told import Told, told_now
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.web.words import duration_text

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Row:
    """severity and status: slugs of reliability.web.states. services: those the caller may see."""

    incident: Incident
    severity: str
    status: str
    lasts: str
    is_open: bool
    commander: str = ""
    told: str = ""
    is_told_worrying: bool = False
    services: Sequence[Service] = field(default=())


def rows_of(incidents: Sequence[Incident], *, caller: Caller, now: datetime) -> list[Row]:
    """One query more than list_incidents made, whatever their number."""
    told = told_now(incidents)
    return [_row(one, caller, told[one.pk], now) for one in incidents]


def _row(incident: Incident, caller: Caller, told: Told, now: datetime) -> Row:
    held = [role for role in incident.roles.all() if role.left_at is None]
    commanders = [str(role.user) for role in held if role.role == IncidentRole.Role.COMMANDER]
    impacted = [visible(caller=caller, related=impact.service) for impact in incident.impacted_services.all()]
    return Row(
        incident=incident,
        severity=severity_slug(incident.severity),
        status=status_slug(incident),
        lasts=lasts_text(incident, now=now),
        is_open=incident.status in OPEN,
        commander=", ".join(commanders),
        told=told.words,
        is_told_worrying=told.is_worrying,
        services=[service for service in impacted if service is not None],
    )


@dataclass(frozen=True, slots=True)
class SeverityChoice:
    """A severity as it stands at a choice."""

    value: int
    slug: str
    word: str
    definition: str


SEVERITY_CHOICES = tuple(SeverityChoice(one.value, f"sev{one.value}", one.word, one.definition) for one in Severity)


def severity_slug(severity: int) -> str:
    return f"sev{severity}"


def status_slug(incident: Incident) -> str:
    return "merged" if incident.merged_into_id is not None else str(incident.status)


def lasts_text(incident: Incident, *, now: datetime) -> str:
    return whole_minutes(elapsed(incident, now=now))


def whole_minutes(length: timedelta) -> str:
    """In words, without seconds once it is a minute: nobody counts them."""
    return duration_text(length // _MINUTE * _MINUTE if length >= _MINUTE else length)


def elapsed(incident: Incident, *, now: datetime) -> timedelta:
    """From the start to the end, or until now; never negative."""
    end = now if incident.status in OPEN else incident.resolved_at or incident.closed_at or now
    return max(end - incident.started_at, timedelta(0))
