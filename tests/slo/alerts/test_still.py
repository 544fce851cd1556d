"""What fires on, in words for those who think that it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reliability.access.domain.caller import SYSTEM
from slo.models import BurnAlert, Slo
from slo.selectors.alerts import open_alerts, still_words
from slo.services.alerts import AlertingDraft, save
from tests.slo.alerts.conftest import Live

pytestmark = pytest.mark.django_db


def test_the_burn_of_this_minute_is_said_once_for_each_objective(slo: Slo, live: Live, now: datetime) -> None:
    at = live(now, 24, bad=100.0)
    listed = list(open_alerts(ids=BurnAlert.objects.values_list("pk", flat=True)))
    assert len(listed) > 1
    # 24 of the last 60 minutes failed, of whose events one in a hundred may; over six hours it is less.
    assert still_words(alerts=listed, now=at) == ["Checkout succeeds still burns at 40×"]
    assert still_words(alerts=[], now=at) == []


def test_silence_is_no_burn(slo: Slo, live: Live, now: datetime) -> None:
    save(caller=SYSTEM, slo=slo, draft=AlertingDraft(watches_silence=True), now=now)
    at = live(now, 17, bad=None)
    listed = list(open_alerts(ids=BurnAlert.objects.values_list("pk", flat=True)))
    assert [alert.kind for alert in listed] == [BurnAlert.Kind.NO_DATA]
    assert still_words(alerts=listed, now=at + timedelta(seconds=30)) == ["Checkout succeeds still has no data"]
