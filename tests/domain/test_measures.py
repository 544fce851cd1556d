"""Figures that are told: rows, overlaps, shares of buckets, ratios."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.periods import Period
from reliability.measures.domain.amounts import Amount, Figure, counted, shared_out, weeks_of
from reliability.measures.domain.buckets import Step, buckets_of, cut_of
from reliability.measures.domain.files import UnreadableBodyError, rows_of_json, rows_of_lines, rows_of_table
from reliability.measures.domain.overlaps import clashes
from reliability.measures.domain.ratios import RatioState, ratio_of
from reliability.measures.domain.rows import UnreadableRowError, read_row
from tests.domain.measures_reference import SECOND, amount

START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
ROW = {"service": "shop", "measure": "cost", "start": "2026-03-02", "end": "2026-03-03", "value": "1.5", "unit": "EUR"}


def span(start: int, end: int) -> Period:
    return Period(START + start * SECOND, START + end * SECOND)


LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=8)
SPANS = st.tuples(st.integers(0, 40), st.integers(1, 30)).map(lambda one: span(one[0], one[0] + one[1]))
FIGURES = st.lists(st.builds(Figure, SPANS, st.decimals(0, 1000, places=2), st.just("EUR")), max_size=8)


def consecutive(lengths: list[int], first: int = 5) -> list[Period]:
    return [span(one, other) for one, other in pairwise(accumulate(lengths, initial=first))]


@given(FIGURES, LENGTHS)
def test_buckets_hold_what_second_by_second_lies_in_them(figures: list[Figure], lengths: list[int]) -> None:
    buckets = consecutive(lengths)
    found = shared_out(figures=figures, buckets=buckets)
    assert [one.value for one in found] == [amount(figures, bucket) for bucket in buckets]
    assert [one.n for one in found] == [
        sum(figure.period.intersection(bucket) is not None for figure in figures) for bucket in buckets
    ]


@given(FIGURES, LENGTHS)
def test_the_buckets_of_a_period_hold_exactly_what_it_holds(figures: list[Figure], lengths: list[int]) -> None:
    buckets = consecutive(lengths)
    (whole,) = shared_out(figures=figures, buckets=[Period(buckets[0].start, buckets[-1].end)])
    parts = [one.value for one in shared_out(figures=figures, buckets=buckets) if one.value is not None]
    assert (sum(parts, Fraction(0)) if parts else None) == whole.value


@given(st.lists(st.integers(-5, 60), max_size=20), st.lists(SPANS, max_size=6), LENGTHS)
def test_events_and_weeks_are_those_of_each_bucket(
    seconds: list[int], shifts: list[Period], lengths: list[int]
) -> None:
    buckets = consecutive(lengths)
    instants = [START + second * SECOND for second in seconds]
    assert [one.value for one in counted(instants=instants, buckets=buckets)] == [
        sum(bucket.contains(at) for at in instants) for bucket in buckets
    ]
    week = timedelta(weeks=1) // SECOND
    assert [one.value for one in weeks_of(stretches=shifts, buckets=buckets)] == [
        sum(
            (Fraction(part.length // SECOND, week) for one in shifts if (part := one.intersection(bucket))),
            Fraction(0),
        )
        for bucket in buckets
    ]


def test_euros_and_dollars_are_never_added_up() -> None:
    figures = [Figure(span(0, 5), Decimal(1), "EUR"), Figure(span(5, 10), Decimal(1), "USD")]
    mixed, pure = shared_out(figures=figures, buckets=[span(0, 6), span(6, 10)])
    assert (mixed.value, sorted(mixed.units)) == (None, ["EUR", "USD"])
    assert (pure.value, sorted(pure.units)) == (Fraction(4, 5), ["USD"])
    assert ratio_of(mixed, Amount(Fraction(1), 1)).why is RatioState.MIXED_UNITS


@pytest.mark.parametrize(
    ("above", "below", "value", "why"),
    [
        (Fraction(3), Fraction(2), Fraction(3, 2), RatioState.DEFINED),
        (Fraction(0), Fraction(2), Fraction(0), RatioState.DEFINED),
        (Fraction(3), Fraction(0), None, RatioState.ZERO_DENOMINATOR),
        (Fraction(3), None, None, RatioState.NO_DENOMINATOR),
        (None, Fraction(2), None, RatioState.NO_NUMERATOR),
    ],
)
def test_a_ratio_is_undefined_where_a_side_is_unknown_or_there_is_nothing_below(
    above: Fraction | None, below: Fraction | None, value: Fraction | None, why: RatioState
) -> None:
    found = ratio_of(Amount(above, 1), Amount(below, 1))
    assert (found.value, found.why) == (value, why)


def test_the_ratio_of_a_period_is_sum_over_sum_and_not_the_mean_of_its_buckets() -> None:
    buckets = [span(0, 10), span(10, 20)]
    cost = [Figure(bucket, Decimal(10), "EUR") for bucket in buckets]
    orders = [Figure(buckets[0], Decimal(1)), Figure(buckets[1], Decimal(9))]

    def ratios(within: list[Period]) -> list[Fraction | None]:
        sides = (shared_out(figures=figures, buckets=within) for figures in (cost, orders))
        return [ratio_of(above, below).value for above, below in zip(*sides, strict=True)]

    assert ratios(buckets) == [Fraction(10), Fraction(10, 9)]
    assert ratios([span(0, 20)]) == [Fraction(2)]


@given(st.lists(SPANS, max_size=8), st.lists(SPANS, max_size=8))
def test_what_is_stored_never_overlaps(told: list[Period], more: list[Period]) -> None:
    def stored_after(stored: list[Period], told: list[Period]) -> list[Period]:
        refused = clashes(stored=stored, told=told)
        good = [one for place, one in enumerate(told) if place not in refused]
        for place, other in refused.items():
            assert other.intersection(told[place]) is not None
        # Naively: refused when it overlaps what was there before it, unless it takes the place of a stored one.
        kept, left = list(stored), set(stored)
        for place, one in enumerate(told):
            is_same = one in left
            left.discard(one)
            assert (place in refused) == (not is_same and any(one.intersection(other) for other in kept))
            if place not in refused:
                kept.append(one)
        return sorted({*stored, *good})

    first = stored_after([], told)
    both = stored_after(first, more)
    for one, other in pairwise(both):
        assert one.intersection(other) is None


@pytest.mark.parametrize("step", list(Step))
@given(day=st.integers(0, 400), hours=st.integers(1, 2500))
def test_buckets_cover_the_period_and_break_at_midnights_of_the_zone(step: Step, day: int, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = START + timedelta(days=day, hours=5)
    period = Period(start, start + timedelta(hours=hours))
    buckets = buckets_of(period=period, step=step, zone=zone)
    assert (buckets[0].start, buckets[-1].end) == (period.start, period.end)
    for one, other in pairwise(buckets):
        assert one.end == other.start
        local = other.start.astimezone(zone)
        assert (local.hour, local.minute) == (0, 0)
        assert step is not Step.WEEK or local.weekday() == 0
        assert step is not Step.MONTH or local.day == 1


def test_what_the_range_cuts_off_is_told_from_what_is_whole() -> None:
    zone = ZoneInfo("Europe/Berlin")
    period = Period(datetime(2026, 3, 18, 9, tzinfo=UTC), datetime(2026, 4, 5, 22, tzinfo=UTC))  # to midnight there
    cut = {
        step: [one in cut_of(buckets=found, step=step, zone=zone) for one in found]
        for step in Step
        for found in [buckets_of(period=period, step=step, zone=zone)]
    }
    assert cut[Step.WEEK] == [True, False, False], "the week of 23 hours less among them"
    assert cut[Step.MONTH] == [True, True]
    assert cut[Step.DAY] == [True] + [False] * 18
    within = Period(datetime(2026, 3, 18, 9, tzinfo=UTC), datetime(2026, 3, 18, 10, tzinfo=UTC))
    assert cut_of(buckets=[within], step=Step.DAY, zone=zone) == {within}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": "NaN"}, "bad_value"),
        ({"value": "Infinity"}, "bad_value"),
        ({"value": True}, "bad_value"),
        ({"value": None}, "bad_value"),
        ({"value": "-0.01"}, "negative"),
        ({"value": "1e16"}, "too_large"),
        ({"value": "1e999999"}, "too_large"),
        ({"value": "0.0000001"}, "too_fine"),
        ({"value": "1.00000000000000000000000000000001"}, "too_fine"),
        ({"value": "1234567890.123456"}, "too_fine"),
        ({"value": "1_000"}, "bad_value"),
        ({"value": "١٢"}, "bad_value"),
        ({"value": "182,40"}, "bad_value"),
        ({"unit": "euro"}, "bad_currency"),
        ({"unit": ""}, "bad_currency"),
        ({"measure": "transactions"}, "bad_unit"),
        ({"measure": "Page views"}, "bad_measure"),
        ({"measure": "deployments", "unit": ""}, "counted"),
        ({"end": "2026-03-02"}, "bad_period"),
        ({"end": "2027-03-05"}, "bad_period"),
        ({"start": "2026-02-30"}, "bad_instant"),
        ({"start": "2026-03-02T12:00"}, "bad_instant"),
        ({"start": 5}, "bad_instant"),
        ({"start": "2026-04-02", "end": "2026-04-03"}, "too_new"),
        ({"service": ""}, "malformed"),
        ({"currency": "EUR"}, "unknown_field"),
    ],
)
def test_a_row_that_is_none_says_why(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableRowError) as refused:
        read_row({**ROW, **change}, now=NOW)
    assert refused.value.reason == reason


@given(st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**15 - 1), st.integers(0, 6)))
def test_values_are_what_was_sent_to_the_last_digit(value: Decimal) -> None:
    text = json.dumps([ROW]).replace('"1.5"', f"{value:f}")
    (row,) = rows_of_json(text)
    assert read_row(row, now=NOW).value == value


def test_days_are_midnights_of_utc_and_offsets_count() -> None:
    assert read_row(ROW, now=NOW).period == Period(START, START + timedelta(days=1))
    row = {**ROW, "start": "2026-03-02T01:00:00+01:00", "end": "2026-03-03T00:00:00Z"}
    assert read_row(row, now=NOW).period.start == START


def test_lines_and_tables_tell_the_same_and_what_is_none_is_refused_alone() -> None:
    lines = [json.dumps(ROW), "", '{"value": NaN}', "[" * 100_000]
    found = list(rows_of_lines(lines))
    assert [number for number, _ in found] == [1, 3, 4]
    assert [isinstance(row, UnreadableRowError) for _, row in found] == [False, True, True]
    table = list(rows_of_table([",".join(ROW) + "\n", ",".join(ROW.values()) + "\n", ",".join(ROW.values()) + ",x\n"]))
    assert table[0] == (2, ROW)
    assert isinstance(table[1][1], UnreadableRowError)
    for mark in (";", "\t"):
        parted = [mark.join(ROW) + mark + "\r\n", mark.join(ROW.values()) + mark + "\r\n"]
        assert list(rows_of_table(parted)) == [(2, ROW)]
    odd = list(rows_of_table([",".join(ROW) + "\n", "a" * 200_000 + "\n", ",".join(ROW.values()) + "\n"]))
    assert isinstance(odd[0][1], UnreadableRowError)
    assert odd[1][1] == ROW, "one bad line is refused alone"
    assert list(rows_of_table([])) == []
    for text in ("{}", "[1", "[NaN]"):
        with pytest.raises(UnreadableBodyError):
            rows_of_json(text)
