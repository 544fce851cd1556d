"""Looks at the steady-state hypothesis, as the log of a run has them, and which probe measures what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

HYPOTHESIS = "hypothesis"  # kind of the events that are looks
ACTIVITY_ENDED = "activity_ended"
BEFORE, DURING, AFTER, RECOVERY = "before", "during", "after", "recovery"
RPO_SECONDS = "rpo_seconds"  # of a probe: {"measures": "rpo_seconds"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one probe said. value: as it answered, secrets masked; error: why there is no value."""

    name: str
    is_met: bool
    weight: float = 1.0
    value: Any = None
    tolerance: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all probes. phase: before, during, after, recovery."""

    at: datetime
    phase: str
    is_met: bool
    probes: tuple[Seen, ...] = ()

    @property
    def out(self) -> tuple[Seen, ...]:
        return tuple(one for one in self.probes if not one.is_met)


def look_of(*, at: datetime, data: Mapping[str, Any]) -> Look:
    """From the data of a hypothesis event."""
    probes = tuple(_seen(one) for one in data.get("probes") or ())
    return Look(at=at, phase=str(data.get("phase", "")), is_met=bool(data.get("is_met")), probes=probes)


def _seen(data: Mapping[str, Any]) -> Seen:
    return Seen(
        name=str(data.get("name", "")),
        is_met=bool(data.get("is_met")),
        weight=weight_of(data),
        value=data.get("value"),
        tolerance=data.get("tolerance"),
        error=str(data.get("error") or ""),
    )


def weight_of(activity: Mapping[str, Any]) -> float:
    """How much a probe counts in the score: its `weight`, 1 when it says none or no positive number."""
    weight = number_of(activity.get("weight"))
    return weight if weight is not None and weight > 0 else 1.0


def number_of(value: object) -> float | None:
    """A finite number, also where it came as text; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if number - number == 0 else None


def probes_of(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every probe of the hypothesis and the method, in the document's order."""
    hypothesis = document.get("steady-state-hypothesis") or {}
    for activity in (*(hypothesis.get("probes") or ()), *(document.get("method") or ())):
        if isinstance(activity, Mapping) and (activity.get("type") == "probe" or activity.get("tolerance") is not None):
            yield activity


def weights_of(document: Mapping[str, Any]) -> dict[str, float]:
    """The probes of the hypothesis by name, with what they count."""
    hypothesis = document.get("steady-state-hypothesis") or {}
    return {str(one.get("name", "")): weight_of(one) for one in hypothesis.get("probes") or ()}


def names_measuring(document: Mapping[str, Any], what: str) -> frozenset[str]:
    """Names of the probes tagged `"measures": what`."""
    return frozenset(str(one.get("name", "")) for one in probes_of(document) if one.get("measures") == what)


def since_fault(looks: Iterable[Look], *, began_at: datetime | None) -> list[Look]:
    """Looks that can say what the fault did: after the first fault, else all that are not of the time before."""
    return [one for one in looks if one.phase != BEFORE and (began_at is None or one.at >= began_at)]


def last_values(looks: Sequence[Look]) -> dict[str, Any]:
    """The newest value of each probe, by name."""
    return {one.name: one.value for look in looks for one in look.probes}
