"""Totals of one SLI over one period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reliability.kit.periods import Period
from slo.domain.exclusions import Exclusion
from slo.domain.spans import spans_of
from slo.domain.totals import Totals
from slo.selectors.occurrences import totals_of_windows


def totals_of(*, sli_id: int, period: Period, exclusions: Sequence[Exclusion] = ()) -> Totals:
    """Good, valid and measured minutes of *period* (bounds floored to the minute), exclusions taken out."""
    return totals_of_windows(
        sli_ids=np.array([sli_id], dtype=np.int64),
        starts=np.array([[period.start_minute]], dtype=np.int64),
        ends=np.array([[period.end_minute]], dtype=np.int64),
        spans=[spans_of(exclusions)],
    ).one(0)
