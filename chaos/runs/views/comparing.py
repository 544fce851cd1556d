"""Runs beside each other, in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chaos.experiments.domain.outline import value_text
from chaos.runs.domain.looks import number_of
from chaos.runs.selectors.comparison import Comparison, RunColumn
from chaos.runs.views.looks import score_text
from reliability.web.words import NOTHING, duration_text

_TITLES = {"rto_seconds": "Recovery time", "rpo_seconds": "Recovery point", "score": "Score", "verdict": "Verdict"}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    title: str
    before: str
    now: str


def changes_of(comparison: Comparison) -> list[ChangeLine]:
    """Against the run just before; budgets stand in the comparison, which knows what the reader may see."""
    shown = [one for one in comparison.changes if not one.name.startswith("budget of ") and one.now is not None]
    return [
        ChangeLine(
            _TITLES.get(one.name, one.name.capitalize()), _value(one.name, one.before), _value(one.name, one.now)
        )
        for one in shown
    ]


def rows_of(comparison: Comparison, *, slos: Collection[str]) -> list[tuple[str, list[str]]]:
    """(figure, its value per run). slos: names of the objectives that the reader may see."""
    columns = comparison.columns
    return [
        ("Version", [str(one.version) for one in columns]),
        ("Score of 100", [score_text(one.score) for one in columns]),
        ("Recovery time", [_seconds(one.rto_seconds) for one in columns]),
        ("Recovery point", [_seconds(one.rpo_seconds) for one in columns]),
        *((f"Probe: {name}", [_probe(one, name) for one in columns]) for name in comparison.probes),
        *(
            (f"Budget spent: {name}", [_spent(one, name) for one in columns])
            for name in comparison.slos
            if name in slos
        ),
    ]


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if name.endswith("_seconds"):
        return _seconds(number_of(value))
    if name == "score":
        return score_text(number_of(value))
    return str(value).replace("_", " ") if name == "verdict" else value_text(value)


def _seconds(value: float | None) -> str:
    return NOTHING if value is None else duration_text(round(value, 1))


def _probe(column: RunColumn, name: str) -> str:
    return value_text(column.probes[name]) if name in column.probes else NOTHING


def _spent(column: RunColumn, name: str) -> str:
    spent = column.spent.get(name)
    return NOTHING if spent is None else f"{spent * 100:.2f} %"
