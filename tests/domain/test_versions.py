from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from slo.domain.definition import Definition
from slo.domain.versions import Basis, Version, VersionError, choose, in_force
from slo.domain.windows import RollingWindow
from tests.domain.measured import NOON

WINDOW = RollingWindow(timedelta(days=28))
FIRST = Version(1, NOON - timedelta(days=60), Definition(Decimal("0.99"), WINDOW))
SECOND = Version(2, NOON - timedelta(days=5), Definition(Decimal("0.999"), WINDOW))
PLANNED = Version(3, NOON + timedelta(days=5), Definition(Decimal("0.9999"), WINDOW))
ALL = (PLANNED, FIRST, SECOND)


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        pytest.param(0, SECOND, id="now"),
        pytest.param(5, SECOND, id="from its first instant on"),
        pytest.param(6, FIRST, id="before that the version before"),
    ],
)
def test_history_is_judged_by_the_version_of_its_time(days_ago: int, expected: Version) -> None:
    choice = choose(versions=ALL, at=NOON - timedelta(days=days_ago), now=NOON)
    assert (choice.version, choice.basis) == (expected, Basis.AS_OF)
    assert choice.label.startswith(f"as of version {expected.number}, in force since 2026-")


def test_restated_history_is_judged_by_the_version_in_force_now_and_says_so() -> None:
    choice = choose(versions=ALL, at=NOON - timedelta(days=50), now=NOON, basis=Basis.RESTATED)
    assert choice.version is SECOND
    assert choice.label == "restated under version 2, in force since 2026-02-25T12:00:00Z"


def test_before_the_first_version_the_first_one_judges_and_the_label_says_so() -> None:
    choice = choose(versions=ALL, at=NOON - timedelta(days=100), now=NOON)
    assert choice.version is FIRST
    assert choice.label == "before the first version: judged by version 1 of 2026-01-01T12:00:00Z"


def test_no_version_is_in_force_before_the_first() -> None:
    assert in_force(versions=ALL, at=NOON - timedelta(days=100)) is None


def test_an_slo_without_versions_is_refused() -> None:
    with pytest.raises(VersionError, match="no version"):
        choose(versions=(), at=NOON, now=NOON)
