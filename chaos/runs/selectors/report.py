"""What the report of a run is made of."""

from __future__ import annotations

from chaos.runs.domain.report import Report, markdown
from chaos.runs.models import Run
from chaos.runs.selectors.comparison import comparison_of
from chaos.runs.selectors.events import events_of
from chaos.runs.selectors.guards import latest_decisions
from chaos.runs.selectors.runs import slos_of, visible_service
from reliability.access.domain.caller import Caller

EVENTS_MAX = 1_000


def report_of(*, caller: Caller, run: Run) -> Report:
    """Of a run from `selectors.runs.run`. Objectives and services that the caller may not see are left out."""
    service = visible_service(caller=caller, run=run)
    seen = set(slos_of(caller=caller, run=run).values_list("pk", flat=True))
    rows = list(events_of(run=run)[: EVENTS_MAX + 1])
    records = run.undo_records.select_related("target").order_by("number")
    return Report(
        number=run.pk,
        title=run.experiment.title,
        team=run.team.name,
        service=service.title if service else "",
        hypothesis=run.experiment.hypothesis,
        blast_radius=run.experiment.blast_radius,
        verdict=run.verdict,
        reasons=run.figures.get("reasons") or ([run.verdict_reason] if run.verdict_reason else []),
        score=run.score,
        rto_seconds=run.rto_seconds,
        rpo_seconds=run.rpo_seconds,
        version=run.version.number,
        mode=run.mode,
        requested_by=run.requested_by_name or run.origin,
        why=run.reason,
        started_at=run.started_at,
        fault_began_at=run.fault_began_at,
        fault_ended_at=run.fault_ended_at,
        ended_at=run.ended_at,
        slos=[one for one in run.figures.get("slos") or () if one["slo_id"] in seen],
        probes=sorted((run.figures.get("probes") or {}).items()),
        guards=[(one.name.replace("_", " "), one.answer, one.reason) for one in latest_decisions(run=run)],
        faults=[
            (f"{one.activity or one.kind}{f' on {one.target.slug}' if one.target else ''}", one.state)
            for one in records
        ],
        earlier=[
            (one.run.pk, one.run.verdict, one.score, one.rto_seconds) for one in comparison_of(run=run).columns[1:]
        ],
        log=[(one.at, one.text) for one in rows[:EVENTS_MAX]],
        left_out=max(run.events_count - EVENTS_MAX, 0) if len(rows) > EVENTS_MAX else 0,
    )


def report_markdown(*, caller: Caller, run: Run) -> str:
    return markdown(report_of(caller=caller, run=run))
