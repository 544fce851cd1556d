"""Collection: each settled minute exactly once as the source has it, whatever happens in between."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from slo import handlers
from slo.models import HourChunk, Sli, SliVersion
from slo.selectors.series import read_between
from slo.services.collections import LAG_MINUTES, PIECE_MINUTES, collect
from slo.services.schedules import ensure
from tests.cast import SliFactory, SloFactory, SourceFactory
from tests.slo.sources import RATIO, KnownSource, down, truth
from tests.slo.sources import known as known

pytestmark = pytest.mark.django_db


def sli_of(**fields: object) -> Sli:
    made: Sli = SliFactory(source=SourceFactory(kind="prometheus"), spec=RATIO, **fields)
    return made


def assert_holds(sli: Sli, start: int, end: int, holes: set[int]) -> None:
    series = read_between(sli_id=sli.pk, start_minute=start, end_minute=end)
    good, valid = truth(start, end)
    covered = np.array([minute not in holes for minute in range(start, end)])
    assert (series.covered == covered).all()
    assert (series.good == np.where(covered, good, 0)).all()
    assert (series.valid == np.where(covered, valid, 0)).all()


def test_a_new_indicator_shows_its_last_hour_at_once(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    due = collect(source_id=sli.source_id, now=now)
    end = to_minute(now) - LAG_MINUTES
    assert_holds(sli, end - 60, end, set())
    sli.refresh_from_db()
    assert (sli.collected_until, sli.collected_at) == (from_minute(end), now)
    assert due is not None
    assert now < due < now + timedelta(minutes=2)


def test_a_late_scrape_is_corrected_by_the_overlap(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    end = to_minute(now) - LAG_MINUTES
    known.holes = {end - 3, end - 2}
    collect(source_id=sli.source_id, now=now)
    known.holes = {end - 3}
    collect(source_id=sli.source_id, now=now + timedelta(minutes=1))
    assert_holds(sli, end - 60, end + 1, {end - 3})


def test_a_source_that_is_down_measures_nothing_and_is_caught_up_without_a_lost_minute(
    known: KnownSource, now: datetime
) -> None:
    sli = sli_of()
    collect(source_id=sli.source_id, now=now)
    known.failures = [down()]
    later = now + timedelta(hours=30)
    collect(source_id=sli.source_id, now=later)
    sli.refresh_from_db()
    assert "is Prometheus running?" in sli.last_error
    assert sli.measured_until_minute == to_minute(now) - LAG_MINUTES
    due: datetime | None = later
    pieces = 0
    known.asked.clear()
    while due == later:
        due = collect(source_id=sli.source_id, now=later)
        pieces += 1
    assert pieces == 6  # of six hours each, an hour of which overlaps
    assert max(period.minutes for period, _ in known.asked) == PIECE_MINUTES
    assert_holds(sli, to_minute(now) - 61, to_minute(later) - LAG_MINUTES, set())
    sli.refresh_from_db()
    assert sli.last_error == ""


def test_an_open_circuit_breaker_is_waited_for(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    sli.source.open_until = now + timedelta(minutes=3)
    sli.source.save(update_fields=("open_until",))
    assert collect(source_id=sli.source_id, now=now) == now + timedelta(minutes=3)
    assert known.asked == []


def test_a_wrong_query_holds_up_only_its_own_indicator(known: KnownSource, now: datetime) -> None:
    fine = sli_of()
    wrong = SliFactory(source=fine.source, spec=RATIO)
    known.refused_keys = {wrong.pk}
    for minute in range(200):
        due = collect(source_id=fine.source_id, now=now + timedelta(minutes=minute))
        assert due != now + timedelta(minutes=minute)
    wrong.refresh_from_db()
    assert (wrong.collected_until, wrong.measured_until_minute) == (None, None)
    assert "parse error" in wrong.last_error
    assert_holds(fine, to_minute(now) - 61, to_minute(now) + 199 - LAG_MINUTES, set())


def test_indicators_of_one_source_are_asked_for_together(known: KnownSource, now: datetime) -> None:
    source = SourceFactory(kind="prometheus")
    SliFactory.create_batch(50, source=source, spec=RATIO)
    SliFactory(source=source, spec={"kind": "pushed"})
    collect(source_id=source.pk, now=now)
    assert [count for _, count in known.asked] == [50]
    assert HourChunk.objects.values("sli_id").distinct().count() == 50


def test_minutes_before_an_edit_are_read_as_the_indicator_was_defined_then(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    elsewhere = SourceFactory(kind="prometheus")
    collect(source_id=sli.source_id, now=now)
    older = {"kind": "ratio", "good": "old_good_total", "valid": "old_total"}
    edited = now + timedelta(minutes=20)
    versions = ((now - timedelta(days=1), elsewhere, older), (edited, sli.source, RATIO))
    for instant, source, spec in versions:
        SliVersion.objects.create(sli=sli, source=source, spec=spec, effective_from=instant, author_name="Editor")
    known.specs.clear()
    collect(source_id=sli.source_id, now=now + timedelta(minutes=30))
    end = now + timedelta(minutes=30 - LAG_MINUTES)
    assert known.specs == [
        (elsewhere.pk, older, Period(now - timedelta(minutes=10 + LAG_MINUTES), edited)),
        (sli.source_id, RATIO, Period(edited, end)),
    ]
    assert_holds(sli, to_minute(now) - 61, to_minute(end), set())
    sli.refresh_from_db()
    assert sli.collected_until == end


def test_minutes_are_asked_for_again_as_long_as_a_late_sample_may_fill_them(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    sli.source.settings = {"gap_seconds": 3600}
    sli.source.save(update_fields=("settings",))
    end = to_minute(now) - LAG_MINUTES
    known.holes = {end - 55}
    collect(source_id=sli.source_id, now=now)
    known.holes = set()
    collect(source_id=sli.source_id, now=now + timedelta(minutes=1))
    assert known.asked[-1][0].minutes == 63
    assert_holds(sli, end - 60, end + 1, set())


def test_a_refused_minute_is_counted_once(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    known.faulty = {to_minute(now) - 5, to_minute(now) + 1}
    for minute in range(8):
        collect(source_id=sli.source_id, now=now + timedelta(minutes=minute))
    sli.refresh_from_db()
    assert sli.faulty_minutes == 2


def test_an_indicator_that_lags_beyond_retention_begins_where_retention_does(
    known: KnownSource, now: datetime, settings: object
) -> None:
    settings.SERIES_RETENTION_DAYS = 2  # type: ignore[attr-defined]  # the fixture of pytest-django
    sli = sli_of(collected_until=now - timedelta(days=90))
    while collect(source_id=sli.source_id, now=now) == now:
        pass
    end = to_minute(now) - LAG_MINUTES
    assert_holds(sli, to_minute(now - timedelta(days=2)), end, set())


def test_the_row_of_a_source_without_indicators_ends(known: KnownSource, now: datetime) -> None:
    source = SourceFactory(kind="prometheus")
    assert handlers.collect(key=str(source.pk), payload={}, now=now) is None
    assert handlers.collect(key="999999", payload={}, now=now) is None


def test_missing_due_rows_come_back_and_present_ones_stay(now: datetime) -> None:
    sli = sli_of()
    slo = SloFactory(sli=sli)
    Due.objects.create(kind="slo.evaluate", key=str(slo.team_id), due_at=now + timedelta(seconds=30))
    ensure(now=now)
    due = dict(Due.objects.values_list("kind", "due_at"))
    assert due == {"slo.evaluate": now + timedelta(seconds=30), "slo.collect": now + timedelta(minutes=2)}
