"""Periods of an agreement, whether they were kept and what is owed, against counting minute by minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.kit.periods import Period
from slo.domain.agreement_drafts import AgreementDraft, CreditsError, credits_text, mistakes_of, parse_credits
from slo.domain.agreements import (
    Counting,
    Credit,
    Kept,
    Part,
    Terms,
    credit_of,
    judge,
    mistakes_of_credits,
    parts_of,
    tension_words,
)
from slo.domain.availability import Availability, of_events
from slo.domain.calendar_periods import PeriodKind

TABLE = (
    Credit(Decimal("0.995"), Decimal(10)),
    Credit(Decimal("0.99"), Decimal(25)),
    Credit(Decimal("0.95"), Decimal(50)),
)
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


def terms(first: date, *, period: PeriodKind = PeriodKind.MONTH, zone: str = "Europe/Berlin") -> Terms:
    return Terms(first, Decimal("0.995"), period, zone, Counting.AS_OBJECTIVE, TABLE)


def counted(part: Part, *, good: float, valid: float, at: datetime = NOW) -> Availability:
    minutes = max(0, int((min(part.period.end, at) - part.period.start) / timedelta(minutes=1)))
    return of_events(
        period=part.period, good=good, valid=valid, covered_minutes=minutes, minutes=minutes,
        is_running=part.period.end > at,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.dates(date(2025, 1, 1), date(2026, 11, 1)), min_size=1, max_size=4, unique=True),
    kinds=st.lists(st.sampled_from([PeriodKind.MONTH, PeriodKind.QUARTER]), min_size=4, max_size=4),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    last=st.none() | st.dates(date(2026, 11, 1), date(2027, 6, 1)),
    probe=st.integers(0, 700 * 24 * 60),
)
def test_every_minute_lies_in_one_period_under_the_terms_of_its_time(
    days: list[date], kinds: list[PeriodKind], zone: str, last: date | None, probe: int
) -> None:
    versions = [terms(day, period=kind, zone=zone) for day, kind in zip(sorted(days), kinds, strict=False)]
    parts = parts_of(versions=versions, last=last, until=NOW)
    assert parts[0].period.start == versions[0].start
    for before, after in pairwise(parts):
        assert before.period.end == after.period.start
    instant = versions[0].start + timedelta(minutes=probe)
    holding = [part for part in parts if part.period.contains(instant)]
    local = instant.astimezone(ZoneInfo(zone))
    expected = [one for one in versions if one.start <= instant][-1]
    if instant <= NOW and (last is None or local.date() <= last):
        (part,) = holding
        assert part.terms == expected
        first = part.calendar.first
        assert (first.year, first.day) == (local.year, 1)
        months = 1 if expected.period is PeriodKind.MONTH else 3
        assert first.month <= local.month < first.month + months
    elif last is not None and local.date() > last:
        assert holding == []


def test_the_month_in_which_clocks_go_forward_allows_less() -> None:
    parts = {part.calendar.slug: part for part in parts_of(versions=[terms(date(2026, 1, 1))], last=None, until=NOW)}
    allowed = {
        slug: judge(part=part, found=counted(part, good=1, valid=1), at=NOW).allowed_minutes
        for slug, part in parts.items()
    }
    assert allowed["2026-03"] == pytest.approx(743 * 60 * 0.005)
    assert allowed["2026-10"] == pytest.approx(745 * 60 * 0.005)
    assert allowed["2026-02"] == pytest.approx(28 * 24 * 60 * 0.005)
    assert allowed["2026-11"] == pytest.approx(30 * 24 * 60 * 0.005), "what is still to come is part of the promise"


@pytest.mark.parametrize(
    ("good", "state", "credit"),
    [
        pytest.param(1_000_000, Kept.MET, 0, id="nothing lost"),
        pytest.param(995_000, Kept.MET, 0, id="exactly at the target it is kept"),
        pytest.param(994_999, Kept.MISSED, 10, id="one event more and the first row is owed"),
        pytest.param(990_000, Kept.MISSED, 10, id="exactly at the second row it is still the first"),
        pytest.param(989_999, Kept.MISSED, 25, id="below it the second"),
        pytest.param(0, Kept.MISSED, 50, id="never more than the last"),
    ],
)
def test_a_period_is_kept_or_costs_what_the_table_says(good: int, state: Kept, credit: int) -> None:
    part = parts_of(versions=[terms(date(2026, 9, 1))], last=None, until=NOW)[0]
    found = judge(part=part, found=counted(part, good=good, valid=1_000_000), at=NOW)
    assert (found.state, found.credit) == (state, Decimal(credit))
    assert found.left_minutes == pytest.approx(720 * 60 * (0.005 - (1 - good / 1_000_000)))


def test_a_verdict_on_little_of_the_period_says_so() -> None:
    part = parts_of(versions=[terms(date(2026, 9, 1))], last=None, until=NOW)[0]
    whole = counted(part, good=1000, valid=1000)
    thin = replace(whole, covered_minutes=whole.minutes // 3)
    assert judge(part=part, found=whole, at=NOW).reason == "the promise was kept"
    assert judge(part=part, found=thin, at=NOW).reason == "the promise was kept, by the 33.3 % that were measured"
    missed = judge(part=part, found=replace(thin, bad=Fraction(6)), at=NOW)
    assert missed.reason.startswith("the promise was not kept, by the 33.3 % that were measured: a credit of")


@given(
    good=st.integers(990_000, 1_000_000),
    covered=st.integers(1, 720 * 60),
    sliced=st.booleans(),
)
def test_what_is_left_is_below_nothing_exactly_where_the_promise_was_missed(
    good: int, covered: int, sliced: bool
) -> None:
    part = parts_of(versions=[terms(date(2026, 9, 1))], last=None, until=NOW)[0]
    found = replace(counted(part, good=good, valid=1_000_000), covered_minutes=covered)
    if sliced:
        base = Fraction(8640)
        found = replace(found, unit_minutes=5, base=base, bad=Fraction(round((1_000_000 - good) * 0.00864)))
    judged = judge(part=part, found=found, at=NOW)
    assert judged.left_minutes is not None
    if abs(judged.left_minutes) > 1e-6:
        assert (judged.left_minutes < 0) is (judged.state is Kept.MISSED)


def test_without_data_nobody_is_promised_anything_was_kept() -> None:
    part = parts_of(versions=[terms(date(2026, 9, 1))], last=None, until=NOW)[0]
    found = judge(part=part, found=counted(part, good=0, valid=0), at=NOW)
    assert (found.state, found.credit, found.left_minutes) == (Kept.NO_DATA, None, None)


def test_a_running_period_says_what_it_can_still_lose() -> None:
    part = parts_of(versions=[terms(date(2026, 11, 1), zone="UTC")], last=None, until=NOW)[-1]
    found = judge(part=part, found=counted(part, good=999, valid=1000), at=NOW)
    passed = 21 * 1440 + 300
    assert (found.state, found.credit) == (Kept.RUNNING, None)
    assert found.left_minutes == pytest.approx(30 * 1440 * 0.005 - passed * 0.001)
    assert "can still lose 185 min" in found.reason
    lost = judge(part=part, found=counted(part, good=9, valid=10), at=NOW)
    assert lost.state is Kept.RUNNING
    assert "more than the whole period allows" in lost.reason


@given(
    rows=st.lists(st.tuples(st.integers(1, 999), st.integers(1, 100)), min_size=1, max_size=6),
    good=st.integers(0, 1000),
)
def test_credits_are_the_largest_of_the_rows_it_is_below(rows: list[tuple[int, int]], good: int) -> None:
    table = [Credit(Decimal(below) / 1000, Decimal(percent)) for below, percent in rows]
    found = of_events(period=Period(NOW, NOW), good=good, valid=1000, covered_minutes=1, minutes=1, is_running=False)
    assert credit_of(table=table, found=found) == max([percent for below, percent in rows if good < below], default=0)


def test_the_table_is_read_as_people_write_it_and_written_as_it_is_read() -> None:
    assert parse_credits("99.5: 10\n\n below 99,0 % → 25 %\n95 50") == TABLE
    assert parse_credits(credits_text(TABLE)) == TABLE
    with pytest.raises(CreditsError, match="line 2"):
        parse_credits("99.5: 10\nall of it")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("99.9: 10", "above the target", id="a credit where nothing was broken"),
        pytest.param("99.0: 10\n99.5: 25", "highest row comes first", id="out of order"),
        pytest.param("99.5: 10\n99.0: 10", "must be more", id="worse and no dearer"),
        pytest.param("99.5: 110", "between 0 and 100", id="more than the fee"),
        pytest.param("0: 10", "no availability", id="below nothing"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    (mistake,) = mistakes_of_credits(table=parse_credits(text), target=Decimal("0.995"))
    assert words in mistake


def test_a_draft_names_the_field_of_each_mistake() -> None:
    draft = AgreementDraft(
        name="Gold!", title=" ", slo_id=1, target=Decimal(1), first=date(2026, 2, 1), last=date(2026, 1, 1),
        zone="Europe/Berln", period="week", counting="some", customer="x\0",
    )  # fmt: skip
    assert {field for field, _ in mistakes_of(draft)} == {
        "name", "title", "target", "last", "zone", "period", "counting", "customer",
    }  # fmt: skip
    assert mistakes_of(AgreementDraft("gold", "Gold", 1, Decimal("0.995"), date(2026, 1, 1), credits=TABLE)) == []


def test_the_objective_ought_to_be_stricter_than_the_promise() -> None:
    assert tension_words(objective=Decimal("0.999"), target=Decimal("0.995"))[0] is True
    for target, words in (("0.999", "the same"), ("0.9995", "promised more")):
        is_roomy, said = tension_words(objective=Decimal("0.999"), target=Decimal(target))
        assert not is_roomy
        assert words in said
