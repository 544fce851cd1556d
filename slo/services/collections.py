"""Collecting the newest minutes of every SLI of a source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Max, Min, Q

from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.telemetry.services import counts as telemetry
from slo.models import Sli, SliVersion
from slo.services.series import acceptable_minutes, store_many

logger = structlog.get_logger(__name__)

# A minute is asked for when it has been over for a minute: the scrape that ends it has happened by then, mostly.
LAG_MINUTES = 1
# It is asked for again for ten minutes: late scrapes and remote writes correct it.
OVERLAP_MINUTES = 10
# A new indicator shows its last hour at once; a backfill reads the rest.
FIRST_MINUTES = 60
# After an outage six hours are caught up at a time: a short, committed piece.
PIECE_MINUTES = 360
# Indicators that lag are asked for together from the same whole hour.
_LAGGARD_GRID = 60
_ERROR_LENGTH_MAX = 1_000


def collect(*, source_id: int, now: datetime) -> datetime | None:
    """Read what has settled since the last time; returns when to come again, None when nothing is to collect.

    Each SLI's cursor moves in the transaction that stores its minutes: a minute is stored or asked for again. A
    source that is down leaves its minutes unmeasured until it is back, and they are caught up in pieces.
    """
    source: Source | None = Source.objects.filter(pk=source_id).first()
    slis = list(Sli.objects.filter(source_id=source_id).exclude(spec__kind="pushed").order_by("pk"))
    if source is None or not slis:
        return None
    if source.open_until is not None and source.open_until > now:
        return source.open_until
    until = to_minute(now) - LAG_MINUTES
    is_behind = False
    for period, group in _groups(slis, until=until, now=now).items():
        answers = telemetry.collect(
            source=source, queries=[SliQuery(sli.pk, sli.spec) for sli in group], period=period, now=now
        )
        counts = {sli.pk: answer for sli in group if isinstance(answer := answers[sli.pk], Counts)}
        errors = {sli.pk: answer for sli in group if isinstance(answer := answers[sli.pk], SourceError)}
        _store(counts, until=period.end, now=now)
        _note_errors(errors, now=now)
        is_behind |= bool(counts) and period.end_minute < until
        if any(error.is_source_down for error in errors.values()):
            break  # no other query of this run can succeed
    return now if is_behind else next_collection(source_id=source_id, now=now)


def next_collection(*, source_id: int, now: datetime) -> datetime:
    """A few seconds into the next minute; sources take turns within the first twenty."""
    return floor_minute(now) + timedelta(minutes=1, seconds=2 + source_id % 20)


def _groups(slis: Sequence[Sli], *, until: int, now: datetime) -> Mapping[Period, list[Sli]]:
    """SLIs by the period to ask for: nearly always one group, the newest first."""
    oldest, _ = acceptable_minutes(now=now)
    begun = _version_starts(slis)
    groups: dict[Period, list[Sli]] = defaultdict(list)
    for sli in slis:
        cursor = until - FIRST_MINUTES if sli.collected_until is None else to_minute(sli.collected_until)
        start = min(cursor, until) - OVERLAP_MINUTES
        if until - start > FIRST_MINUTES + OVERLAP_MINUTES:
            start = start // _LAGGARD_GRID * _LAGGARD_GRID
        # What an older version of the indicator measured is not overwritten by the newer one.
        start = max(start, oldest, begun.get(sli.pk, 0))
        end = min(until, start + PIECE_MINUTES)
        if start < end:
            groups[Period.from_minutes(start, end)].append(sli)
    return dict(sorted(groups.items(), key=lambda item: item[0].end, reverse=True))


def _version_starts(slis: Sequence[Sli]) -> dict[int, int]:
    """The minute from which the newest version holds, for SLIs that had another one before."""
    versions = SliVersion.objects.filter(sli__in=slis).order_by().values("sli_id")
    bounds = versions.annotate(oldest=Min("effective_from"), newest=Max("effective_from"))
    return {row["sli_id"]: to_minute(row["newest"]) for row in bounds if row["newest"] > row["oldest"]}


@transaction.atomic
def _store(counts: Mapping[int, Counts], *, until: datetime, now: datetime) -> None:
    if not counts:
        return
    store_many(counts=counts, now=now)
    collected = Sli.objects.filter(pk__in=list(counts))
    # A slower run of the same work must not move a cursor back.
    collected.filter(Q(collected_until=None) | Q(collected_until__lt=until)).update(collected_until=until)
    collected.update(collected_at=now)
    warned = {sli_id: " ".join(one.warnings)[:_ERROR_LENGTH_MAX] for sli_id, one in counts.items() if one.faults}
    collected.exclude(pk__in=list(warned)).exclude(last_error="").update(last_error="", last_error_at=None)
    for sli_id, words in warned.items():
        Sli.objects.filter(pk=sli_id).update(last_error=words, last_error_at=now)


def _note_errors(errors: Mapping[int, SourceError], *, now: datetime) -> None:
    by_text: dict[str, list[int]] = defaultdict(list)
    for sli_id, error in errors.items():
        by_text[error.message[:_ERROR_LENGTH_MAX]].append(sli_id)
    for text, ids in by_text.items():
        Sli.objects.filter(pk__in=ids).update(last_error=text, last_error_at=now)
        logger.warning("collection_failed", slis=len(ids), error=text)
