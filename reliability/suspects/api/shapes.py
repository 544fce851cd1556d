"""Cases and suspects as the API tells them: as pages do, to whom may know."""

from __future__ import annotations

from typing import Any

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.suspects.domain.precision import Precision
from reliability.suspects.models import Case, Suspect
from reliability.suspects.selectors.named import suspect_view


def case_out(case: Case, *, caller: Caller) -> dict[str, Any]:
    """Of a case read by `selectors.cases`: no further query."""
    of = visible(caller=caller, related=case.service)
    return {
        "id": case.pk,
        "kind": case.kind,
        "team": case.team.slug,
        "slo": None if case.slo is None else case.slo.name,
        "incident": case.incident_id,
        "service": None if of is None else of.name,
        "title": case.subject,
        "started_at": case.started_at,
        "ended_at": case.ended_at,
        "budget_spent": case.spent,
        "blame_window_seconds": case.window_seconds,
        "ranked_at": case.ranked_at,
        "reranked_at": case.reranked_at,
        "suspects": [suspect_out(one, case=case, caller=caller) for one in case.suspects.all()],
    }


def suspect_out(row: Suspect, *, case: Case, caller: Caller) -> dict[str, Any]:
    view = suspect_view(row=row, case=case, of=visible(caller=caller, related=case.service), caller=caller)
    return {
        "id": row.pk,
        "case": row.case_id,
        "kind": row.kind,
        "label": view.label,
        "is_hidden": view.is_hidden,
        "deployment": None if view.is_hidden else row.deployment_id,
        "service": None if view.is_hidden or row.service is None else row.service.name,
        "began_at": row.began_at,
        "ended_at": row.ended_at,
        "place": row.place,
        "score": row.score,
        "first_place": row.first_place,
        "first_score": row.first_score,
        "reasons": [{"kind": one.kind, "text": one.text, "value": one.value} for one in view.reasons],
        "verdict": row.verdict,
        "verdict_reason": view.said,
        "verdict_by": row.verdict_by_name,
        "verdict_at": row.verdict_at,
    }


def precision_out(one: Precision) -> dict[str, Any]:
    return {"hits": one.hits, "judged": one.judged, "value": one.value}
