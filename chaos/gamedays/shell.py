"""What this room adds to the shell of every page: its tab, states, panels, search."""

from __future__ import annotations

from chaos.experiments.panels import Panel as ExperimentPanel
from chaos.experiments.panels import register_panel as register_experiment_panel
from chaos.experiments.tabs import register_tab
from chaos.gamedays.views.badges import badges_on_team_page
from chaos.gamedays.views.panels import days_of_experiment, game_days_found
from reliability.access.panels import TeamPanel, register_team_panel
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state

register_tab("Game days", "game-day-list", 30, also="follow-up-list")
register_search("game-days", game_days_found)
register_team_panel(TeamPanel("badges", "Badges", "gamedays/_team_panel.html", badges_on_team_page))
register_experiment_panel(
    ExperimentPanel("game-days", "Game days", "gamedays/_experiment_panel.html", days_of_experiment, order=20)
)
for _slug, _look in {
    # states of a game day
    "game_day_draft": StateLook("Draft", "none", "edit"),
    "game_day_planned": StateLook("Planned", "info", "calendar"),
    "game_day_go": StateLook("Go", "good", "check"),
    "game_day_no_go": StateLook("No-go", "bad", "stop"),
    "game_day_live": StateLook("Live", "busy", "play"),
    "game_day_wrapping_up": StateLook("Wrapping up", "warn", "book"),
    "game_day_done": StateLook("Done", "good", "check"),
    # scenarios
    "scenario_ended": StateLook("Ended", "good", "check"),
    "scenario_skipped": StateLook("Skipped", "none", "minus"),
    # answers to an invitation
    "comes": StateLook("Comes", "good", "check"),
    "comes_not": StateLook("Does not come", "bad", "stop"),
    "comes_perhaps": StateLook("Perhaps", "warn", "clock"),
    "unanswered": StateLook("No answer yet", "none", "no-data"),
    # answers about a scenario
    "yes": StateLook("Yes", "good", "check"),
    "not_so": StateLook("No", "bad", "breach"),
    "pending": StateLook("Not known", "none", "no-data"),
    # follow-ups
    "follow_up_open": StateLook("Open", "info", "dot"),
    "verified_by_run": StateLook("Proven", "good", "check"),
    "dropped": StateLook("Dropped", "none", "minus"),
}.items():
    register_state(_slug, _look)
