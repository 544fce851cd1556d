"""Changing what an incident says of itself: words, phase, severity. Each edit names the revision it was made from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.paging.domain.urgency import Urgency
from incidents.response.domain.entries import Kind
from incidents.response.domain.lifecycle import Action
from incidents.response.domain.phases import Phase, Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services import telling
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.incidents import refuse, word_mistakes
from incidents.response.services.locking import check_revision, decided, locked
from incidents.response.services.transitions import Moved
from reliability.access.domain.caller import Caller
from reliability.access.services import audit

_SUMMARY_SHOWN = 500


@transaction.atomic
def edit(
    *,
    caller: Caller,
    incident_id: int,
    now: datetime,
    title: str | None = None,
    summary: str | None = None,
    phase: Phase | None = None,
    expected_revision: int | None = None,
    reason: str = "",
) -> Incident:
    """Change title, summary and phase; None leaves a field as it is, and no difference changes nothing.

    Raises Conflict when *expected_revision* is no longer the stored one, Invalid with field paths.
    """
    incident = locked(caller=caller, incident_id=incident_id)
    check_revision(incident=incident, expected=expected_revision)
    wanted: dict[str, Any] = {
        "title": incident.title if title is None else title.strip(),
        "summary": incident.summary if summary is None else summary.strip(),
        "phase": incident.phase if phase is None else phase.value,
    }
    refuse(word_mistakes(title=wanted["title"], summary=wanted["summary"]))
    old = {name: getattr(incident, name) for name in wanted}
    changes = audit.changes_between(old=old, new=wanted)
    if not changes:
        return incident
    for name, value in wanted.items():
        setattr(incident, name, value)
    _save_edit(incident, (*changes,), now)
    deed = Deed(
        action="incident.edit", kind=Kind.EDIT, text=_words(changes, caller.name), changes=changes, reason=reason
    )
    announce(incident=incident, actor=Actor(caller), deed=deed, now=now)
    if "title" in changes and incident.status in (Status.TRIGGERED, Status.ACKNOWLEDGED):
        telling.retell(incident=incident, actor=Actor(caller), now=now)
    return incident


@transaction.atomic
def change_severity(
    *,
    caller: Caller,
    incident_id: int,
    severity: Severity,
    now: datetime,
    reason: str = "",
    expected_revision: int | None = None,
    via: str = "",
) -> Moved:
    """Say how bad it is. Those who were told hear of it; raised to Sev1 or Sev2 it may wake people from then on."""
    incident = locked(caller=caller, incident_id=incident_id)
    check_revision(incident=incident, expected=expected_revision)
    return set_severity(
        incident=incident, actor=Actor(caller, via), severity=Severity(severity), now=now, reason=reason
    )


def set_severity(*, incident: Incident, actor: Actor, severity: Severity, now: datetime, reason: str = "") -> Moved:
    """As change_severity, for an incident whose row the caller has locked and may change."""
    decided(action=Action.CHANGE_SEVERITY, incident=incident)
    was = Severity(incident.severity)
    if was is severity:
        return Moved(incident, False, f"This is {severity.word} already.")
    incident.severity, incident.urgency = severity.value, severity.urgency.value
    _save_edit(incident, ("severity", "urgency"), now)
    verb = "raised" if severity < was else "lowered"
    text = f"Severity {verb} from {was.word} to {severity.word} by {actor.words}." + (f" {reason}" if reason else "")
    deed = Deed(
        action="incident.severity",
        kind=Kind.SEVERITY,
        text=text,
        fact="IncidentSeverityChanged",
        changes={"severity": [was.value, severity.value]},
        data={"was": was.value, "severity": severity.value},
        reason=reason,
    )
    announce(incident=incident, actor=actor, deed=deed, now=now)
    if incident.status in (Status.TRIGGERED, Status.ACKNOWLEDGED):
        _tell(incident=incident, was=was, actor=actor, now=now)
    return Moved(incident, True, text)


def _tell(*, incident: Incident, was: Severity, actor: Actor, now: datetime) -> None:
    if was.urgency is not Urgency.URGENT and incident.urgency == Urgency.URGENT:
        telling.hasten(incident=incident, actor=actor, now=now)
    else:
        telling.retell(incident=incident, actor=actor, now=now)


def _save_edit(incident: Incident, fields: tuple[str, ...], now: datetime) -> None:
    incident.revision += 1
    incident.updated_at = now
    incident.save(update_fields=(*fields, "revision", "updated_at"))


def _words(changes: dict[str, list[Any]], who: str) -> str:
    parts = []
    if "title" in changes:
        parts.append(f"Title changed to “{changes['title'][1]}”")
    if "summary" in changes:
        summary = str(changes["summary"][1])[:_SUMMARY_SHOWN]
        parts.append(f"Summary changed to “{summary}”" if summary else "Summary taken away")
    if "phase" in changes:
        parts.append(f"Phase changed from {changes['phase'][0]} to {changes['phase'][1]}")
    return f"{'; '.join(parts)} by {who}."
