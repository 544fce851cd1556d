"""What a message is about: an incident, or something planned; with what its placeholders stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from incidents.response.domain.phases import Phase, Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident, IncidentRole
from incidents.response.selectors.readers import may_all_know
from incidents.stakeholders.domain.kinds import EventKind
from incidents.stakeholders.domain.matching import Happening
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.kit.durations import humanize_duration

_NAMED_MAX = 5
_PHASES = {
    Phase.DETECTION: "finding out",
    Phase.RESPONSE: "working on it",
    Phase.REMEDIATION: "mending it",
    Phase.ANALYSIS: "finding out why",
    Phase.READINESS: "preparing for the next time",
}
_STATUSES = {
    Status.TRIGGERED: "not taken up yet",
    Status.ACKNOWLEDGED: "being worked on",
    Status.RESOLVED: "resolved",
    Status.CLOSED: "closed",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """values: of placeholders, but for what the composer is asked. url: a path of ours, or blank."""

    team: Team
    incident: Incident | None
    title: str
    url: str
    happening: Happening
    values: Mapping[str, str]

    @property
    def severity(self) -> int | None:
        return self.happening.severity


def subject_of_incident(*, incident: Incident, kind: EventKind, zone: ZoneInfo, now: datetime) -> Subject:
    """Needs the incident as `incidents.response.selectors.incidents.incident` gives it. Services of other teams that
    not every member may know are left out of the words."""
    severity = Severity(incident.severity)
    services = list(Service.objects.filter(incident_impacts__incident=incident).select_related("team").order_by("pk"))
    named = [one.title for one in services if may_all_know(incident=incident, owner=one.team)]
    over = incident.resolved_at or incident.closed_at
    return Subject(
        team=incident.team,
        incident=incident,
        title=incident.title,
        url=reverse("incident-detail", args=(incident.pk,)),
        happening=Happening(
            kind,
            int(severity),
            frozenset(one.pk for one in services),
            frozenset(one.slo_id for one in incident.impacted_slos.all()),
        ),
        values={
            "title": incident.title,
            "number": f"#{incident.pk}",
            "team": incident.team.name,
            "service": listed(named) or incident.team.name,
            "severity": severity.word,
            "meaning": severity.definition.rstrip(".").lower(),
            "status": _STATUSES[Status(incident.status)],
            "phase": _PHASES[Phase(incident.phase)],
            "summary": incident.summary,
            "impact": "",
            "started": moment_words(incident.started_at, zone=zone),
            "duration": humanize_duration((over or max(now, incident.started_at)) - incident.started_at),
            "next_update": "",
            "commander": _commander(incident),
            "when": moment_words(incident.started_at, zone=zone),
        },
    )


def subject_planned(
    *,
    team: Team,
    kind: EventKind,
    title: str,
    summary: str,
    when: str,
    services: Sequence[Service] = (),
    url: str = "",
) -> Subject:
    """Something without an incident: maintenance, a game day, a postmortem."""
    titles = [one.title for one in services]
    return Subject(
        team=team,
        incident=None,
        title=title,
        url=url,
        happening=Happening(kind, None, frozenset(one.pk for one in services)),
        values={"title": title, "team": team.name, "service": listed(titles), "summary": summary, "when": when},
    )


def moment_words(at: datetime, *, zone: ZoneInfo) -> str:
    """`2026-11-28 14:30 CET (13:30 UTC)`."""
    local = at.astimezone(zone)
    words = f"{local:%Y-%m-%d %H:%M %Z}"
    return words if local.utcoffset() == at.astimezone(UTC).utcoffset() else f"{words} ({at.astimezone(UTC):%H:%M} UTC)"


def listed(titles: Sequence[str]) -> str:
    """`Checkout, Search and 3 more`."""
    more = len(titles) - _NAMED_MAX
    words = ", ".join(titles[:_NAMED_MAX])
    return f"{words} and {more} more" if more > 0 else words


def _commander(incident: Incident) -> str:
    holders = [
        one.user.name
        for one in incident.roles.all()
        if one.role == IncidentRole.Role.COMMANDER.value and one.left_at is None
    ]
    return holders[0] if holders else ""
