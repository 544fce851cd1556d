"""The score of one run, and of a service over time: what its runs said, weighted, fading with age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.runs.domain.looks import AFTER, DURING, Look, since_fault
from chaos.runs.domain.states import Verdict

HALF_LIFE = timedelta(days=90)
FORGOTTEN_AFTER = timedelta(days=365)


def run_score(*, weights: Mapping[str, float], looks: Sequence[Look], fault_began_at: datetime | None) -> float | None:
    """Σ weight × share of looks that met it ÷ Σ weight, over the probes of the hypothesis; 0 to 1.

    Looks during the method and after it count. A probe that was never looked at in that time counts as nothing held:
    pending is no success. None without probes.
    """
    total = sum(weights.values())
    if not total:
        return None
    counted = [one for one in since_fault(looks, began_at=fault_began_at) if one.phase in (DURING, AFTER)]
    held = 0.0
    for name, weight in weights.items():
        seen = [one.is_met for look in counted for one in look.probes if one.name == name]
        held += weight * (sum(seen) / len(seen) if seen else 0.0)
    return held / total


@dataclass(frozen=True, slots=True)
class Tried:
    """One ended run as the service's score sees it. score: None when the run says nothing."""

    layer: str
    verdict: Verdict
    score: float | None
    weight: int
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class LayerScore:
    """score: 0 to 1, None when nothing that counts was tried there: that is not a hundred percent."""

    layer: str
    score: float | None
    runs: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceScore:
    """score: None when no run counts. tried: layers with a score, of all that were asked about."""

    score: float | None
    runs: int
    layers: tuple[LayerScore, ...]

    @property
    def tried(self) -> int:
        return sum(one.score is not None for one in self.layers)

    @property
    def coverage(self) -> float:
        """Share of the layers that were tried, 0 to 1."""
        return self.tried / len(self.layers) if self.layers else 0.0


def fading(*, age: timedelta) -> float:
    """2^(−age ÷ 90 days): half after three months; nothing after a year. A clock that was behind counts whole."""
    if age >= FORGOTTEN_AFTER:
        return 0.0
    return float(0.5 ** (max(age, timedelta()) / HALF_LIFE))


def service_score(*, tried: Sequence[Tried], layers: Sequence[str], now: datetime) -> ServiceScore:
    """Σ score × weight × fading ÷ Σ weight × fading over the runs that have a score, in all and by layer.

    Runs without one (inconclusive, dry, ended by a person, never begun) say nothing and count nowhere. Layers of
    *layers* without a run are listed with None.
    """
    by_layer: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        if one.score is not None and now - one.ended_at < FORGOTTEN_AFTER:
            by_layer[one.layer].append(one)
    known = [*layers, *sorted(set(by_layer) - set(layers))]
    counted = [one for found in by_layer.values() for one in found]
    return ServiceScore(
        score=_mean(counted, now),
        runs=len(counted),
        layers=tuple(
            LayerScore(
                layer=layer,
                score=_mean(by_layer.get(layer, ()), now),
                runs=len(by_layer.get(layer, ())),
                last_at=max((one.ended_at for one in by_layer.get(layer, ())), default=None),
            )
            for layer in known
        ),
    )


def _mean(tried: Sequence[Tried], now: datetime) -> float | None:
    weighted = [(one.score or 0.0, one.weight * fading(age=now - one.ended_at)) for one in tried]
    total = sum(weight for _, weight in weighted)
    return sum(score * weight for score, weight in weighted) / total if total else None
