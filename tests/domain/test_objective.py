from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.objective import ObjectiveError, budget_of, parse_objective


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("0.999", "0.999", id="text"),
        pytest.param(0.999, "0.999", id="a float is read by its shortest notation"),
        pytest.param(Decimal("0.9990"), "0.999", id="trailing zeros are dropped"),
        pytest.param(" 0.5 ", "0.5", id="spaces around are dropped"),
        pytest.param(1e-12, "0.000000000001", id="twelve places are kept"),
        pytest.param("0.999999999999", "0.999999999999", id="twelve nines are an objective"),
    ],
)
def test_a_ratio_between_0_and_1_is_read_exactly(value: str | float | Decimal, expected: str) -> None:
    assert parse_objective(value) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(99.9, "objective must be between 0 and 1, got 99.9: did you mean 0.999?", id="percentage"),
        pytest.param("99.95", "objective must be between 0 and 1, got 99.95: did you mean 0.9995?", id="text percent"),
        pytest.param("99.9%", "objective must be a ratio between 0 and 1, got 99.9%: did you mean 0.999?", id="sign"),
        pytest.param(0, "objective must be between 0 and 1, got 0", id="zero"),
        pytest.param(-0.5, "objective must be between 0 and 1, got -0.5", id="below zero"),
        pytest.param(100, "objective must be between 0 and 1, got 100", id="hundred percent has no ratio below 1"),
        pytest.param("1e999999", "objective must be between 0 and 1, got 1.000e+999999", id="huge"),
        pytest.param(float("nan"), "objective must be a number between 0 and 1, got nan", id="not a number"),
        pytest.param("Infinity", "objective must be a number between 0 and 1, got Infinity", id="infinite"),
        pytest.param("three nines", "objective must be a number between 0 and 1, such as 0.999", id="words"),
        pytest.param("", "objective must be a number between 0 and 1, such as 0.999", id="nothing"),
        pytest.param(True, "objective must be a number between 0 and 1, got True", id="truth"),
        pytest.param("0.9999999999999", "at most 12 digits after the point", id="thirteen places"),
        pytest.param("0." + "9" * 100, "at most 40 characters", id="very long text"),
    ],
)
def test_anything_else_is_refused_in_words(value: str | float, message: str) -> None:
    with pytest.raises(ObjectiveError) as refused:
        parse_objective(value)
    assert message in str(refused.value)


@pytest.mark.parametrize("value", [1, 1.0, "1", "1.000", Decimal(1)])
def test_a_target_of_1_leaves_no_budget_and_is_refused_for_that(value: str | float | Decimal) -> None:
    with pytest.raises(ObjectiveError, match="no error budget") as refused:
        parse_objective(value)
    assert refused.value.reason == "objective_is_one"


def test_messages_name_the_field() -> None:
    with pytest.raises(ObjectiveError, match=r"^slice target must be between 0 and 1, got 95: did you mean 0.95\?$"):
        parse_objective(95, name="slice target")


def test_the_budget_is_exact() -> None:
    assert budget_of(Decimal("0.999")) == Decimal("0.001")


@given(st.integers(1, 10**12 - 1))
def test_every_ratio_of_twelve_places_comes_back(numerator: int) -> None:
    objective = Decimal(numerator) / Decimal(10**12)
    assert parse_objective(objective) == objective
    assert parse_objective(f"{objective:f}") == objective


@given(st.text(max_size=60))
def test_no_text_does_anything_but_parse_or_refuse(text: str) -> None:
    try:
        objective = parse_objective(text)
    except ObjectiveError:
        return
    assert 0 < objective < 1
