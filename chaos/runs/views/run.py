"""The page of one run, live: everything that moves comes from one look at its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseStopPolling, trigger_client_event

from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.states import Mode, State, UndoState
from chaos.runs.models import Run
from chaos.runs.selectors.comparison import comparison_of
from chaos.runs.selectors.guards import latest_decisions
from chaos.runs.selectors.runs import run as get_run
from chaos.runs.selectors.watching import Watched, watched
from chaos.runs.services.approvals import may_approve
from chaos.runs.views.comparing import changes_of
from chaos.runs.views.guarding import guarding
from chaos.runs.views.looks import guard_lines, is_fault_in_place, row_of
from chaos.runs.views.pictures import charts_of, strip_of
from chaos.runs.views.probes import probes_of
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest

COMPARED = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of the faults: nothing was put in place, all is gone, or something may be left."""

    tone: str
    icon: str
    words: str


@require_safe
def run_detail(request: AccessRequest, number: int) -> HttpResponse:
    """The whole page; `?part=live` what moves, each two seconds while the run is open; `?part=charts` the charts."""
    run = get_run(caller=request.caller, run_id=number)
    now = timezone.now()
    part = request.GET.get("part", "")
    if part == "charts":
        context = {"run": run, "charts": charts_of(run=run, caller=request.caller, now=now)}
        return render(request, "runs/_charts.html", context)
    context = {"run": run, **_live(run, caller=request.caller, now=now)}
    if part == "live":
        return _part(request, run, context)
    context |= {
        "tabs": tabs_for(request),
        "charts": charts_of(run=run, caller=request.caller, now=now),
        "parts": _addresses(request, run),
    }
    return render(request, "runs/detail.html", context)


def _part(request: AccessRequest, run: Run, context: dict[str, Any]) -> HttpResponse:
    """Of a run that has ended the last one: the page asks no more, and draws its charts once again."""
    if run.is_open:
        return render(request, "runs/_live.html", context)
    html = render(request, "runs/_live.html", context | {"is_last": True}).content
    return trigger_client_event(HttpResponseStopPolling(html), "run-ended")


def _live(run: Run, *, caller: Caller, now: datetime) -> dict[str, Any]:
    seen = watched(run=run)
    is_responder = caller.may(run.team_id, Role.RESPONDER)
    decisions = latest_decisions(run=run)
    comparison = comparison_of(run=run, limit=COMPARED) if run.state == State.ENDED else None
    approvals = list(run.approvals.order_by("at", "pk"))
    own = (one for one in approvals if one.user_id == caller.user_id and one.is_approved and one.expires_at > now)
    return {
        "row": row_of(run, caller=caller, now=now),
        "is_fault_in_place": is_fault_in_place(run),
        "may_stop": run.is_open and is_responder and run.stop_requested_at is None,
        "may_respond": is_responder,
        "reasons": run.figures.get("reasons") or ([run.verdict_reason] if run.verdict_reason else []),
        "objectives": run.figures.get("objectives") or [],
        "stages": seen.stages,
        "probes": probes_of(run.version.document, seen.looks),
        "strip": strip_of(run=run, caller=caller),
        "guarding": guarding(caller=caller, team=run.team, service=run.service),
        "guards_before": guard_lines(one for one in decisions if one.phase == "before"),
        "guards_during": guard_lines(one for one in decisions if one.phase == "during"),
        "log": seen.log,
        "left_out": seen.left_out,
        "undo": seen.undo,
        "proof": proof_of(run, seen),
        "approvals": approvals,
        "own_approval": next(own, None),
        "may_approve": may_approve(caller=caller, run=run),
        "may_decline": is_responder and run.state == State.WAITING,
        "notices": list(run.notices.order_by("created_at", "pk")),
        "comparison": comparison,
        "changes": changes_of(comparison) if comparison else [],
    }


def proof_of(run: Run, seen: Watched) -> Proof:
    """In one sentence, whether anything stays."""
    left = [one for one in seen.undo if one.state != UndoState.VERIFIED]
    if not seen.undo:
        words = "A dry run touches nothing." if run.mode == Mode.DRY else "No fault was put in place."
        return Proof("none", "info", words)
    total = len(seen.undo)
    if not left:
        words = (
            "The fault is gone, and was seen to be." if total == 1 else f"All {total} are gone, and were seen to be."
        )
        return Proof("good", "check", words)
    if any(one.state == UndoState.FAILED for one in left):
        return Proof("bad", "breach", f"{len(left)} of {total} may still be in place: it is tried again each minute.")
    return Proof("warn", "bolt", f"{len(left)} of {total} in place, or not yet seen to be gone.")


def _addresses(request: AccessRequest, run: Run) -> dict[str, str]:
    """Where the parts come from, in the zone of the page."""
    zone = request.GET.get("tz", "")
    suffix = f"&tz={zone}" if zone.replace("/", "").replace("_", "").replace("-", "").isalnum() else ""
    here = reverse("run-detail", args=[run.pk])
    return {name: f"{here}?part={name}{suffix}" for name in ("live", "charts")}
