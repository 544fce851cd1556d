"""Scores of runs and of services, against a slow reference written from the documented formula."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.runs.domain.looks import AFTER, BEFORE, DURING, Look, Seen
from chaos.runs.domain.score import FORGOTTEN_AFTER, HALF_LIFE, Tried, run_score, service_score
from chaos.runs.domain.states import Verdict

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LAYERS = ("zone", "node", "component")


def look(phase: str, **met: bool) -> Look:
    return Look(NOW, phase, all(met.values()), tuple(Seen(name, is_met) for name, is_met in met.items()))


def tried(score: float | None, *, days: float = 0, weight: int = 1, layer: str = "node") -> Tried:
    return Tried(layer, Verdict.HELD, score, weight, NOW - timedelta(days=days))


def test_probes_count_by_their_weight() -> None:
    looks = [look(BEFORE, fast=True, up=True), look(DURING, fast=False, up=True), look(AFTER, fast=True, up=True)]
    assert run_score(weights={"fast": 3, "up": 1}, looks=looks, fault_began_at=None) == pytest.approx((3 * 0.5 + 1) / 4)


def test_a_probe_nobody_looked_at_held_nothing() -> None:
    assert run_score(weights={"fast": 1, "up": 1}, looks=[look(AFTER, up=True)], fault_began_at=None) == 0.5
    assert run_score(weights={"fast": 1}, looks=[look(BEFORE, fast=True)], fault_began_at=None) == 0.0


def test_without_probes_there_is_no_score() -> None:
    assert run_score(weights={}, looks=[], fault_began_at=None) is None


def test_layers_that_were_never_tried_have_no_score_and_do_not_count_as_whole() -> None:
    found = service_score(tried=[tried(0.5)], layers=LAYERS, now=NOW)
    assert [(one.layer, one.score) for one in found.layers] == [("zone", None), ("node", 0.5), ("component", None)]
    assert (found.score, found.tried) == (0.5, 1)
    assert found.coverage == pytest.approx(1 / 3)


def test_a_run_counts_half_after_ninety_days_and_nothing_after_a_year() -> None:
    found = service_score(tried=[tried(1.0), tried(0.0, days=90)], layers=LAYERS, now=NOW)
    assert found.score == pytest.approx(1 / 1.5)
    assert service_score(tried=[tried(1.0, days=365)], layers=LAYERS, now=NOW).score is None


def test_a_run_that_says_nothing_counts_nowhere() -> None:
    found = service_score(tried=[tried(None), tried(0.25)], layers=LAYERS, now=NOW)
    assert (found.score, found.runs) == (0.25, 1)


TRIED = st.lists(
    st.builds(
        tried,
        st.none() | st.integers(0, 100).map(lambda percent: percent / 100),
        days=st.integers(0, 500),
        weight=st.integers(1, 10),
        layer=st.sampled_from([*LAYERS, "cluster"]),
    ),
    max_size=12,
)


def reference(runs: list[Tried]) -> float | None:
    """Σ score × weight × 2^(−age ÷ half-life) ÷ Σ weight × 2^(−age ÷ half-life), one run after the other."""
    above = below = Fraction(0)
    for run in runs:
        age = NOW - run.ended_at
        if run.score is None or age >= FORGOTTEN_AFTER:
            continue
        share = Fraction(2 ** -(age.total_seconds() / HALF_LIFE.total_seconds())) * run.weight
        above += share * Fraction(run.score)
        below += share
    return float(above / below) if below else None


@given(TRIED)
def test_the_score_of_a_service_is_its_formula(runs: list[Tried]) -> None:
    found = service_score(tried=runs, layers=LAYERS, now=NOW)
    expected = reference(runs)
    assert found.score == (None if expected is None else pytest.approx(expected, abs=1e-12))
    for layer in found.layers:
        own = reference([run for run in runs if run.layer == layer.layer])
        assert layer.score == (None if own is None else pytest.approx(own, abs=1e-12))
    assert found.runs == sum(layer.runs for layer in found.layers)


@given(TRIED, st.integers(1, 10))
def test_one_more_success_never_lowers_a_score(runs: list[Tried], weight: int) -> None:
    before = service_score(tried=runs, layers=LAYERS, now=NOW).score
    after = service_score(tried=[*runs, tried(1.0, weight=weight)], layers=LAYERS, now=NOW).score
    assert after is not None
    assert before is None or after >= before - 1e-12
