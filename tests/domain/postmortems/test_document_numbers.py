"""Impact in numbers, differences between texts, and who may facilitate."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from incidents.postmortems.domain.differences import lines_between
from incidents.postmortems.domain.facilitating import refusal_of
from incidents.postmortems.domain.impact import Loss, Rate, loss_of, money_of


def test_the_budget_spent_is_a_share_of_that_of_the_window() -> None:
    loss = loss_of(good=900, valid=1000, bad_minutes=7, window_valid=200_000, objective=Decimal("0.999"), coverage=0.9)
    assert loss == Loss(100, 1000, 7, loss.budget, 0.9)
    assert loss.budget == pytest.approx(0.5)


def test_what_was_not_measured_is_not_zero() -> None:
    loss = loss_of(good=0, valid=0, bad_minutes=0, window_valid=5, objective=Decimal("0.9"), coverage=0)
    assert loss == Loss(None, None, None, None, 0)
    silent = loss_of(good=0, valid=0, bad_minutes=0, window_valid=0, objective=Decimal("0.9"), coverage=1)
    assert silent.budget is None


def test_money_comes_of_events_and_of_minutes() -> None:
    both = Rate(Decimal("2.50"), Decimal(10), "EUR")
    assert money_of(rate=both, lost=100, lasted=timedelta(minutes=6, seconds=30)) == Decimal("315.00")
    assert money_of(rate=both, lost=None, lasted=timedelta(minutes=6)) is None
    assert money_of(rate=Rate(None, Decimal(10), "EUR"), lost=None, lasted=timedelta(minutes=6)) == Decimal("60.00")


def test_differences_show_words_within_lines_and_little_of_what_stayed() -> None:
    before = "\n".join(["one", "two", "three", "four", "five", "the shop was down", "end"])
    after = before.replace("down", "slow")
    shown = lines_between(before=before, after=after)
    assert [(line.side, line.text) for line in shown] == [
        ("gap", "3 lines as before"),
        ("same", "four"),
        ("same", "five"),
        ("old", "the shop was down"),
        ("new", "the shop was slow"),
        ("same", "end"),
    ]
    assert [(piece.side, piece.text) for piece in shown[4].pieces] == [("same", "the shop was "), ("new", "slow")]
    assert lines_between(before="a\n", after="a") == []


def test_who_responded_does_not_facilitate() -> None:
    roles = {7: ["scribe", "commander", "scribe"]}
    assert refusal_of(user_id=8, name="Bob", roles=roles) == ""
    assert refusal_of(user_id=7, name="Ada", roles=roles).startswith("Ada was commander and scribe in this incident")
