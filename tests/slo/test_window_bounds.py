"""Windows that no series could fill are refused where they are asked for, and harm nobody where they are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.web.errors import Invalid
from slo.models import Slo
from slo.selectors.preview import preview
from slo.services import slos
from tests.cast import SloFactory

pytestmark = pytest.mark.django_db

TEN_THOUSAND_YEARS = {"calendar": {"count": 10_000, "unit": "year", "start": "2026-01-01T00:00:00", "time_zone": "UTC"}}
TWO_YEARS = {"calendar": {"count": 2, "unit": "year", "start": "2026-01-01T00:00:00", "time_zone": "UTC"}}
LONG = {
    "a calendar window of ten thousand years": (TEN_THOUSAND_YEARS, "at most ten years"),
    "a calendar window of two years": (TWO_YEARS, "SERIES_RETENTION_DAYS keeps 400 days"),
    "a rolling window longer than minutes are kept": ({"rolling": "401d"}, "SERIES_RETENTION_DAYS keeps 400 days"),
}


@pytest.mark.parametrize(("window", "message"), LONG.values(), ids=LONG)
@pytest.mark.parametrize("days_ahead", [None, 30], ids=["at once", "from next month on"])
def test_a_window_that_is_never_measured_whole_is_refused_at_its_field(
    window: dict[str, Any], message: str, days_ahead: int | None, now: datetime
) -> None:
    slo: Slo = SloFactory()
    draft = replace(slos.draft_of(slo=slo), window=window)
    from_then = None if days_ahead is None else now + timedelta(days=days_ahead)
    for write in (
        lambda: slos.update(caller=SYSTEM, slo=slo, draft=draft, now=now, effective_from=from_then),
        lambda: slos.create(caller=SYSTEM, draft=replace(draft, name="another"), now=now, effective_from=from_then),
        lambda: preview(
            caller=SYSTEM, objective="0.99", window=window, budgeting_method="Occurrences", now=now, sli=slo.sli
        ),
    ):
        with pytest.raises(Invalid) as refused:
            write()
        assert [detail["field"] for detail in refused.value.details] == ["window"]
        assert message in refused.value.details[0]["message"]
    assert slo.versions.count() == 1
    assert Slo.objects.count() == 1


def test_keeping_minutes_for_longer_allows_longer_windows(now: datetime, settings: Any) -> None:
    settings.SERIES_RETENTION_DAYS = 800
    slo: Slo = SloFactory()
    draft = replace(slos.draft_of(slo=slo), window=TWO_YEARS)
    slos.update(caller=SYSTEM, slo=slo, draft=draft, now=now)
    assert slos.draft_of(slo=slo).window == TWO_YEARS
