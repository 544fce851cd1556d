"""The charts of one objective: which points, and what is said under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period
from reliability.web.charts import Chart
from reliability.web.timerange import TimeRange
from reliability.web.words import number_text, percent_text
from slo.charts.burn_down import burn_down_chart
from slo.charts.burn_rates import burn_rates_chart
from slo.charts.sli import sli_chart
from slo.domain.marks import Mark
from slo.models import Slo, SloVersion
from slo.selectors.burndown import burndown_of
from slo.selectors.exclusions import exclusions_of
from slo.selectors.history import history_of, step_for
from slo.selectors.status import StatusView
from slo.views.wording import target_of


def charts_of(
    *,
    slo: Slo,
    status: StatusView,
    versions: Sequence[SloVersion],
    time_range: TimeRange,
    now: datetime,
    marks: Sequence[Mark] = (),
) -> dict[str, Chart]:
    """burn_down and sli over the range of the page with its marks, burn_rates at the instant of the status."""
    period = time_range.period
    step = step_for(period=period)
    restated = status.is_restated
    history = history_of(slo=slo, period=period, step=step, now=now, is_restated=restated)
    burndown = burndown_of(slo=slo, period=period, now=now, is_restated=restated)
    excluded = _excluded(slo, period)
    changes = [] if restated else _changes(versions, period)
    basis = " Restated: all of it under today's definition." if restated else ""
    return {
        "burn_down": burn_down_chart(
            burndown,
            period=period,
            excluded=excluded,
            changes=changes,
            marks=marks,
            note=f"What was left at each instant, of the window that ended then ({status.window_text}).{basis}",
        ),
        "sli": sli_chart(
            history,
            period=period,
            objective_text=f"objective {percent_text(status.objective * 100)}",
            excluded=excluded,
            changes=changes,
            marks=marks,
            note=(
                f"Good of valid events in steps of {humanize_duration(step)};"
                f" n = {number_text(sum(point.valid for point in history))}. Gaps were not measured.{basis}"
            ),
        ),
        "burn_rates": burn_rates_chart(
            status.burn_rates, note="At 1× a full budget lasts exactly one window, at 2× half of it."
        ),
    }


def _excluded(slo: Slo, period: Period) -> list[Period]:
    rows = exclusions_of(slo=slo, period=period)
    return [Period(row.start_at, row.end_at) for row in rows if row.revoked_at is None]


def _changes(versions: Sequence[SloVersion], period: Period) -> list[tuple[datetime, str]]:
    """Where a new version came into force, with what it asks for. The first version changes nothing."""
    later = versions[:-1]  # newest first
    return [(item.effective_from, target_of(item)) for item in later if period.contains(item.effective_from)]
