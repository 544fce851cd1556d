"""Whether anybody of a team is on call: nothing is broken on purpose while nobody would come."""

from __future__ import annotations

from datetime import datetime

from chaos.runs.blockers import Blocker
from chaos.runs.models import Run
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import on_call_of


def nobody_on_call(*, run: Run, at: datetime) -> list[Blocker]:
    """One blocker when in no schedule of the run's team somebody is on call at *at*; it passes with the next shift."""
    titles = dict(Schedule.objects.filter(team_id=run.team_id).order_by("title", "pk").values_list("pk", "title"))
    if not titles:
        reason = "the team has no schedule, so nobody is on call: make one, or let the team's guard policy do without"
        return [Blocker(reason, "/oncall/")]
    if any(on_call_of(schedule_ids=titles, at=at).values()):
        return []
    return [Blocker(f"nobody is on call in {', '.join(list(titles.values())[:5])}", "/oncall/", is_temporary=True)]
