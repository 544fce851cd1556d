from __future__ import annotations

from datetime import timedelta

import pytest

from slo.domain.urgency import Burning, Urgency, urgency_of

CALM = {"5m": 0.2, "30m": 0.2, "1h": 0.2, "2h": 0.2, "6h": 0.2, "1d": 0.2, "3d": 0.2}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        pytest.param({}, Burning(Urgency.NONE), id="a slow burn is no matter"),
        pytest.param(dict.fromkeys(CALM, None), Burning(Urgency.NONE), id="nothing measured is no matter"),
        pytest.param({"1h": 15, "5m": 16}, Burning(Urgency.NOW, "1h", 15), id="two percent within an hour wakes"),
        pytest.param({"1h": 10.8, "5m": 9}, Burning(Urgency.NOW, "1h", 10.8), id="an hour on its way is looked at"),
        pytest.param({"1h": 10.8}, Burning(Urgency.WATCH, "1h", 10.8), id="an hour that has ended is watched"),
        pytest.param({"6h": 7, "30m": 7}, Burning(Urgency.NOW, "6h", 7), id="five percent within six hours wakes"),
        pytest.param({"1d": 4, "2h": 4}, Burning(Urgency.SOON, "1d", 4), id="ten percent within a day is a ticket"),
        pytest.param({"3d": 1.1, "6h": 1.1}, Burning(Urgency.SOON, "3d", 1.1), id="ten percent in three days, too"),
        pytest.param({"3d": 1.1}, Burning(Urgency.WATCH, "3d", 1.1), id="three days that have calmed down are watched"),
        pytest.param({"1h": 1.0, "6h": 1.0}, Burning(Urgency.NONE), id="exactly one lasts the window"),
    ],
)  # fmt: skip
def test_urgency_follows_the_long_burn_while_the_short_one_goes_on(
    rates: dict[str, float | None], expected: Burning
) -> None:
    assert urgency_of(burn_rates=CALM | rates, window_length=timedelta(days=30)) == expected


@pytest.mark.parametrize(
    ("days", "urgency"),
    [
        pytest.param(90, Urgency.WATCH, id="a small part of a quarter's budget"),
        pytest.param(7, Urgency.NOW, id="a large part of a week's budget"),
    ],
)
def test_the_same_burn_is_judged_by_the_share_of_the_budget_it_spends(days: int, urgency: Urgency) -> None:
    burning = urgency_of(burn_rates=CALM | {"1h": 5, "5m": 5}, window_length=timedelta(days=days))
    assert burning.urgency is urgency
