"""Backfills: newest first, in pieces, the same result wherever they are interrupted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.web.errors import Conflict, Forbidden, Invalid
from slo.models import Backfill, HourChunk, Sli
from slo.selectors.backfills import latest_of, progress_of
from slo.services import backfills, backfills_reading
from slo.services import series as series_service
from slo.services.backfills_reading import ATTEMPTS_MAX, advance
from slo.services.integrity import faults_of
from tests.cast import Cast, SliFactory, SourceFactory
from tests.slo.sources import RATIO, KnownSource, down
from tests.slo.sources import known as known
from tests.slo.test_collections import assert_holds

pytestmark = pytest.mark.django_db


@pytest.fixture
def sli(cast: Cast) -> Sli:
    made: Sli = SliFactory(source=SourceFactory(team=cast.payments, kind="prometheus"), spec=RATIO)
    return made


def started(cast: Cast, sli: Sli, now: datetime, days: float = 5) -> Backfill:
    period = Period(now - timedelta(days=days), now)
    return backfills.start(caller=cast.caller("editor"), sli=sli, period=period, now=now)


def finish(backfill: Backfill, now: datetime) -> None:
    due: datetime | None = now
    while due is not None:
        due = advance(backfill_id=backfill.pk, now=due)
    backfill.refresh_from_db()


def test_a_backfill_stores_every_minute_newest_first(cast: Cast, sli: Sli, known: KnownSource, now: datetime) -> None:
    backfill = started(cast, sli, now)
    assert Due.objects.get(kind="slo.backfill").key == str(backfill.pk)
    assert advance(backfill_id=backfill.pk, now=now) == now
    backfill.refresh_from_db()
    assert backfill.cursor_at == backfill.end_at - timedelta(days=1)
    progress = progress_of(backfill=backfill)
    assert progress.percent == pytest.approx(20, abs=0.1)
    assert progress.rate is not None
    assert progress.remaining is not None
    finish(backfill, now)
    assert (backfill.state, backfill.minutes_stored) == ("done", 5 * 1440 - 1)
    assert_holds(sli, to_minute(now) - 5 * 1440, to_minute(now) - 1, set())
    assert [period.start for period, _ in known.asked] == sorted((p.start for p, _ in known.asked), reverse=True)


@pytest.mark.parametrize("crash_at", range(6), ids=lambda piece: f"dies while storing piece {piece + 1}")
@pytest.mark.parametrize("is_after_store", [False, True], ids=["before the minutes", "after the minutes"])
def test_a_worker_that_dies_leaves_the_same_result(
    cast: Cast,
    sli: Sli,
    known: KnownSource,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    crash_at: int,
    is_after_store: bool,
) -> None:
    known.holes = set(range(to_minute(now) - 4_000, to_minute(now) - 3_700))
    backfill = started(cast, sli, now)
    calls = 0

    def dying(**given: Any) -> series_service.StoreResult:
        nonlocal calls
        calls += 1
        is_crash = calls == crash_at + 1
        if is_crash and not is_after_store:
            raise SystemExit
        result = series_service.store(**given)
        if is_crash:
            raise SystemExit
        return result

    monkeypatch.setattr(backfills_reading, "store", dying)
    due: datetime | None = now
    while due is not None:
        try:
            due = advance(backfill_id=backfill.pk, now=due)
        except SystemExit:
            continue  # the due row is still there: another worker takes it up
    backfill.refresh_from_db()
    assert (backfill.state, backfill.minutes_stored) == ("done", 5 * 1440 - 1 - 300)
    assert_holds(sli, to_minute(now) - 5 * 1440, to_minute(now) - 1, known.holes)
    assert faults_of(sli_id=sli.pk) == []


def test_two_workers_on_one_piece_store_it_once(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    backfill = started(cast, sli, now)
    stale = Backfill.objects.select_related("sli").get(pk=backfill.pk)
    piece = backfills_reading.stretch_of(stale).period
    answer = known.collect(source=sli.source, queries=[SliQuery(sli.pk, RATIO)], period=piece, now=now)
    advance(backfill_id=backfill.pk, now=now)
    counts = answer[sli.pk]
    assert isinstance(counts, Counts)
    assert backfills_reading.advance_to(stale, piece, counts, 0.0, now) == now
    backfill.refresh_from_db()
    assert backfill.minutes_stored == 1440
    finish(backfill, now)
    assert backfill.minutes_stored == 5 * 1440 - 1


def test_pause_resume_and_cancel(cast: Cast, sli: Sli, known: KnownSource, now: datetime) -> None:
    editor = cast.caller("editor")
    backfill = started(cast, sli, now)
    advance(backfill_id=backfill.pk, now=now)
    backfill = backfills.pause(caller=editor, backfill=backfill, now=now)
    assert advance(backfill_id=backfill.pk, now=now) is None
    assert progress_of(backfill=backfill).remaining is None
    assert not Due.objects.filter(kind="slo.backfill").exists()
    with pytest.raises(Conflict):
        backfills.pause(caller=editor, backfill=backfill, now=now)
    backfill = backfills.resume(caller=editor, backfill=backfill, now=now)
    assert Due.objects.filter(kind="slo.backfill").exists()
    advance(backfill_id=backfill.pk, now=now)
    backfill = backfills.cancel(caller=editor, backfill=backfill, now=now)
    assert (backfill.state, progress_of(backfill=backfill).is_open) == ("cancelled", False)
    assert HourChunk.objects.count() == 49
    with pytest.raises(Conflict):
        backfills.resume(caller=editor, backfill=backfill, now=now)


def test_a_piece_in_hand_is_kept_by_a_pause_and_dropped_by_a_cancel(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = cast.caller("editor")
    backfill = started(cast, sli, now)
    stale = Backfill.objects.select_related("sli").get(pk=backfill.pk)
    piece = backfills_reading.stretch_of(stale).period
    answer = known.collect(source=sli.source, queries=[SliQuery(sli.pk, RATIO)], period=piece, now=now)
    counts = answer[sli.pk]
    assert isinstance(counts, Counts)
    backfills.pause(caller=editor, backfill=backfill, now=now)
    assert backfills_reading.advance_to(stale, piece, counts, 0.0, now) is None
    backfill.refresh_from_db()
    assert (backfill.state, backfill.minutes_stored) == ("paused", 1440)
    backfills.cancel(caller=editor, backfill=backfill, now=now)
    assert (
        backfills_reading.advance_to(backfill, backfills_reading.stretch_of(backfill).period, counts, 0.0, now) is None
    )
    backfill.refresh_from_db()
    assert backfill.minutes_stored == 1440


def test_one_backfill_is_open_per_indicator(cast: Cast, sli: Sli, known: KnownSource, now: datetime) -> None:
    first = started(cast, sli, now)
    with pytest.raises(Conflict, match="open already"):
        started(cast, sli, now)
    finish(first, now)
    second = started(cast, sli, now, days=1)
    assert latest_of(sli=sli) == second


def test_a_source_that_is_down_is_tried_again_with_growing_pauses_and_then_given_up(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime
) -> None:
    backfill = started(cast, sli, now)
    known.failures = [down() for _ in range(ATTEMPTS_MAX)]
    pauses, due = [], now
    while True:
        following = advance(backfill_id=backfill.pk, now=due)
        if following is None:
            break
        pauses.append((following - due).total_seconds())
        due = following
    assert pauses == [5, 10, 20, 40, 80, 160, 300]
    backfill.refresh_from_db()
    assert backfill.state == "failed"
    assert "is Prometheus running?" in backfill.last_error
    backfill = backfills.resume(caller=cast.caller("editor"), backfill=backfill, now=due)
    finish(backfill, due)
    assert (backfill.state, backfill.last_error) == ("done", "")
    assert_holds(sli, to_minute(now) - 5 * 1440, to_minute(now) - 1, set())


def test_a_query_that_cannot_succeed_fails_at_once_with_the_words_of_the_source(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime
) -> None:
    backfill = started(cast, sli, now)
    known.refused_keys = {sli.pk}
    assert advance(backfill_id=backfill.pk, now=now) is None
    backfill.refresh_from_db()
    assert (backfill.state, backfill.last_error) == ("failed", "parse error: unexpected end of input")


def test_an_answer_that_is_too_large_is_asked_for_in_halves(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime
) -> None:
    backfill = started(cast, sli, now, days=2)
    known.failures = [SourceError(Reason.ANSWER_TOO_LARGE, "more than 50 MB")] * 2
    finish(backfill, now)
    assert [period.minutes for period, _ in known.asked[:3]] == [1440, 720, 360]
    assert backfill.state == "done"
    assert_holds(sli, to_minute(now) - 2 * 1440, to_minute(now) - 1, set())


def test_what_cannot_be_read_is_refused(cast: Cast, sli: Sli, known: KnownSource, now: datetime) -> None:
    ahead = Period(now, now + timedelta(days=1))
    with pytest.raises(Invalid, match="past period"):
        backfills.start(caller=cast.caller("editor"), sli=sli, period=ahead, now=now)
    pushed = SliFactory(source=SourceFactory(team=cast.payments))
    past = Period(now - timedelta(days=1), now)
    with pytest.raises(Invalid, match="/api/v1/counts"):
        backfills.start(caller=cast.caller("editor"), sli=pushed, period=past, now=now)
    with pytest.raises(Forbidden):
        backfills.start(caller=cast.caller("viewer"), sli=sli, period=past, now=now)


def test_a_backfill_reaches_back_no_further_than_minutes_are_kept(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime, settings: Any
) -> None:
    settings.SERIES_RETENTION_DAYS = 3
    backfill = started(cast, sli, now, days=30)
    assert backfill.start_at == now - timedelta(days=3)
