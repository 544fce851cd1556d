"""Items, lanes and burns of the timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.periods import Period
from reliability.overlay.domain.burns import Burn, Firing, burns_of
from reliability.overlay.domain.items import Item, bounded
from reliability.overlay.domain.lanes import lanes_of

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def item(start: int, end: int | None, key: str = "one") -> Item:
    return Item(key, at(start), None if end is None else at(end), "label", "/url/", "state")


DAY = Period(at(0), at(1440))
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=30)


def test_a_flag_belongs_to_the_period_that_contains_it() -> None:
    assert item(0, 0).within(DAY) == Period(at(0), at(0))
    assert item(1440, 1440).within(DAY) is None, "the end does not belong to it"


def test_a_stretch_is_cut_to_the_period_and_what_goes_on_reaches_its_end() -> None:
    assert item(-60, 60).within(DAY) == Period(at(0), at(60))
    assert item(1400, None).within(DAY) == Period(at(1400), at(1440))
    assert item(-60, 0).within(DAY) is None, "it ended as the period began"
    assert item(1440, None).within(DAY) is None


def test_of_too_many_the_newest_are_shown_and_it_is_said() -> None:
    items = [item(minute, minute, str(minute)) for minute in (5, 1, 9, 7)]
    found = bounded(items, period=DAY, limit=3)
    assert [one.key for one in found.shown] == ["9", "7", "5"]
    assert found.is_cut
    assert not bounded(items, period=DAY, limit=4).is_cut


@given(SPANS, st.integers(0, 5))
def test_no_two_of_a_lane_overlap_and_there_are_no_more_lanes_than_it_takes(
    spans: list[tuple[int, int]], gap: int
) -> None:
    parts = [Period(at(start), at(start + length)) for start, length in spans]
    lanes = lanes_of(parts, gap=timedelta(minutes=gap), lanes_max=100)
    room = [(part.start, part.end + timedelta(minutes=gap)) for part in parts]
    for one, other in combinations(range(len(parts)), 2):
        if lanes[one] == lanes[other]:
            assert room[one][1] <= room[other][0] or room[other][1] <= room[one][0]
    # As many as are in place at once, at the worst instant: what an instant of no room needs, it needs alone.
    depth = max((sum(1 for s, e in room if s <= start < e) for start, end in room if start < end), default=0)
    if all(start < end for start, end in room):
        assert max(lanes, default=-1) + 1 == depth


@given(SPANS)
def test_beyond_the_most_lanes_parts_share_them(spans: list[tuple[int, int]]) -> None:
    parts = [Period(at(start), at(start + length)) for start, length in spans]
    assert all(0 <= lane < 2 for lane in lanes_of(parts, lanes_max=2))


FIRINGS = st.lists(
    st.builds(
        lambda objective, start, length, burn: Firing(
            objective, at(start), None if length is None else at(start + length), burn
        ),
        st.sampled_from("ab"),
        st.integers(0, 60),
        st.none() | st.integers(0, 15),
        st.none() | st.floats(0, 100),
    ),
    max_size=15,
)


@given(FIRINGS)
def test_burns_cover_the_minutes_of_their_firings_and_no_others(firings: list[Firing]) -> None:
    horizon = 100

    def minutes(found: list[Firing] | list[Burn], objective: str) -> set[int]:
        """Whether it fires within each minute; what has no end fires to the horizon."""
        return {
            minute
            for one in found
            if one.objective == objective
            for minute in range(
                int((one.start - START) / timedelta(minutes=1)),
                horizon if one.end is None else int((one.end - START) / timedelta(minutes=1)),
            )
        }

    burns = burns_of(firings)
    for objective in "ab":
        assert minutes(burns, objective) == minutes(firings, objective)
        own = [burn for burn in burns if burn.objective == objective]
        for one, following in pairwise(own):
            assert one.end is not None
            assert one.end < following.start, "those that touch are one"
        told = [one.burn for one in firings if one.objective == objective and one.burn is not None]
        assert max((b.strength for b in own if b.strength is not None), default=None) == max(told, default=None)
    assert sum(burn.firings for burn in burns) == len(firings)
