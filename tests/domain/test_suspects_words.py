"""What is said of suspects: reasons, names, whom a ranking blames, and how often it was right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.catalog.domain.graph import edges_of
from reliability.kit.periods import Period
from reliability.suspects.domain.blame import blamed
from reliability.suspects.domain.kinds import CaseKind, SuspectKind, VerdictState, kind_of_change
from reliability.suspects.domain.labels import deployment_label
from reliability.suspects.domain.precision import JudgedCase, Seen, by_month, is_judged, precision
from reliability.suspects.domain.reach import distances
from reliability.suspects.domain.reasons import Facts, reasons_of

OPEN, CONFIRMED, REJECTED = VerdictState
FACTS = Facts(
    kind=SuspectKind.DEPLOYMENT,
    case=CaseKind.BURN,
    lag=timedelta(minutes=4, seconds=20),
    is_running=False,
    distance=1,
    failed=3,
    total=20,
    service="Payments",
    of="Checkout",
)


def words(**changed: object) -> list[str]:
    return [reason.text for reason in reasons_of(replace(FACTS, **changed))]  # type: ignore[arg-type]  # by name


def test_reasons_say_when_where_and_how_it_went_before() -> None:
    assert words() == [
        "deployed 4 min before it burnt",
        "of Payments, which Checkout needs directly",
        "3 of its last 20 deployments failed",
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"lag": timedelta(seconds=40)}, "deployed in the minute it burnt"),
        ({"lag": timedelta(0), "is_running": True}, "was being deployed when it burnt"),
        ({"kind": SuspectKind.FLAG, "case": CaseKind.INCIDENT}, "switched 4 min before it began"),
        (
            {"kind": SuspectKind.EXPERIMENT, "lag": timedelta(0), "is_running": True},
            "a fault was in place when it burnt",
        ),
        ({"distance": 0}, "of Payments itself"),
        ({"distance": 3}, "of Payments, which Checkout needs 3 steps down"),
        ({"service": None}, "of the whole team: it names no service"),
        ({"failed": 0, "total": 0}, "no earlier deployment of it is known"),
        ({"failed": 0, "total": 1}, "0 of its last 1 deployment failed"),
        ({"kind": SuspectKind.FLAG, "total": 4}, "3 of 4 feature flag switches of it that were judged did it"),
        ({"is_late": True}, "named only after the first ranking"),
    ],
)
def test_each_reason_has_its_words(changed: dict[str, object], expected: str) -> None:
    assert expected in words(**changed)


def test_a_name_holds_service_and_revision() -> None:
    told = {"service": "checkout", "title": "Faster baskets", "environment": "production"}
    sha = "4f2a91c0d5634f2a91c0d5634f2a91c0d5634f2a"
    assert deployment_label(revision=sha, **told) == "checkout 4f2a91c to production"
    assert deployment_label(revision="2026.46.1", **told) == "checkout 2026.46.1 to production"
    assert deployment_label(revision="", **told) == "checkout Faster baskets to production"


def test_kinds_of_changes_are_read_as_senders_write_them() -> None:
    assert kind_of_change("Feature_Flag ") is SuspectKind.FLAG
    assert kind_of_change("configuration") is SuspectKind.CONFIGURATION
    assert kind_of_change(None) is SuspectKind.CHANGE


@dataclass(frozen=True)
class Row:
    place: int | None
    verdict: str = "open"


def test_the_confirmed_one_is_blamed_then_the_first_that_nobody_rejected() -> None:
    first, second, gone = Row(1), Row(2), Row(None, "confirmed")
    assert blamed([second, first]) == (first, False)
    assert blamed([replace(first, verdict="rejected"), second]) == (second, False)
    assert blamed([first, replace(second, verdict="confirmed")]) == (Row(2, "confirmed"), True)
    assert blamed([first, gone]) == (gone, True)
    assert blamed([replace(first, verdict="rejected"), Row(None)]) is None
    assert blamed([]) is None


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20), st.sets(st.integers(0, 7), max_size=3))
def test_distances_are_those_of_a_naive_search(pairs: set[tuple[int, int]], roots: set[int]) -> None:
    needs, _ = edges_of((a, b, True) for a, b in sorted(pairs))
    found = dict.fromkeys(roots, 0)
    for _ in range(9):
        for a, b in pairs:
            if a in found and found[a] + 1 < found.get(b, 99):
                found[b] = found[a] + 1
    assert distances(needs=needs, roots=roots) == found


def case(*suspects: tuple[int | None, VerdictState], month: int = 3) -> JudgedCase:
    return JudgedCase(datetime(2026, month, 2, tzinfo=UTC), [Seen(*one) for one in suspects])


def test_precision_counts_confirmed_places_among_judged_cases() -> None:
    first_right = case((1, CONFIRMED), (2, OPEN))
    third_right = case((1, REJECTED), (2, OPEN), (3, CONFIRMED))
    late_right = case((1, OPEN), (None, CONFIRMED))
    first_wrong = case((1, REJECTED), (2, OPEN), (3, OPEN))
    nobody_said = case((1, OPEN))
    cases = [first_right, third_right, late_right, first_wrong, nobody_said, case()]
    at_1, at_3 = precision(cases=cases, k=1), precision(cases=cases, k=3)
    assert (at_1.hits, at_1.judged) == (1, 4)
    assert (at_3.hits, at_3.judged) == (2, 3), "of the first three only one was rejected: not judged yet"
    assert at_3.value == pytest.approx(2 / 3)
    assert precision(cases=[nobody_said], k=1).value is None, "nothing judged is no data"
    assert is_judged(case=case((1, REJECTED), (2, REJECTED)), k=3), "there is no third"


def test_a_month_without_verdicts_is_a_gap() -> None:
    cases = [case((1, CONFIRMED)), case((1, OPEN), month=5)]
    period = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC))
    months = by_month(cases=cases, period=period)
    assert [(one.start.month, one.cases, one.at_1.value) for one in months] == [(3, 1, 1.0), (4, 0, None), (5, 1, None)]
    until_may = by_month(cases=[], period=Period(period.start, datetime(2026, 5, 1, tzinfo=UTC)))
    assert [one.start.month for one in until_may] == [3, 4], "the end of a period does not belong to it"
