"""What the calendar adds to the shell: its tabs, the look of a blackout, and what this room puts into the calendar."""

from __future__ import annotations

from chaos.experiments.tabs import register_tab
from chaos.runs.calendar import register_entries
from chaos.schedules.selectors.entries import blackouts, planned, runs
from reliability.web.states import StateLook, register_state

register_tab("Calendar", "chaos-calendar", 40)
register_tab("Blackouts", "blackout-list", 45)
register_state("blackout_holds", StateLook("Holds now", "warn", "lock"))
register_entries("planned experiments", planned)
register_entries("runs", runs)
register_entries("blackouts", blackouts)
