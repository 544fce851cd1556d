"""The probes of the hypothesis: what each said, phase by phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.experiments.domain.outline import tolerance_words, value_text
from chaos.runs.domain.looks import AFTER, BEFORE, DURING, RECOVERY, Look, Seen, weights_of
from reliability.kit.cutting import cut

PHASES = (BEFORE, DURING, AFTER, RECOVERY)


@dataclass(frozen=True, slots=True)
class Cell:
    """The newest answer of a probe in a phase. out: how many looks of the phase were out, of how many."""

    text: str
    is_met: bool
    out: int
    looks: int


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """cells: per phase of PHASES; None where nobody looked."""

    name: str
    tolerance: str
    weight: float
    cells: Sequence[Cell | None]


def probes_of(document: Mapping[str, Any], looks: Sequence[Look]) -> list[ProbeRow]:
    """In the order of the document."""
    hypothesis = document.get("steady-state-hypothesis") or {}
    tolerances = {str(one.get("name", "")): one.get("tolerance") for one in hypothesis.get("probes") or ()}
    return [
        ProbeRow(
            name=name,
            tolerance=tolerance_words(tolerances.get(name)),
            weight=weight,
            cells=[_cell(_said(name, phase, looks)) for phase in PHASES],
        )
        for name, weight in weights_of(document).items()
    ]


def _said(name: str, phase: str, looks: Sequence[Look]) -> list[Seen]:
    return [one for look in looks if look.phase == phase for one in look.probes if one.name == name]


def _cell(said: Sequence[Seen]) -> Cell | None:
    if not said:
        return None
    last = said[-1]
    text = cut(last.error.splitlines()[-1], length_max=120) if last.error else value_text(last.value)
    return Cell(text, last.is_met, sum(not one.is_met for one in said), len(said))
