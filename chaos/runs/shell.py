"""What this room adds to the shell: the place in the rail, its tab, states, the banner of the stop, panels, search."""

from __future__ import annotations

from chaos.experiments.agents import register_agents
from chaos.experiments.panels import Panel as ExperimentPanel
from chaos.experiments.panels import register_panel as register_experiment_panel
from chaos.experiments.tabs import register_tab
from chaos.runs.selectors.agents import hosts_of_agents
from chaos.runs.selectors.gate import runs_of_services
from chaos.runs.selectors.suspects import fault_candidates
from chaos.runs.views.banners import stop_banner
from chaos.runs.views.causes import run_causes
from chaos.runs.views.marks import run_items
from chaos.runs.views.panels import runs_of_experiment, runs_of_service, runs_of_slo
from chaos.runs.views.search import runs_found
from reliability.catalog.panels import Panel, register_panel
from reliability.gate.blockers import register_blockers
from reliability.overlay.domain.items import Shape
from reliability.overlay.tracks import Track, register_track
from reliability.suspects.candidates import register_candidates
from reliability.web.banners import register_banner
from reliability.web.navigation import Place, register_place
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state
from slo.attributions import register_causes
from slo.domain.marks import Kind
from slo.panels import Panel as SloPanel
from slo.panels import register_panel as register_slo_panel

register_agents(hosts_of_agents)
register_place(Place("chaos", "Chaos", "/chaos/", "flask", 20, is_prominent=False))
register_tab("Runs", "chaos-home", 10)
register_tab("Guards", "guard-policy-list", 85)
register_banner("chaos-stop", stop_banner)
register_search("runs", runs_found)
register_panel(Panel("chaos", "Chaos", "runs/_service_panel.html", runs_of_service, order=40))
register_slo_panel(SloPanel("chaos", "Experiments under it", "runs/_slo_panel.html", runs_of_slo, order=30))
register_experiment_panel(ExperimentPanel("runs", "Runs", "runs/_experiment_panel.html", runs_of_experiment, order=10))
register_track(
    Track("experiments", "Experiments", "experiment", Shape.HATCHED, run_items, order=50, marks=Kind.EXPERIMENT)
)
register_blockers("runs", runs_of_services)
register_causes("runs", run_causes)
register_candidates("runs", fault_candidates)
for _slug, _look in {
    # states of a run
    "ready": StateLook("Ready", "busy", "clock"),
    "starting": StateLook("Starting", "busy", "play"),
    "stopping": StateLook("Stopping", "warn", "stop"),
    "undoing": StateLook("Taking back", "warn", "undo"),
    # verdicts
    "held": StateLook("Held", "good", "check"),
    "deviated": StateLook("Deviated", "bad", "breach"),
    "aborted": StateLook("Aborted", "warn", "stop"),
    "failed_to_undo": StateLook("Failed to undo", "sev1", "bolt"),
    "inconclusive": StateLook("Inconclusive", "none", "no-data"),
    # faults
    "recorded": StateLook("May be in place", "warn", "bolt"),
    "undone": StateLook("Taken back, not seen yet", "busy", "undo"),
    "verified": StateLook("Gone, seen", "good", "check"),
    # guards and steps
    "go": StateLook("Go", "good", "check"),
    "wait": StateLook("Wait", "warn", "clock"),
    "no": StateLook("No", "bad", "stop"),
    "skipped": StateLook("Not reached", "none", "minus"),
    "cut_short": StateLook("Cut short", "warn", "stop"),
    "approved": StateLook("Approved", "good", "check"),
    "approval_declined": StateLook("Declined", "bad", "stop"),
}.items():
    register_state(_slug, _look)
