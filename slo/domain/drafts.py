"""From the values of a draft to a definition: each mistake at its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from reliability.kit.durations import humanize_duration
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition, DefinitionError
from slo.domain.objective import ObjectiveError, parse_objective
from slo.domain.windows import Window, WindowError, parse_window

Parsed = TypeVar("Parsed")
Mistakes = list[tuple[str, str]]


def definition_or_mistakes(
    *,
    objective: Any,
    window: Any,
    budgeting_method: str,
    slice_minutes: int | None,
    slice_target: Any,
    counts_no_data_as_bad: bool,
    kept_days: int,
) -> tuple[Definition | None, Mistakes]:
    """The definition, or None and all mistakes as (field, message). Slice fields count only where slices do.

    kept_days: for how long minutes are kept; a longer window could never be measured.
    """
    mistakes: Mistakes = []

    def read(field: str, parse: Callable[[], Parsed]) -> Parsed | None:
        try:
            return parse()
        except (ObjectiveError, WindowError) as error:
            mistakes.append((field, str(error)))
        return None

    target = read("objective", lambda: parse_objective(objective))
    period = read("window", lambda: _window(window, kept_days))
    method = next((one for one in BudgetingMethod if one.value == budgeting_method), None)
    if method is None:
        names = ", ".join(BudgetingMethod)
        mistakes.append(("budgeting_method", f"must be one of {names}, got {budgeting_method!r}"))
    slices = method is not None and method is not BudgetingMethod.OCCURRENCES
    is_judged = method is BudgetingMethod.TIMESLICES and slice_target is not None
    slice_share = read("slice_target", lambda: _slice_target(slice_target)) if is_judged else None
    if target is None or period is None or method is None or mistakes:
        return None, mistakes
    try:
        return (
            Definition(
                objective=target,
                window=period,
                budgeting=method,
                slice_minutes=slice_minutes if slices else None,
                slice_target=slice_share,
                counts_no_data_as_bad=counts_no_data_as_bad if slices else False,
            ),
            [],
        )
    except DefinitionError as error:
        return None, [(error.reason, str(error))]


def _window(notation: Any, kept_days: int) -> Window:
    """The window, unless minutes are dropped before it is over."""
    window = parse_window(notation)
    if window.length_max > timedelta(days=kept_days):
        asked = f"a window of up to {humanize_duration(window.length_max)}"
        raise WindowError(
            "window_length",
            f"SERIES_RETENTION_DAYS keeps {kept_days} days, {asked} could never be measured whole: "
            "make it shorter, or let the administrator keep more",
        )
    return window


def _slice_target(value: Any) -> Decimal:
    """Like an objective, but 1 is allowed: a slice all of whose events must be good."""
    return Decimal(1) if str(value) in ("1", "1.0") else parse_objective(value, name="slice target")
