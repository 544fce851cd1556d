"""What a collection asks of each SLI: how far back, how much at a time, under which definition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.instants import MINUTE, to_minute
from reliability.kit.periods import Period
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.counts import longest_gap
from slo.models import Sli
from slo.selectors.slis_measurements import Measurement, Stretch, measurements_of, stretches
from slo.services.series import acceptable_minutes

# A minute is asked for when it has been over for a minute: the scrape that ends it has happened by then, mostly.
LAG_MINUTES = 1
# It is asked for again for ten minutes: late scrapes and remote writes correct it.
OVERLAP_MINUTES = 10
# A late sample fills the minutes of a whole gap before it.
_GAP_MARGIN = timedelta(minutes=2)
# A new indicator shows its last hour at once; a backfill reads the rest.
FIRST_MINUTES = 60
# After an outage six hours are caught up at a time: a short, committed piece.
PIECE_MINUTES = 360
# Indicators that lag are asked for together from the same whole hour.
_LAGGARD_GRID = 60


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """What is asked of one SLI in a run, oldest stretch first.

    cursor: the minute up to which it is collected. newest: the shortest stretch up to now under the current
    definition, None when it is not shorter than what is asked anyway.
    """

    sli: Sli
    cursor: int
    stretches: list[Stretch]
    newest: Stretch | None
    reaches_end: bool

    @property
    def is_slow(self) -> bool:
        """Failed by its own fault the last time: asked last, and by itself."""
        return self.sli.failed_attempts > 0


def overlap_of(*, source: Source) -> int:
    """For how many minutes a collected minute is asked for again."""
    return max(OVERLAP_MINUTES, -(-(longest_gap(source=source) + _GAP_MARGIN) // MINUTE))


def plan(*, slis: Sequence[Sli], until: int, overlap: int, now: datetime) -> list[Errand]:
    """An errand for each SLI that lacks minutes before *until* and is not left alone for now."""
    oldest, _ = acceptable_minutes(now=now)
    ready = [sli for sli in slis if sli.retry_at is None or sli.retry_at <= now]
    measurements = measurements_of(slis=ready)
    errands = (_errand(sli, measurements[sli.pk], until, overlap, oldest) for sli in ready)
    return [errand for errand in errands if errand is not None]


def groups_of(errands: Sequence[Errand]) -> list[tuple[int, Period, list[tuple[Errand, Stretch]]]]:
    """What is asked together of which source over which period.

    First what brings its indicators up to date, the least recently collected first; then who is far behind; last,
    one by one, who failed: that one is slow may not cost the others their turn.
    """
    groups: dict[tuple[bool, bool, datetime, datetime, int, int], list[tuple[Errand, Stretch]]] = defaultdict(list)
    for errand in errands:
        for stretch in errand.stretches:
            alone = errand.sli.pk if errand.is_slow else 0
            period = stretch.period
            key = (errand.is_slow, not errand.reaches_end, period.start, period.end, stretch.measurement.source_id)
            groups[(*key, alone)].append((errand, stretch))
    return [(key[4], Period(key[2], key[3]), group) for key, group in sorted(groups.items(), key=lambda item: item[0])]


def _errand(sli: Sli, measurements: list[Measurement], until: int, overlap: int, oldest: int) -> Errand | None:
    collected = until - FIRST_MINUTES if sli.collected_until is None else to_minute(sli.collected_until)
    cursor = max(collected, oldest)
    if cursor >= until:
        return None
    if sli.failed_attempts:
        # No overlap, and each failure halves the piece: what cannot be read is to cost no minute beside it.
        start, length = cursor, max(PIECE_MINUTES >> sli.failed_attempts, overlap)
    else:
        start, length = cursor - overlap, PIECE_MINUTES
        if until - start > FIRST_MINUTES + overlap:
            start = start // _LAGGARD_GRID * _LAGGARD_GRID
    end = min(until, max(start, oldest) + length)
    asked = stretches(measurements=measurements, start_minute=max(start, oldest), end_minute=end)
    for stretch in asked:
        if not stretch.measurement.is_read and stretch.period.start_minute <= cursor:
            cursor = max(cursor, stretch.period.end_minute)
    asked = [stretch for stretch in asked if stretch.measurement.is_read]
    newest = stretches(measurements=measurements[-1:], start_minute=until - overlap, end_minute=until)
    is_apart = bool(newest and asked) and newest[0].period.start_minute > max(cursor, asked[0].period.start_minute)
    return Errand(sli, cursor, asked, newest[0] if is_apart else None, reaches_end=end == until) if asked else None
