"""Probes that measure something besides being in tolerance: {"type": "probe", "measures": "rpo_seconds", …}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.experiments.domain.notes import Notes
from chaos.experiments.domain.places import Path
from chaos.runner.allow import activities

RPO = "rpo_seconds"  # how many seconds of data were lost, as the probe counts them
MEASURES = (RPO,)


def probe_that_measures(document: Mapping[str, Any], measure: str = RPO) -> str | None:
    """The name of the probe whose value is the measure; None when the document has none."""
    for _, activity in activities(document):
        if activity.get("measures") == measure:
            return str(activity.get("name", ""))
    return None


def check_measures(notes: Notes, document: Mapping[str, Any], *, needs_rpo: bool) -> None:
    """needs_rpo: the experiment has an objective for it, so that something must measure it."""
    first: dict[str, Path] = {}
    for path, activity in activities(document):
        measure = activity.get("measures")
        if measure is None:
            continue
        place = (*path, "measures")
        if measure not in MEASURES:
            notes.add(place, f"measures must be {' or '.join(MEASURES)}")
        elif activity.get("type") != "probe" or path[0] not in ("method", "steady-state-hypothesis"):
            notes.add(place, "only a probe of the method or of the hypothesis measures something")
        elif measure in first:
            notes.add(place, f"another probe measures {measure} already: which of them counts?")
        else:
            first[measure] = path
    if needs_rpo and RPO not in first:
        notes.add((), f'there is an objective for lost data: add "measures": "{RPO}" to the probe that counts it')
