"""The journal of a run that was cut off has every entry that the toolkit's own has, so that its reports read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chaos.runs.domain.journal import Done, journal_of
from chaos.runs.domain.looks import BEFORE, Look, Seen

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Source: chaoslib 1.44.0, run.py initialize_run_journal, and activity.py execute_activity.
ENTRIES = {"chaoslib-version", "platform", "node", "experiment", "start", "status", "deviated", "steady_states"}
ENTRIES |= {"run", "rollbacks", "end", "duration"}
OF_AN_ACTIVITY = {"activity", "output", "start", "status", "end", "duration"}


def test_a_journal_made_from_the_log_has_the_entries_of_the_toolkit() -> None:
    provider = {"type": "process", "path": "true"}
    probe = {"type": "probe", "name": "there", "tolerance": 0, "provider": provider}
    action = {"type": "action", "name": "act", "provider": provider}
    journal = journal_of(
        document={"title": "t", "steady-state-hypothesis": {"title": "h", "probes": [probe]}, "method": [action]},
        looks=[Look(AT, BEFORE, True, (Seen("there", True, value=0, tolerance=0),))],
        done=[
            Done(
                AT + timedelta(seconds=9),
                {"name": "act", "section": "method", "type": "action", "status": "succeeded", "seconds": 2.5},
            )
        ],
        has_deviated=False,
        version="1.44.0",
        node="host",
        began_at=AT,
        ended_at=AT + timedelta(seconds=20),
    )
    assert journal.keys() == ENTRIES
    (seen,) = journal["steady_states"]["before"]["probes"]
    assert seen.keys() >= OF_AN_ACTIVITY | {"tolerance_met"}
    assert seen["activity"] == probe
    (done,) = journal["run"]
    assert done.keys() >= OF_AN_ACTIVITY
    assert done["activity"] == action
    assert (done["start"], done["end"]) == ("2026-03-01T12:00:06.500000+00:00", "2026-03-01T12:00:09+00:00")
