from __future__ import annotations

import pytest

from reliability.kit.counting import COUNT_MAX, DRIFT_MAX, EXACT_MAX, count_max


@pytest.mark.parametrize("days", [1, 400, 546, 547, 1_000, 3_650, 36_500])
def test_a_whole_retention_at_the_largest_count_stays_exact(days: int) -> None:
    assert count_max(retention_days=days) * (days + 1) * 1440 + DRIFT_MAX < EXACT_MAX
    assert float(EXACT_MAX - 1) + 1.0 == EXACT_MAX
    assert float(EXACT_MAX) + 1.0 == EXACT_MAX


def test_the_usual_retention_takes_ten_billion_a_minute_and_a_longer_one_less() -> None:
    assert count_max(retention_days=400) == COUNT_MAX == 10_000_000_000
    assert count_max(retention_days=1_100) < COUNT_MAX
