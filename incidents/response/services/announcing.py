"""What every change of an incident leaves behind: an entry of the timeline, a fact, a line of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.response.domain.entries import Kind
from incidents.response.models import Incident
from incidents.response.services.recording import record
from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.outbox.services import facts
from reliability.suspects.services.incidents import incident_changed

# When it began and ended, what it touches, whether it is one of its own.
_SUSPECTS_DEPEND_ON = frozenset({Kind.OPENED, Kind.STATUS, Kind.IMPACT, Kind.MILESTONE, Kind.MERGE})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and by what: "phone link", "Slack", "PagerDuty"; blank on a page or by the API."""

    caller: Caller
    via: str = ""
    is_human: bool | None = None

    @property
    def name(self) -> str:
        return self.caller.name[:160]

    @property
    def human(self) -> bool:
        """Unless said otherwise a person is somebody with an account."""
        return self.caller.user_id is not None if self.is_human is None else self.is_human

    @property
    def words(self) -> str:
        return f"{self.name} via {self.via}" if self.via else self.name


@dataclass(frozen=True, slots=True)
class Deed:
    """action: of the audit trail, "incident.resolve". fact: its kind, blank for none. text: of the timeline."""

    action: str
    kind: Kind
    text: str
    fact: str = ""
    changes: Mapping[str, Sequence[Any]] | None = None
    data: Mapping[str, Any] | None = None
    reason: str = ""


def announce(*, incident: Incident, actor: Actor, deed: Deed, now: datetime) -> None:
    """Write all that *deed* leaves behind, in the transaction of the change."""
    record(
        incident_id=incident.pk,
        at=now,
        kind=deed.kind,
        text=deed.text,
        author_id=actor.caller.user_id,
        author_name=actor.name,
        is_human=actor.human,
        data={**(deed.data or {}), **({"via": actor.via} if actor.via else {})},
        now=now,
        is_new=deed.kind is Kind.OPENED,
    )
    audit.record(
        caller=actor.caller,
        action=deed.action,
        object_kind="incident",
        object_name=f"#{incident.pk} {incident.title}",
        team_id=incident.team_id,
        now=now,
        changes={**(deed.changes or {}), **({"via": ["", actor.via]} if actor.via else {})},
        reason=deed.reason,
    )
    if deed.fact:
        facts.emit(
            kind=deed.fact,
            payload={
                "incident_id": incident.pk,
                "team_id": incident.team_id,
                "title": incident.title,
                "severity": incident.severity,
                "status": incident.status,
                "by": actor.name,
                "via": actor.via,
                "at": now.isoformat(),
                **(deed.data or {}),
            },
            now=now,
            team_id=incident.team_id,
        )
    if deed.kind in _SUSPECTS_DEPEND_ON:
        incident_changed(incident_id=incident.pk, now=now)
