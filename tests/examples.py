"""The examples of property tests: the same at each run, so that a run says what changed; or many new ones.

`--hypothesis-profile=thorough` draws new ones, ten times as many where a test names no number of its own, and tells how
to draw one that failed again. How long one takes is for benchmarks to say: beside
other tests it takes as long as it takes.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow]


def choose() -> None:
    """For a conftest; what the command line asks for comes after it."""
    settings.register_profile("same", deadline=None, suppress_health_check=_SLOW, derandomize=True)
    settings.register_profile(
        "thorough", deadline=None, suppress_health_check=_SLOW, max_examples=1_000, print_blob=True
    )
    settings.load_profile("same")
