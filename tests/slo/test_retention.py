"""Retention and the upkeep of stored series."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from reliability.kit.instants import to_minute
from slo import handlers
from slo.domain.minutes import MinuteSeries
from slo.models import HourChunk, Sli, SloStatus
from slo.selectors.series import extent_of
from slo.selectors.sums import window_sums
from slo.services import retention
from slo.services.evaluations import evaluate
from slo.services.integrity import faults_of
from slo.services.series import store
from tests.cast import SliFactory, SloFactory

pytestmark = pytest.mark.django_db


def filled(now: datetime, days: int) -> Sli:
    sli: Sli = SliFactory()
    length = days * 1440
    minutes = np.ones(length)
    series = MinuteSeries(to_minute(now) - length, minutes, minutes * 2, minutes > 0)
    store(sli_id=sli.pk, counts=series, now=now)
    sli.refresh_from_db()
    return sli


def test_old_hours_are_dropped_in_pieces_and_windows_keep_their_sums(
    now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slis = [filled(now, 12), filled(now, 6), filled(now, 2)]
    settings.SERIES_RETENTION_DAYS = 3
    monkeypatch.setattr(retention, "HOURS_PER_PIECE", 48)
    pieces = 1
    while handlers.drop_old(key="all", payload={}, now=now) == now:
        pieces += 1
    assert pieces == 5
    for sli, days in zip(slis, (3, 3, 2), strict=True):
        sli.refresh_from_db()
        assert extent_of(sli=sli).minutes == days * 1440
        assert HourChunk.objects.filter(sli=sli).count() == days * 24
        assert faults_of(sli_id=sli.pk) == []
        sums = window_sums(
            sli_ids=np.array(sli.pk), starts=np.array(to_minute(now) - 1500), ends=np.array(to_minute(now))
        )
        assert (float(sums.good), float(sums.valid), int(sums.minutes)) == (1500.0, 3000.0, 1500)
        assert sli.measured_until == now


def test_a_series_that_is_old_altogether_is_empty_afterwards_and_can_begin_anew(now: datetime, settings: Any) -> None:
    sli = filled(now, 2)
    settings.SERIES_RETENTION_DAYS = 3
    later = now + timedelta(days=30)
    assert not retention.drop_old(now=later)
    sli.refresh_from_db()
    assert (sli.first_hour, sli.last_hour, extent_of(sli=sli).period) == (None, None, None)
    assert sli.measured_until == now
    assert not HourChunk.objects.exists()
    one = np.ones(1)
    store(sli_id=sli.pk, counts=MinuteSeries(to_minute(later) - 1, one, one, one > 0), now=later)
    sli.refresh_from_db()
    assert extent_of(sli=sli).minutes == 1
    assert faults_of(sli_id=sli.pk) == []


def test_dropping_old_hours_leaves_what_was_measured_last_as_it_was(now: datetime, settings: Any) -> None:
    sli = filled(now, 5)
    slo = SloFactory(sli=sli)
    settings.SERIES_RETENTION_DAYS = 3
    assert not retention.drop_old(now=now)
    evaluate(slo_ids=[slo.pk], now=now)
    assert SloStatus.objects.get(slo=slo).measured_until == now


def test_damage_is_told_by_verify_and_mended_by_repair(now: datetime) -> None:
    sli = filled(now, 1)
    filled(now, 1)
    out = StringIO()
    call_command("series", "verify", stdout=out)
    assert "2 series checked, 0 damaged" in out.getvalue()
    Sli.objects.filter(pk=sli.pk).update(total_valid=1.0)
    with pytest.raises(CommandError, match="series repair"):
        call_command("series", "verify", sli.name, stdout=out)
    assert f"{sli.name}: the totals of the head do not fit the minutes stored" in out.getvalue()
    call_command("series", "repair", stdout=out)
    call_command("series", "verify", stdout=out)
    with pytest.raises(CommandError, match="no SLI nonsense"):
        call_command("series", "verify", "nonsense", stdout=out)
