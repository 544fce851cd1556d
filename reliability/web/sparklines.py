"""Sparklines: a small inline SVG with gaps where nothing was measured, and words for those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from reliability.web.words import decimal_of, percent_text

WIDTH, HEIGHT, MARGIN = 100, 24, 2


def points_of(values: Sequence[float | None]) -> list[float | None]:
    """NaN and infinities are gaps, too."""
    return [None if value is None or not math.isfinite(value) else float(value) for value in values]


def scale_of(values: Sequence[float | None], objective: float | None) -> tuple[float, float]:
    """The lowest and highest value to draw, the objective among them; a flat line lies in the middle."""
    known = [value for value in values if value is not None]
    if objective is not None:
        known.append(objective)
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if high - low < 1e-12:
        return low - 0.5, high + 0.5
    return low, high


def height_of(value: float, *, low: float, high: float) -> float:
    """The y coordinate, downwards as SVG counts."""
    return round(MARGIN + (high - value) / (high - low) * (HEIGHT - 2 * MARGIN), 1)


def path_of(values: Sequence[float | None], *, low: float, high: float) -> str:
    """The d of an SVG path: a new subpath after each gap; a lone point is a dot (round caps)."""
    places = _places_of(len(values))
    scale = (HEIGHT - 2 * MARGIN) / (high - low)
    parts: list[str] = []
    pen = "M"
    for index, value in enumerate(values):
        if value is None:
            if pen == "L" and parts[-1][0] == "M":
                parts.append("h0")
            pen = "M"
            continue
        parts.append(f"{pen}{places[index]} {MARGIN + (high - value) * scale:.1f}")
        pen = "L"
    if parts and parts[-1][0] == "M":
        parts.append("h0")
    return "".join(parts)


@lru_cache(maxsize=64)
def _places_of(count: int) -> tuple[str, ...]:
    """The x coordinates of *count* slices."""
    step = WIDTH / max(1, count - 1)
    return tuple(f"{index * step:.1f}" for index in range(count))


def description_of(values: Sequence[float | None], objective: float | None) -> str:
    """The text alternative: newest, lowest, gaps, objective."""
    known = [value for value in values if value is not None]
    if not known:
        return "No data in this period"
    words = [f"newest {_ratio(known[-1])}", f"lowest {_ratio(min(known))}"]
    if objective is not None:
        words.append(f"objective {_ratio(objective)}")
    gaps = len(values) - len(known)
    if gaps:
        words.append(f"no data in {gaps} of {len(values)} slices")
    return ", ".join(words)


def _ratio(value: float) -> str:
    number = decimal_of(value)
    return percent_text(None if number is None else number * 100)
