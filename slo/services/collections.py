"""Collecting the newest minutes of every SLI of a source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog
from django.db import transaction
from django.db.models import Q

from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.telemetry.services import counts as telemetry
from slo.models import Sli
from slo.selectors.slis_measurements import Stretch
from slo.services import collections_stuck
from slo.services.chunk_rows import count_faults
from slo.services.collections_plan import FIRST_MINUTES, LAG_MINUTES, PIECE_MINUTES, Errand, groups_of, overlap_of, plan
from slo.services.series import store_many

__all__ = ["FIRST_MINUTES", "LAG_MINUTES", "PIECE_MINUTES", "collect", "next_collection"]

logger = structlog.get_logger(__name__)

# A run holds a worker's slot for so long at the most; what is left is another run, at once.
RUN_SECONDS = 18.0
# With less left a request would hardly be begun.
_SECONDS_LEAST = 1.0
_ERROR_LENGTH_MAX = 1_000


@dataclass(slots=True)
class _Run:
    """One collection: its errands' answers so far, and whether it has to go on at once."""

    source: Source
    now: datetime
    until: int
    overlap: int
    ends_at: float
    sources: dict[int, Source]
    is_down: bool = False
    is_behind: bool = False
    cursors: dict[int, int] = field(default_factory=dict)  # as far as this run has got
    stuck: dict[int, tuple[Errand, Stretch, SourceError]] = field(default_factory=dict)
    errors: dict[int, SourceError] = field(default_factory=dict)

    @property
    def seconds_left(self) -> float:
        return self.ends_at - monotonic()


def collect(*, source_id: int, now: datetime) -> datetime | None:
    """Read what has settled since the last time; returns when to come again, None when nothing is to collect.

    Each SLI's cursor moves in the transaction that stores its minutes: a minute is stored or asked for again. A
    source that is down leaves its minutes unmeasured until it is back, and they are caught up in pieces; a stretch
    that cannot be read although newer ones can is passed over in the end, and the SLI says so. Minutes before an
    edit are read as the indicator was defined then. Returns *now* when more is to be read at once.
    """
    source: Source | None = Source.objects.filter(pk=source_id).first()
    slis = list(Sli.objects.filter(source_id=source_id).exclude(spec__kind="pushed").order_by("pk"))
    if source is None or not slis:
        return None
    if source.open_until is not None and source.open_until > now:
        return source.open_until
    until, overlap = to_minute(now) - LAG_MINUTES, overlap_of(source=source)
    errands = plan(slis=slis, until=until, overlap=overlap, now=now)
    others = {stretch.measurement.source_id for errand in errands for stretch in errand.stretches} - {source_id}
    run = _Run(
        source=source,
        now=now,
        until=until,
        overlap=overlap,
        ends_at=monotonic() + RUN_SECONDS,
        sources={source_id: source, **(Source.objects.in_bulk(list(others)) if others else {})},
        cursors={errand.sli.pk: errand.cursor for errand in errands},
    )
    for asked_id, period, group in groups_of(errands):
        if run.is_down and asked_id == source_id:
            continue
        _read(run, run.sources[asked_id], period, group)
    _settle_stuck(run)
    _note_errors(run.errors, now=now)
    return now if run.is_behind and not run.is_down else next_collection(source_id=source_id, now=now)


def next_collection(*, source_id: int, now: datetime) -> datetime:
    """A few seconds into the next minute; sources take turns within the first twenty."""
    return floor_minute(now) + timedelta(minutes=1, seconds=2 + source_id % 20)


def _ask(
    run: _Run, source: Source, period: Period, specs: Mapping[int, Stretch]
) -> Mapping[int, Counts | SourceError] | None:
    """The answers by SLI id; None when the run has no time left for it."""
    if run.seconds_left < _SECONDS_LEAST:
        run.is_behind = True
        return None
    answers = telemetry.collect(
        source=source,
        queries=[SliQuery(sli_id, stretch.measurement.spec) for sli_id, stretch in specs.items()],
        period=period,
        now=run.now,
        seconds_max=run.seconds_left,
    )
    failures = [answer for answer in answers.values() if isinstance(answer, SourceError)]
    run.is_behind |= any(failure.reason is Reason.OUT_OF_TIME for failure in failures)
    if source.pk == run.source.pk:
        run.is_down |= any(failure.is_source_down for failure in failures)
    return {sli_id: answers[sli_id] for sli_id in specs}


