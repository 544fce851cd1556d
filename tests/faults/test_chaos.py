"""Fault 29: whoever watches a run dies at a random instant. The fault is gone soon, and its method is not begun again.

`python -m tests.faults.chaos_trials --trials 100` does the same for an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.chaos_bench import EMBEDDED, SERVERS, ChaosBench, running_chaos_bench
from tests.faults.chaos_trials import DEATHS, MOMENTS, do, trials_of

pytestmark = pytest.mark.faults

TRIALS = 5
SEED = 89  # five deaths at all four moments


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChaosBench]:
    with running_chaos_bench(request.param, tmp_path_factory.mktemp("chaos")) as bench:
        yield bench


@pytest.mark.parametrize("bench", [EMBEDDED, SERVERS], indirect=True)
def test_no_fault_is_left_behind_by_the_death_of_anybody(
    bench: ChaosBench, record_property: Callable[[str, object], None]
) -> None:
    done = [do(bench, trial) for trial in trials_of(count=TRIALS, seed=SEED)]
    assert len({trial.death for trial in done}) >= 4
    record_property("trials of deaths around runs of experiments", len(done))
    record_property("seconds until the last fault was gone, at worst", max(round(one.gone_seconds, 1) for one in done))
    record_property("faults put in place, none twice", sum(trial.begun for trial in done))


def test_every_death_at_every_moment_comes_once_before_one_comes_again() -> None:
    found = trials_of(count=len(DEATHS) * len(MOMENTS), seed=3)
    assert len({(trial.death, trial.moment) for trial in found}) == len(found)
    assert trials_of(count=5, seed=3) == found[:5]
