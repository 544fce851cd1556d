"""An incident for a change: its row locked, and whether the caller may change it.

The lock is FOR NO KEY UPDATE: paging writes timeline entries, which refer to the row, while it holds its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from incidents.response.domain.lifecycle import Action, Decision, decide
from incidents.response.domain.phases import Status
from incidents.response.models import Incident
from incidents.response.selectors.answering import answers_as_paged
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, NotFound


def locked(*, caller: Caller, incident_id: int) -> Incident:
    """The incident, locked in the caller's transaction. Raises NotFound, Forbidden below the role responder."""
    incident = _row(incident_id)
    require_responder(caller=caller, incident=incident)
    return incident


def locked_to_answer(*, caller: Caller, incident_id: int) -> Incident:
    """As locked, for answers to a page: whoever was paged for it may give them, in whatever team they are.

    Who left the team since may not.
    """
    incident = _row(incident_id)
    if not answers_as_paged(caller=caller, incident=incident):
        require_responder(caller=caller, incident=incident)
    return incident


def _row(incident_id: int) -> Incident:
    incident: Incident | None = Incident.objects.select_for_update(no_key=True).filter(pk=incident_id).first()
    if incident is None:
        raise NotFound(f"there is no incident #{incident_id}, or it is not yours to see")
    return incident


def locked_together(*, caller: Caller, incident_ids: Sequence[int]) -> dict[int, Incident]:
    """Several, always locked in the order of their numbers, so that two callers never wait for each other."""
    return {pk: locked(caller=caller, incident_id=pk) for pk in sorted(set(incident_ids))}


def require_responder(*, caller: Caller, incident: Incident) -> None:
    require(caller=caller, team_id=incident.team_id, role=Role.RESPONDER)


def decided(*, action: Action, incident: Incident) -> Decision:
    """What the state machine says. Raises Conflict with the reason when it refuses."""
    decision = decide(action=action, status=Status(incident.status), merged_into=incident.merged_into_id)
    if decision.verdict.is_refusal:
        raise Conflict(decision.message, reason=decision.verdict.value)
    return decision


def check_revision(*, incident: Incident, expected: int | None) -> None:
    """Raise Conflict if somebody changed the incident since the editor read revision *expected*."""
    if expected is None or incident.revision == expected:
        return
    message = (
        f"somebody changed #{incident.pk} at {incident.updated_at:%Y-%m-%d %H:%M} UTC, after you opened it: "
        "your change is not saved; compare both and save again"
    )
    raise Conflict(
        message,
        reason="changed_meanwhile",
        details=[{"field": "revision", "message": message, "expected": expected, "stored": incident.revision}],
    )