def _read(run: _Run, source: Source, period: Period, group: Iterable[tuple[Errand, Stretch]]) -> None:
    wanted = {errand.sli.pk: (errand, stretch) for errand, stretch in group}
    answers = _ask(run, source, period, {sli_id: stretch for sli_id, (_, stretch) in wanted.items()})
    counts: dict[int, Counts] = {}
    for sli_id, answer in (answers or {}).items():
        errand, stretch = wanted[sli_id]
        if isinstance(answer, Counts):
            counts[sli_id] = answer
        elif answer.reason is Reason.OUT_OF_TIME or period.end_minute <= run.cursors[sli_id]:
            continue  # it is asked for again, or was collected before
        else:
            run.errors[sli_id] = answer
            is_old = not stretch.measurement.is_current
            if is_old or not (answer.is_source_down or answer.reason is Reason.BREAKER_OPEN):
                run.stuck.setdefault(sli_id, (errand, stretch, answer))
    reached = {sli_id for sli_id in counts if period.start_minute <= run.cursors[sli_id] < period.end_minute}
    former = {
        sli_id: None if wanted[sli_id][0].sli.collected_until is None else run.cursors[sli_id] for sli_id in reached
    }
    _store(counts, former=former, until=period.end, now=run.now)
    for sli_id in reached:
        run.cursors[sli_id] = period.end_minute
    run.is_behind |= bool(reached) and any(not wanted[sli_id][0].reaches_end for sli_id in reached)


def _settle_stuck(run: _Run) -> None:
    """Ask those that failed by themselves for their newest minutes; who answers passes over what cannot be read."""
    newest: dict[Period, dict[int, Stretch]] = defaultdict(dict)
    for sli_id, (errand, _, _) in run.stuck.items():
        if errand.newest is not None and not run.is_down:
            newest[errand.newest.period][sli_id] = errand.newest
    answered: set[int] = set()
    for period, specs in newest.items():
        answers = _ask(run, run.source, period, specs) or {}
        counts = {sli_id: answer for sli_id, answer in answers.items() if isinstance(answer, Counts)}
        _store(counts, former={}, until=period.end, now=run.now)
        answered |= set(counts)
    for sli_id, (errand, stretch, error) in run.stuck.items():
        has_moved = collections_stuck.note(
            errand=errand,
            cursor=run.cursors[sli_id],
            stretch=stretch,
            error=error,
            is_newest_answered=sli_id in answered,
            shortest=run.overlap,
            now=run.now,
        )
        run.is_behind |= has_moved


@transaction.atomic
def _store(counts: Mapping[int, Counts], *, former: Mapping[int, int | None], until: datetime, now: datetime) -> None:
    """Store the counts; the cursors of the SLIs in *former* (which are their cursors until now) move to *until*."""
    if not counts:
        return
    store_many(counts=counts, now=now)
    Sli.objects.filter(pk__in=list(counts)).update(collected_at=now)
    moved = Sli.objects.filter(pk__in=list(former))
    # A slower run of the same work must not move a cursor back.
    moved.filter(Q(collected_until=None) | Q(collected_until__lt=until)).update(collected_until=until)
    moved.exclude(failed_attempts=0, retry_at=None).update(failed_attempts=0, retry_at=None)
    faults = {
        sli_id: counts[sli_id].faults_in(counts[sli_id].start_minute if cursor is None else cursor, to_minute(until))
        for sli_id, cursor in former.items()
    }
    count_faults({sli_id: count for sli_id, count in faults.items() if count})
    warned = {sli_id: " ".join(counts[sli_id].warnings) for sli_id in former if counts[sli_id].faults}
    moved.exclude(pk__in=list(warned)).exclude(last_error="").update(last_error="", last_error_at=None)
    for sli_id, words in warned.items():
        Sli.objects.filter(pk=sli_id).update(last_error=words[:_ERROR_LENGTH_MAX], last_error_at=now)


def _note_errors(errors: Mapping[int, SourceError], *, now: datetime) -> None:
    by_text: dict[str, list[int]] = defaultdict(list)
    for sli_id, error in errors.items():
        by_text[error.message[:_ERROR_LENGTH_MAX]].append(sli_id)
    for text, ids in by_text.items():
        Sli.objects.filter(pk__in=ids).update(last_error=text, last_error_at=now)
        logger.warning("collection_failed", slis=len(ids), error=text)
