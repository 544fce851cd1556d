"""What this room adds to the shell: its tabs, the looks of its states, its part of the page of an experiment."""

from __future__ import annotations

from chaos.experiments.panels import Panel as ExperimentPanel
from chaos.experiments.panels import register_panel as register_experiment_panel
from chaos.experiments.tabs import register_tab
from chaos.runs.coming import register_coming
from chaos.schedules.selectors.coming import scheduled_runs
from chaos.schedules.views.panels import schedules_of_experiment
from reliability.web.states import StateLook, register_state

register_tab("Schedules", "chaos-schedules", 30)
register_coming("schedules", scheduled_runs)
register_experiment_panel(
    ExperimentPanel("schedules", "Schedules", "schedules/_experiment_panel.html", schedules_of_experiment, order=20)
)
for _slug, _look in {
    "schedule_archived": StateLook("Experiment archived", "none", "inbox"),
    "schedule_over": StateLook("Over", "none", "check"),
    "firing_requested": StateLook("Run", "good", "play"),
    "firing_skipped": StateLook("Left out", "none", "minus"),
}.items():
    register_state(_slug, _look)
