"""Thousands of SLIs with full minutes, laid by SQL, whose every sum is known in closed form.

Hour h of SLI i carries pattern (h + i) mod 24: 24 different hours of sixty different counts. Sums over any run of
hours are then multiples of the day plus a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import stage  # noqa: F401  sets Django up
from django.db import connection, transaction

from reliability.access.models import Team
from reliability.kit.instants import from_minute
from reliability.telemetry.models import Source
from slo.domain.chunks import FULL_COVERAGE, HOUR_MINUTES, pack
from slo.models import Sli, Slo, SloVersion

PHASES = 24
OBJECTIVES = tuple(Decimal(text) for text in ("0.999", "0.9985", "0.998", "0.99"))

_generator = np.random.default_rng(20260301)
VALID = _generator.poisson(1200, (PHASES, HOUR_MINUTES)).astype(np.float64)
GOOD = VALID - _generator.binomial(4, 0.4, (PHASES, HOUR_MINUTES))


@dataclass(frozen=True)
class Fleet:
    """The objectives laid, and the instant up to which they were measured (in the middle of an hour)."""

    slos: list[Slo]
    end_hour: int

    @property
    def now(self) -> datetime:
        return from_minute(self.end_hour * HOUR_MINUTES - 23)


def lay(*, team: Team, slos: int, days: int, end_hour: int, window: str = "28d", prefix: str = "slo") -> Fleet:
    """Make *slos* SLIs of *days* full days up to *end_hour*, each with an objective over *window*."""
    source, _ = Source.objects.get_or_create(team=team, name="bench", defaults={"kind": "counts"})
    first_hour = end_hour - days * 24
    with transaction.atomic():
        made = Sli.objects.bulk_create(
            (
                Sli(team=team, source=source, name=f"{prefix}-{n}-sli", spec={"kind": "pushed"}, **_head(0, 0))
                for n in range(slos)
            ),
            batch_size=500,
        )
        for sli in made:
            for name, value in (_head(first_hour + sli.pk, end_hour + sli.pk) | _ends(first_hour, end_hour)).items():
                setattr(sli, name, value)
        Sli.objects.bulk_update(made, [*_head(0, 0), *_ends(0, 0)], batch_size=50)
        rows = Slo.objects.bulk_create(
            (Slo(team=team, sli=sli, name=f"{prefix}-{n}", title=f"{prefix} {n}") for n, sli in enumerate(made)),
            batch_size=500,
        )
        SloVersion.objects.bulk_create(
            (
                SloVersion(
                    slo=slo,
                    sli_id=slo.sli_id,
                    objective=OBJECTIVES[n % len(OBJECTIVES)],
                    window={"rolling": window},
                    effective_from=from_minute((end_hour - 400 * 24) * HOUR_MINUTES),
                    author_name="benchmark",
                )
                for n, slo in enumerate(rows)
            ),
            batch_size=500,
        )
    _lay_hours([sli.pk for sli in made], first_hour, end_hour)
    return Fleet(rows, end_hour)


def expected(*, sli_id: int, start_minute: int, end_minute: int) -> tuple[float, float]:
    """Good and valid events of [start_minute, end_minute), in closed form."""
    return _running(GOOD, end_minute, sli_id) - _running(GOOD, start_minute, sli_id), _running(
        VALID, end_minute, sli_id
    ) - _running(VALID, start_minute, sli_id)


def minutes_of(*, sli_id: int, start_minute: int, end_minute: int, counts: np.ndarray) -> np.ndarray:
    """The counts of each minute (GOOD or VALID), as they were laid."""
    minutes = np.arange(start_minute, end_minute)
    return counts[(minutes // HOUR_MINUTES + sli_id) % PHASES, minutes % HOUR_MINUTES]


def _running(counts: np.ndarray, minute: int, sli_id: int) -> float:
    hour, offset = divmod(minute, HOUR_MINUTES)
    days, phase = divmod(hour + sli_id, PHASES)
    sums = counts.sum(axis=1)
    return float(days * sums.sum() + sums[:phase].sum() + counts[phase, :offset].sum())


def _head(first: int, end: int) -> dict[str, float]:
    """Prefix sums at the bounds, in the hours of the pattern."""
    return {
        "base_good": _running(GOOD, first * HOUR_MINUTES, 0),
        "base_valid": _running(VALID, first * HOUR_MINUTES, 0),
        "total_good": _running(GOOD, end * HOUR_MINUTES, 0),
        "total_valid": _running(VALID, end * HOUR_MINUTES, 0),
    }


def _ends(first: int, end: int) -> dict[str, int]:
    return {
        "first_hour": first,
        "last_hour": end - 1,
        "base_minutes": first * HOUR_MINUTES,
        "total_minutes": end * HOUR_MINUTES,
        "measured_until_minute": end * HOUR_MINUTES,
    }


def _lay_hours(sli_ids: list[int], first_hour: int, end_hour: int) -> None:
    blob = "bytea" if connection.vendor == "postgresql" else "blob"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE pattern (phase bigint, good {blob}, valid {blob}, "
            "good_before double precision, valid_before double precision)"
        )
        cursor.executemany(
            "INSERT INTO pattern VALUES (%s, %s, %s, %s, %s)",
            [
                (phase, pack(GOOD[phase]), pack(VALID[phase]), float(GOOD[:phase].sum()), float(VALID[:phase].sum()))
                for phase in range(PHASES)
            ],
        )
        cursor.execute(
            "WITH RECURSIVE hours(hour) AS (SELECT %s UNION ALL SELECT hour + 1 FROM hours WHERE hour + 1 < %s) "
            "INSERT INTO slo_hourchunk "
            "(sli_id, hour, good, valid, coverage, good_before, valid_before, minutes_before) "
            "SELECT s.id, h.hour, p.good, p.valid, %s, ((h.hour + s.id) / 24) * %s + p.good_before, "
            "((h.hour + s.id) / 24) * %s + p.valid_before, h.hour * 60 "
            "FROM slo_sli s CROSS JOIN hours h JOIN pattern p ON p.phase = (h.hour + s.id) %% 24 "
            "WHERE s.id BETWEEN %s AND %s ORDER BY s.id, h.hour",
            [
                first_hour, end_hour, FULL_COVERAGE, float(GOOD.sum()), float(VALID.sum()), min(sli_ids), max(sli_ids),
            ],
        )  # fmt: skip
        cursor.execute("DROP TABLE pattern")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
