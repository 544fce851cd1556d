"""Whether the minutes of a period have all come in."""

from __future__ import annotations

from datetime import timedelta

from reliability.kit.periods import Period
from slo.models import Backfill, Sli

# What has been silent for longer does not come any more: nobody waits for it.
SILENT_AFTER = timedelta(hours=24)
NAMES_MAX = 50


def unsettled(*, team_id: int, period: Period) -> list[str]:
    """Indicators of the team's objectives that were measured until shortly before the end, and not to it; and those
    whose past in the period is being read. By name. Two queries."""
    of_team = Sli.objects.filter(slos__team_id=team_id)
    end = period.end_minute
    late = of_team.filter(
        measured_until_minute__lt=end, measured_until_minute__gte=end - SILENT_AFTER // timedelta(minutes=1)
    )
    names = set(late.order_by().values_list("name", flat=True)[:NAMES_MAX])
    reading = Backfill.objects.filter(
        sli__in=of_team, state=Backfill.State.RUNNING, start_at__lt=period.end, cursor_at__gt=period.start
    )
    names |= set(reading.order_by().values_list("sli__name", flat=True)[:NAMES_MAX])
    return sorted(names)
