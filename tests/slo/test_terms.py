"""What judges a fleet at an instant: the same as judges each objective alone, and nothing that cannot matter."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reliability.kit.periods import Period
from slo.models import Adjustment, Exclusion, Slo, SloVersion
from slo.selectors.terms import dossier_of, terms_of
from tests.cast import ServiceFactory, SloFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MONTH = {"calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "UTC"}}


def add_version(slo: Slo, effective_from: datetime, objective: str, window: dict[str, Any] | None = None) -> None:
    SloVersion.objects.create(
        slo=slo,
        sli=slo.sli,
        objective=Decimal(objective),
        window=window or {"rolling": "7d"},
        effective_from=effective_from,
        author_name="Editor",
    )


def exclude(slo: Slo, start: datetime, length: timedelta = timedelta(hours=1), *, of_service: bool = False) -> None:
    Exclusion.objects.create(
        team=slo.team,
        slo=None if of_service else slo,
        service=slo.service if of_service else None,
        start_at=start,
        end_at=start + length,
        reason="maintenance",
        author_name="Editor",
    )


def test_a_fleet_is_judged_by_the_versions_that_judge_each_alone(now: datetime) -> None:
    edited, planned, plain, without = (SloFactory(version=None) for _ in range(4))
    for days, objective in ((90, "0.9"), (30, "0.95"), (3, "0.99"), (-5, "0.999")):
        add_version(edited, now - days * DAY, objective)
    add_version(planned, now + 10 * DAY, "0.98")
    add_version(planned, now + 20 * DAY, "0.97")
    add_version(plain, now - 10 * DAY, "0.96", MONTH)
    for at in (now - 200 * DAY, now - 30 * DAY, now - 30 * DAY - timedelta(minutes=1), now, now + 5 * DAY):
        found = terms_of(slos=[edited, without, planned, plain], at=at)
        assert [one.slo for one in found] == [edited, planned, plain]
        for one in found:
            alone = dossier_of(slo=one.slo, period=Period(at, at)).at(at, now=now)
            assert (one.version_id, one.sli_id, one.definition) == (alone.version_id, alone.sli_id, alone.definition)
            assert (one.exclusions, one.adjustments) == (alone.exclusions, alone.adjustments)
            assert alone.basis


def test_corrections_that_no_window_reaches_are_not_read(now: datetime) -> None:
    slo = SloFactory(version=None, service=ServiceFactory())
    add_version(slo, now - 300 * DAY, "0.99")
    for days in (200, 100, 20, -20, -200):
        exclude(slo, now - days * DAY)
        exclude(slo, now - days * DAY, of_service=True)
    exclude(slo, now - 2 * DAY)
    exclude(slo, now - 60 * DAY, 58 * DAY, of_service=True)
    for days in (200, 20, 6):
        Adjustment.objects.create(
            slo=slo, at=now - days * DAY, consumed_delta=0.1, reason="agreed", author_name="Editor"
        )
    (terms,) = terms_of(slos=[slo], at=now)
    assert [one.period.start for one in terms.exclusions] == [now - 2 * DAY, now - 60 * DAY]
    assert [one.at for one in terms.adjustments] == [now - 6 * DAY]


def test_slices_to_come_of_a_calendar_window_know_of_planned_exclusions(now: datetime) -> None:
    slo = SloFactory(version=None)
    add_version(slo, now - 300 * DAY, "0.99", MONTH)
    exclude(slo, datetime(2026, 3, 31, 12, tzinfo=now.tzinfo))
    (terms,) = terms_of(slos=[slo], at=now)
    assert len(terms.exclusions) == 1


def test_burn_rates_of_three_days_know_of_exclusions_before_a_short_window(now: datetime) -> None:
    slo = SloFactory(version=None)
    add_version(slo, now - 300 * DAY, "0.99", {"rolling": "1h"})
    exclude(slo, now - timedelta(hours=70))
    (terms,) = terms_of(slos=[slo], at=now)
    assert len(terms.exclusions) == 1


def test_the_terms_of_a_fleet_take_three_queries(now: datetime) -> None:
    slos = [SloFactory() for _ in range(5)]
    with CaptureQueriesContext(connection) as queries:
        assert len(terms_of(slos=slos, at=now)) == 5
    assert len(queries) == 3
    assert terms_of(slos=[], at=now) == []
