"""How a person is told: rules, quiet hours on the wall clock, and never nobody."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.paging.domain.quiet_hours import Quiet, quiet_until
from incidents.paging.domain.rules import PlaceDue, PlaceReason, Rule, places_of
from incidents.paging.domain.urgency import Urgency
from reliability.kit.wall_clock import wall_clock

PUSH, PHONE, MAIL = 1, 2, 3
NIGHTS = Quiet(time(22, 0), time(7, 0))
BERLIN = "Europe/Berlin"
ZONES = (
    "UTC", BERLIN, "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
    "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll",
)  # fmt: skip


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=wall_clock(zone).zone).astimezone(UTC)


def rule(minutes: int, method: int, urgency: Urgency = Urgency.URGENT) -> Rule:
    return Rule(urgency, timedelta(minutes=minutes), method)


def places(
    *rules: Rule,
    methods: tuple[int, ...] = (PUSH, PHONE, MAIL),
    urgency: Urgency = Urgency.URGENT,
    quiet: Quiet | None = None,
    reached: datetime,
) -> list[PlaceDue]:
    return places_of(
        rules=rules, contact_methods=methods, urgency=urgency, quiet_hours=quiet, zone=BERLIN, reached_at=reached
    )


def told(found: list[PlaceDue], reached: datetime) -> list[tuple[int | None, float]]:
    return [(place.contact_method_id, (place.due_at - reached).total_seconds() / 60) for place in found]


def test_rules_are_told_in_the_order_of_their_delays() -> None:
    reached = at("2026-03-02T14:02")
    found = places(rule(3, PHONE), rule(0, PUSH), rule(0, MAIL, Urgency.NORMAL), reached=reached)
    assert told(found, reached) == [(PUSH, 0), (PHONE, 3)]
    assert [place.words for place in found] == ["at once", "3 min after being reached"]


def test_without_rules_of_the_urgency_every_contact_method_is_told_at_once() -> None:
    reached = at("2026-03-02T14:02")
    found = places(rule(0, PUSH, Urgency.NORMAL), reached=reached)
    assert told(found, reached) == [(PUSH, 0), (PHONE, 0), (MAIL, 0)]
    assert {place.reason for place in found} == {PlaceReason.NO_RULES}


def test_a_rule_whose_contact_method_is_gone_is_left_out() -> None:
    reached = at("2026-03-02T14:02")
    assert told(places(rule(0, PUSH), rule(2, PHONE), methods=(PHONE,), reached=reached), reached) == [(PHONE, 2)]


def test_when_all_rules_name_what_is_gone_every_contact_method_is_told() -> None:
    reached = at("2026-03-02T14:02")
    assert told(places(rule(9, PUSH), methods=(MAIL,), reached=reached), reached) == [(MAIL, 0)]


def test_without_a_contact_method_the_sign_in_address_is_told() -> None:
    reached = at("2026-03-02T14:02")
    found = places(rule(0, PUSH), methods=(), reached=reached)
    assert told(found, reached) == [(None, 0)]
    assert found[0].reason is PlaceReason.NO_CONTACT_METHOD


def test_normal_urgency_waits_for_the_end_of_quiet_hours_and_keeps_its_delays() -> None:
    reached = at("2026-03-02T23:30")
    rules = (rule(0, PUSH, Urgency.NORMAL), rule(10, PHONE, Urgency.NORMAL))
    found = places(*rules, urgency=Urgency.NORMAL, quiet=NIGHTS, reached=reached)
    assert [place.due_at for place in found] == [at("2026-03-03T07:00"), at("2026-03-03T07:10")]
    assert found[0].words == "at once, held by quiet hours until 07:00 CET"
    assert all(place.held for place in found)


def test_a_later_rule_that_falls_into_quiet_hours_is_held_alone() -> None:
    reached = at("2026-03-02T21:55")
    rules = (rule(0, PUSH, Urgency.NORMAL), rule(10, PHONE, Urgency.NORMAL))
    found = places(*rules, urgency=Urgency.NORMAL, quiet=NIGHTS, reached=reached)
    assert [(place.due_at, place.held) for place in found] == [(reached, False), (at("2026-03-03T07:00"), True)]


def test_urgent_passes_quiet_hours() -> None:
    reached = at("2026-03-02T23:30")
    assert told(places(rule(0, PUSH), quiet=NIGHTS, reached=reached), reached) == [(PUSH, 0)]


@pytest.mark.parametrize(
    ("instant", "end"),
    [
        pytest.param("2026-03-02T21:59:59", None, id="a second before they begin is not quiet"),
        pytest.param("2026-03-02T22:00", "2026-03-03T07:00", id="their first instant is quiet"),
        pytest.param("2026-03-03T06:59:59", "2026-03-03T07:00", id="their last second is quiet"),
        pytest.param("2026-03-03T07:00", None, id="their end is not quiet"),
        pytest.param("2026-03-28T23:00", "2026-03-29T07:00", id="the night that loses an hour"),
        pytest.param("2026-10-24T23:00", "2026-10-25T07:00", id="the night that gains an hour"),
    ],
)
def test_quiet_hours_on_the_wall_clock(instant: str, end: str | None) -> None:
    found = quiet_until(quiet=NIGHTS, zone_name=BERLIN, at=at(instant))
    assert found == (at(end) if end else None)


def test_a_time_that_comes_twice_means_the_first_of_the_two() -> None:
    quiet = Quiet(time(1, 0), time(2, 30))
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert quiet_until(quiet=quiet, zone_name=BERLIN, at=first - timedelta(minutes=1)) == first
    assert quiet_until(quiet=quiet, zone_name=BERLIN, at=second - timedelta(minutes=1)) is None


def test_a_time_that_is_skipped_means_the_first_instant_after_the_gap() -> None:
    gap_ends = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    quiet = Quiet(time(1, 0), time(2, 30))
    assert quiet_until(quiet=quiet, zone_name=BERLIN, at=gap_ends - timedelta(minutes=1)) == gap_ends
    begins_in_gap = Quiet(time(2, 30), time(4, 0))
    assert quiet_until(quiet=begins_in_gap, zone_name=BERLIN, at=gap_ends) == at("2026-03-29T04:00")
    assert quiet_until(quiet=begins_in_gap, zone_name=BERLIN, at=gap_ends - timedelta(seconds=1)) is None


def test_weekdays_are_those_on_which_quiet_hours_begin() -> None:
    weekend = Quiet(time(20, 0), time(8, 0), frozenset({4, 5}))  # Friday and Saturday evenings
    assert quiet_until(quiet=weekend, zone_name=BERLIN, at=at("2026-03-08T07:00")) == at("2026-03-08T08:00")
    assert quiet_until(quiet=weekend, zone_name=BERLIN, at=at("2026-03-08T21:00")) is None


def test_whole_days_in_a_row_are_one_quiet_time() -> None:
    weekend = Quiet(time(0, 0), time(0, 0), frozenset({5, 6}))
    assert quiet_until(quiet=weekend, zone_name=BERLIN, at=at("2026-03-07T10:00")) == at("2026-03-09T00:00")


def test_quiet_hours_around_the_clock_end_nevertheless() -> None:
    always = Quiet(time(9, 0), time(9, 0))
    instant = at("2026-03-07T10:00")
    end = quiet_until(quiet=always, zone_name=BERLIN, at=instant)
    assert end is not None
    assert instant < end <= instant + timedelta(days=9)


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
quiets = st.builds(Quiet, times, times, st.frozensets(st.integers(0, 6)))
instants = st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 1)).map(lambda wall: wall.replace(tzinfo=UTC))  # noqa: DTZ001  hypothesis wants naive bounds


@given(quiets, st.sampled_from(ZONES), instants)
def test_quiet_hours_end_later_and_the_end_is_not_quiet(quiet: Quiet, zone: str, instant: datetime) -> None:
    end = quiet_until(quiet=quiet, zone_name=zone, at=instant)
    if end is None:
        return
    assert instant < end <= instant + timedelta(days=9)

    if quiet.start != quiet.end:
        assert quiet_until(quiet=quiet, zone_name=zone, at=end) is None


@given(
    quiets | st.none(),
    st.sampled_from(ZONES),
    instants,
    st.sampled_from(Urgency),
    st.lists(st.builds(rule, st.integers(0, 60), st.sampled_from([PUSH, PHONE, MAIL, 99]), st.sampled_from(Urgency))),
    st.sets(st.sampled_from([PUSH, PHONE, MAIL])),
)
def test_everybody_is_told_somewhere_never_early_and_urgent_never_late(
    quiet: Quiet | None, zone: str, instant: datetime, urgency: Urgency, rules: list[Rule], methods: set[int]
) -> None:
    found = places_of(
        rules=rules, contact_methods=sorted(methods), urgency=urgency, quiet_hours=quiet, zone=zone, reached_at=instant
    )
    assert found
    assert all(place.due_at >= instant for place in found)
    assert {place.contact_method_id for place in found} <= methods or not methods
    if urgency is Urgency.URGENT:
        assert all(place.due_at <= instant + timedelta(minutes=60) for place in found)
        assert not any(place.held for place in found)
