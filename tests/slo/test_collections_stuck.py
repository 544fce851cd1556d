"""Collection where a query fails by itself: it costs itself as little as can be, and the others nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.failures import Reason, SourceError
from slo.models import Sli, SliVersion
from slo.selectors.series import read_between
from slo.services import collections, slis
from slo.services.collections import LAG_MINUTES, PIECE_MINUTES, RUN_SECONDS, collect
from tests.cast import Cast, SliFactory, SourceFactory
from tests.servers.misbehaving import Answer, Asked, misbehaving_server, success
from tests.slo.sources import RATIO, KnownSource, down
from tests.slo.sources import known as known
from tests.slo.test_collections import assert_holds, sli_of

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def runs(sli: Sli, start: datetime, minutes: int) -> datetime:
    """Collect as often as it is asked for, minute after minute; returns the last instant."""
    for number in range(minutes):
        at = start + number * MINUTE
        for _ in range(200):
            if collect(source_id=sli.source_id, now=at) != at:
                break
        else:
            pytest.fail("collection asks to go on for ever")
    sli.refresh_from_db()
    return start + (minutes - 1) * MINUTE


def test_a_bad_stretch_is_passed_over_and_named_when_newer_minutes_can_be_read(
    known: KnownSource, now: datetime
) -> None:
    sli = sli_of()
    collect(source_id=sli.source_id, now=now)
    known.bad_stretch = Period(now + timedelta(hours=2), now + timedelta(hours=12))
    last = runs(sli, now + timedelta(hours=37), 3)
    assert sli.collected_until == last - LAG_MINUTES * MINUTE
    missing = set(range(to_minute(known.bad_stretch.start) - 10, to_minute(known.bad_stretch.end) + 10))
    series = read_between(sli_id=sli.pk, start_minute=to_minute(now), end_minute=to_minute(sli.collected_until))
    unread = {series.start_minute + place for place, covered in enumerate(series.covered) if not covered}
    assert set(range(to_minute(known.bad_stretch.start), to_minute(known.bad_stretch.end))) <= unread <= missing
    assert sli.unread_from_at == from_minute(min(unread))
    assert sli.unread_until_at is not None
    assert to_minute(sli.unread_until_at) in range(max(unread) + 1, max(missing) + 2)
    assert "many-to-many" in sli.unread_reason
    assert (sli.last_error, sli.failed_attempts, sli.retry_at) == ("", 0, None)


def test_trouble_of_some_minutes_costs_little_more_than_these(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    runs(sli, now, 2)
    known.bad_stretch = Period(now + 5 * MINUTE, now + 8 * MINUTE)
    last = runs(sli, now + 2 * MINUTE, 60)
    assert sli.collected_until == last - LAG_MINUTES * MINUTE
    series = read_between(sli_id=sli.pk, start_minute=to_minute(now) - 60, end_minute=to_minute(sli.collected_until))
    assert 3 <= (~series.covered).sum() <= 20


def test_while_the_newest_minutes_fail_too_nothing_is_passed_over(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    collect(source_id=sli.source_id, now=now)
    known.refused_keys = {sli.pk}
    runs(sli, now + MINUTE, 100)
    assert sli.collected_until == now - LAG_MINUTES * MINUTE
    known.refused_keys = set()
    last = runs(sli, now + 101 * MINUTE, 6)
    assert_holds(sli, to_minute(now) - 61, to_minute(last) - LAG_MINUTES, set())


def test_a_failing_query_is_asked_ever_less_often(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    known.refused_keys = {sli.pk}
    runs(sli, now, 60)
    assert len(known.asked) < 40


def test_a_slow_piece_is_asked_for_in_halves_and_the_newest_minutes_are_there_meanwhile(
    known: KnownSource, now: datetime
) -> None:
    sli = sli_of()
    collect(source_id=sli.source_id, now=now)
    known.minutes_max = 100  # more than that is answered too late
    known.asked.clear()
    later = now + timedelta(hours=10)
    last = runs(sli, later, 1)
    assert sli.measured_until_minute == to_minute(last) - LAG_MINUTES
    assert (sli.failed_attempts, "did not answer" in sli.last_error) == (1, True)
    last = runs(sli, later + MINUTE, 60)
    lengths = [period.minutes for period, _ in known.asked]
    assert lengths[0] == PIECE_MINUTES
    assert PIECE_MINUTES // 2 in lengths
    assert_holds(sli, to_minute(now), to_minute(last) - LAG_MINUTES, set())


def test_who_failed_is_asked_last_and_by_itself(known: KnownSource, now: datetime) -> None:
    source = SourceFactory(kind="prometheus")
    slow, other, *fine = SliFactory.create_batch(6, source=source, spec=RATIO)
    Sli.objects.filter(pk__in=[slow.pk, other.pk]).update(failed_attempts=1)
    collect(source_id=source.pk, now=now)
    assert [count for _, count in known.asked] == [4, 1, 1]
    assert len(fine) == 4


def test_a_run_ends_in_its_time_and_the_next_goes_on_with_those_it_did_not_reach(
    known: KnownSource, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SourceFactory(kind="prometheus")
    slis = SliFactory.create_batch(6, source=source, spec=RATIO)
    seconds = [0.0]
    monkeypatch.setattr(collections, "monotonic", lambda: seconds[0])
    known.on_asked = lambda: seconds.__setitem__(0, seconds[0] + RUN_SECONDS)
    known.late_keys = {sli.pk for sli in slis[3:]}
    assert collect(source_id=source.pk, now=now) == now
    assert known.seconds == [RUN_SECONDS]
    collected = set(Sli.objects.exclude(collected_until=None).values_list("pk", flat=True))
    assert collected == {sli.pk for sli in slis[:3]}
    assert not Sli.objects.exclude(last_error="").exists()
    known.late_keys = set()
    due = collect(source_id=source.pk, now=now)
    assert due is not None
    assert due > now
    assert [count for _, count in known.asked] == [6, 3]


def test_an_older_definition_whose_source_is_gone_is_given_up_in_the_end(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    collect(source_id=sli.source_id, now=now)
    gone = SourceFactory(kind="prometheus")
    edited = now + timedelta(hours=1)
    for instant, source in ((now - timedelta(days=1), gone), (edited, sli.source)):
        SliVersion.objects.create(sli=sli, source=source, spec=RATIO, effective_from=instant, author_name="Editor")
    known.failing_sources = {gone.pk: down()}
    last = runs(sli, now + timedelta(hours=2), 80)
    assert sli.collected_until == last - LAG_MINUTES * MINUTE
    assert sli.unread_until_at == edited
    assert_holds(sli, to_minute(edited), to_minute(last) - LAG_MINUTES, set())


def test_a_source_that_is_down_is_nobodys_own_failure(known: KnownSource, now: datetime) -> None:
    sli = sli_of()
    known.failures = [down()]
    collect(source_id=sli.source_id, now=now)
    sli.refresh_from_db()
    assert (sli.failed_attempts, sli.retry_at, len(known.asked)) == (0, None, 1)


def test_words_of_a_time_out_name_the_query_not_the_source() -> None:
    error = SourceError(Reason.TIMEOUT, "did not answer within 10 s")
    assert not error.is_source_down
    assert error.judged(is_source_down=True).is_source_down


def test_a_mended_query_is_asked_at_once(cast: Cast, known: KnownSource, now: datetime) -> None:
    source = SourceFactory(team=cast.payments, kind="prometheus")
    sli = SliFactory(team=cast.payments, source=source, failed_attempts=9, retry_at=now + timedelta(minutes=5))
    draft = replace(slis.draft_of(sli=sli), spec={"kind": "boolean", "query": "up"})
    slis.update(caller=cast.caller("editor"), sli=sli, draft=draft, now=now)
    collect(source_id=sli.source_id, now=now)
    assert len(known.asked) == 1


def test_slow_queries_of_one_person_leave_the_indicators_of_all_others_fresh(now: datetime, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]

    def behave(asked: Asked) -> Answer:
        if "slow" in asked.parameters["query"]:
            return Answer(pause=lambda: time.sleep(5))
        times = [now.timestamp() + at for at in range(-7_200, 600, 30)]
        name = asked.parameters["query"].partition("[")[0]
        return success([{"metric": {"__name__": name}, "values": [[at, str(at)] for at in times]}])

    with misbehaving_server(behave) as server:
        source = SourceFactory(kind="prometheus", settings={"url": server.url, "read_seconds": 1, "concurrency": 1})
        names = ("slow_a", "slow_b", "c", "d", "e", "f")
        made = [SliFactory(source=source, spec={"kind": "ratio", "good": n, "valid": n}) for n in names]
        for minute in range(4):
            collect(source_id=source.pk, now=now + minute * MINUTE)
    source.refresh_from_db()
    assert (source.failures_in_a_row, source.open_until) == (0, None)
    for sli in made:
        sli.refresh_from_db()
    end = now + (3 - LAG_MINUTES) * MINUTE
    assert [sli.collected_until for sli in made] == [None, None, end, end, end, end]
    assert all("did not answer within 1 s" in sli.last_error for sli in made[:2])
