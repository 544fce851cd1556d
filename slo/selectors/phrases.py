"""What an objective promises, in the few words that every page, file and alert uses."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from reliability.kit.durations import humanize_duration
from slo.domain.budgeting import BudgetingMethod
from slo.domain.rolling import RollingWindow
from slo.domain.windows import parse_window
from slo.models import SloVersion

METHODS = {
    BudgetingMethod.OCCURRENCES.value: "events",
    BudgetingMethod.TIMESLICES.value: "time slices",
    BudgetingMethod.RATIO_TIMESLICES.value: "events, averaged over time slices,",
}


@lru_cache(maxsize=1024)
def objective_text(objective: Decimal) -> str:
    """Percent without rounding: 99.95 %."""
    return f"{(objective * 100).normalize():f} %"


def window_text(notation: Mapping[str, Any]) -> str:
    """A window in few words: "over 28 days", "per quarter"."""
    return _window_text(orjson.dumps(notation))


@lru_cache(maxsize=1024)
def _window_text(notation: bytes) -> str:
    window = parse_window(orjson.loads(notation))
    if isinstance(window, RollingWindow):
        return f"over {humanize_duration(window.length)}"
    return f"per {window.unit.value}" if window.count == 1 else f"per {window.count} {window.unit.value}s"


def sentence(version: SloVersion) -> str:
    """What is promised, as one sentence."""
    what = METHODS[version.budgeting_method]
    return f"{objective_text(version.objective)} of {what} are good {window_text(version.window)}."
