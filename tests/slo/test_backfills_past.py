"""Backfills over a past that cannot be read everywhere, and that was defined otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reliability.access.models import AuditEntry
from reliability.kit.instants import format_instant, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.web.errors import Invalid
from slo.models import Sli, SliVersion
from slo.services import backfills
from slo.services.backfills_reading import advance
from slo.services.collections import collect
from tests.cast import Cast, SourceFactory
from tests.slo.sources import RATIO, KnownSource
from tests.slo.sources import known as known
from tests.slo.test_backfills import finish, started
from tests.slo.test_backfills import sli as sli
from tests.slo.test_collections import assert_holds

pytestmark = pytest.mark.django_db

OLDER = {"kind": "ratio", "good": "old_good_total", "valid": "old_total"}


def edited(sli: Sli, at: datetime, *, made: datetime) -> None:
    """The indicator measured OLDER from another source until *at*."""
    elsewhere = SourceFactory(kind="prometheus")
    for instant, source, spec in ((made, elsewhere, OLDER), (at, sli.source, RATIO)):
        SliVersion.objects.create(sli=sli, source=source, spec=spec, effective_from=instant, author_name="Editor")


def specs_by_day(known: KnownSource, now: datetime) -> dict[int, set[str]]:
    """Which `valid` queries were asked for the n-th day before now."""
    found: dict[int, set[str]] = {}
    for _, spec, period in known.specs:
        found.setdefault((now - period.start).days, set()).add(spec["valid"])
    return found


@pytest.mark.parametrize("reason", [Reason.QUERY_ERROR, Reason.TIMEOUT], ids=["refused", "too slow"])
def test_a_stretch_that_cannot_be_read_is_passed_over_and_named(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime, reason: Reason
) -> None:
    bad = Period(now - timedelta(hours=40), now - timedelta(hours=37))
    known.bad_stretch, known.bad_error = bad, SourceError(reason, "many-to-many matching not allowed")
    backfill = started(cast, sli, now)
    finish(backfill, now)
    assert (backfill.state, "many-to-many" in backfill.last_error) == ("done", True)
    ((first, last),) = backfill.unread
    assert first <= format_instant(bad.start)
    assert last >= format_instant(bad.end)
    unread = Period(datetime.fromisoformat(first), datetime.fromisoformat(last))
    assert unread.length <= bad.length + timedelta(hours=2)
    holes = set(range(unread.start_minute, unread.end_minute))
    assert_holds(sli, to_minute(now) - 5 * 1440, to_minute(now) - 1, holes)


def test_each_minute_is_read_as_the_indicator_was_defined_then(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime
) -> None:
    edited(sli, now - timedelta(days=2), made=now - timedelta(days=4))
    finish(started(cast, sli, now), now)
    days = specs_by_day(known, now)
    assert [days[day] for day in sorted(days)] == [{"valid_total"}, {"valid_total"}, *[{"old_total"}] * 3]
    assert {source for source, spec, _ in known.specs if spec == OLDER} != {sli.source_id}


def test_an_edit_while_it_runs_does_not_reach_back(cast: Cast, sli: Sli, known: KnownSource, now: datetime) -> None:
    backfill = started(cast, sli, now)
    advance(backfill_id=backfill.pk, now=now)
    edited(sli, now, made=now - timedelta(days=9))
    known.specs.clear()
    finish(backfill, now)
    assert {spec["valid"] for _, spec, _ in known.specs} == {"old_total"}


def test_the_past_is_restated_on_request_and_stays_with_that_definition(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime
) -> None:
    edited(sli, now - timedelta(days=2), made=now - timedelta(days=4))
    period = Period(now - timedelta(days=5), now)
    editor = cast.caller("editor")
    with pytest.raises(Invalid, match="say why"):
        backfills.start(caller=editor, sli=sli, period=period, now=now, restate=True)
    backfill = backfills.start(caller=editor, sli=sli, period=period, now=now, restate=True, reason="wrong label")
    advance(backfill_id=backfill.pk, now=now)
    Sli.objects.filter(pk=sli.pk).update(spec=OLDER)
    finish(backfill, now)
    assert {spec["valid"] for _, spec, _ in known.specs} == {"valid_total"}
    entry = AuditEntry.objects.get(action="backfill.start")
    assert entry.reason == "wrong label"
    assert entry.changes["restated_as"] == [None, format_instant(now - timedelta(days=2))]


def test_minutes_refused_before_are_not_counted_again(cast: Cast, sli: Sli, known: KnownSource, now: datetime) -> None:
    known.faulty = {to_minute(now) - 30, to_minute(now) - 2_000}
    Sli.objects.filter(pk=sli.pk).update(created_at=now)
    collect(source_id=sli.source_id, now=now)
    for _ in range(2):
        finish(started(cast, sli, now), now)
    sli.refresh_from_db()
    assert sli.faulty_minutes == 2


def test_a_backfill_that_reads_what_collection_passed_over_takes_the_note_away(
    cast: Cast, sli: Sli, known: KnownSource, now: datetime
) -> None:
    Sli.objects.filter(pk=sli.pk).update(
        unread_from_at=now - timedelta(days=2), unread_until_at=now - timedelta(days=1), unread_reason="many-to-many"
    )
    finish(started(cast, sli, now), now)
    sli.refresh_from_db()
    assert (sli.unread_from_at, sli.unread_until_at, sli.unread_reason) == (None, None, "")
