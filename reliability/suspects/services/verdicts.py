"""Confirming and rejecting suspects."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.suspects.domain.kinds import VerdictState
from reliability.suspects.models import Suspect, Verdict
from reliability.web.errors import Invalid, NotFound

REASON_MAX = 500


@transaction.atomic
def judge(*, caller: Caller, suspect_id: int, state: VerdictState, reason: str, now: datetime) -> Suspect:
    """Say what the caller thinks of a suspect; OPEN takes a verdict back. The same again changes nothing.

    By responders of the team that owns the objective or the incident. Raises NotFound, also for a change that the
    caller may not know, Forbidden, and Invalid for a rejection without a reason.
    """
    rows = Suspect.objects.select_for_update(of=("self",)).select_related("case", "service")
    row = rows.filter(pk=suspect_id).first()
    if row is None or not caller.may_read(row.case.team_id):
        raise NotFound("there is no such suspect, or it is not yours to see")
    require(caller=caller, team_id=row.case.team_id, role=Role.RESPONDER)
    if not all(caller.may_read(team_id) for team_id in row.owner_ids):
        raise NotFound("it is a change of another team, which keeps it to itself: ask that team")
    reason = reason.strip()
    if len(reason) > REASON_MAX:
        raise Invalid(details=[{"field": "reason", "message": f"must be at most {REASON_MAX} letters"}])
    if state is VerdictState.REJECTED and not reason:
        message = "say why not, such as: rolled back, and it burnt on"
        raise Invalid(details=[{"field": "reason", "message": message}])
    if (row.verdict, row.verdict_reason) == (state, reason):
        return row
    before = row.verdict
    Verdict.objects.create(
        suspect=row, state=state.value, reason=reason, by_id=caller.user_id, by_name=caller.name[:160], at=now
    )
    row.verdict, row.verdict_reason = state.value, reason
    row.verdict_at, row.verdict_by_name = now, caller.name[:160]
    row.save(update_fields=("verdict", "verdict_reason", "verdict_at", "verdict_by_name"))
    audit.record(
        caller=caller,
        action=f"suspect.{'reopen' if state is VerdictState.OPEN else state.value}",
        object_kind="suspect",
        object_name=f"#{row.pk} of {row.case}"[:255],
        team_id=row.case.team_id,
        now=now,
        changes={"verdict": [before, state.value]},
        reason=reason,
    )
    return row
