from __future__ import annotations

from collections.abc import Sequence

import pytest

from slo.domain.breaches import breaches_in


@pytest.mark.parametrize(
    ("remaining", "breaches"),
    [
        pytest.param([], 0, id="nothing known is no breach"),
        pytest.param([None, None], 0, id="no data is no breach"),
        pytest.param([1.0, 0.2, 0.0], 0, id="spent to the last bit still meets the objective"),
        pytest.param([0.5, -0.1, -0.3], 1, id="one long stretch below zero counts once"),
        pytest.param([-0.1, None, -0.2], 1, id="a gap does not end a stretch"),
        pytest.param([0.1, -0.1, 0.1, -0.1], 2, id="recovering and falling again counts twice"),
    ],
)
def test_stretches_below_zero_are_counted(remaining: Sequence[float | None], breaches: int) -> None:
    assert breaches_in(remaining) == breaches
