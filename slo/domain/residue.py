"""What rounding leaves in the difference of two running sums: told apart from traffic.

Running sums of whole counts are exact (reliability.kit.counting), so are their differences. Sums of fractional counts
carry the rounding of every hour they went through; where nothing happened, their difference is not 0 but a residue of
a few units in the last place (ulp) of the sums, and taken for traffic it would be an outage of everything.
"""

from __future__ import annotations

import numpy as np

from slo.domain.minutes import FloatArray

# Each hour and each correction rounds by half a ulp at most; in one direction all the time it would take 8,192 of them.
_ULPS = 4096.0


def slack_of(*, sums: FloatArray, reach: FloatArray) -> FloatArray:
    """By how much rounding may have moved each running sum; 0 where it is whole.

    reach: the largest running sum of its series, by size. A sum near 0 may be what is left of large ones: sums count
    from an origin in the midst of the series when its past came later.
    """
    slack: FloatArray = np.where(np.floor(sums) == sums, 0.0, _ULPS * np.spacing(np.maximum(np.abs(sums), reach)))
    return slack


def without_residue(
    *, good: FloatArray, valid: FloatArray, good_slack: FloatArray, valid_slack: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(good, valid) of windows, arrays of one shape: within the slack nothing is nothing, and all good is all good.

    What lies outside stays as it is, also good above valid or below zero: that is a fault, which others tell.
    """
    either = good_slack + valid_slack
    is_empty = (np.abs(valid) <= valid_slack) & (np.abs(good) <= either)
    is_perfect = ~is_empty & (np.abs(valid - good) <= either)
    is_all_bad = ~is_perfect & (np.abs(good) <= good_slack)
    return (
        np.where(is_empty | is_all_bad, 0.0, np.where(is_perfect, valid, good)),
        np.where(is_empty, 0.0, valid),
    )
