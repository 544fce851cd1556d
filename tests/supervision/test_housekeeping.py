"""What libraries keep for ever is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from reliability.supervision.services.housekeeping import FAILED_LOGINS_KEPT, forget_old

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_sessions_that_ended_are_forgotten_and_others_kept(now: datetime) -> None:
    Session.objects.create(session_key="ended", session_data="", expire_date=now - DAY)
    Session.objects.create(session_key="open", session_data="", expire_date=now + DAY)
    assert forget_old(now=now) is False
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_failed_log_ins_are_kept_for_a_month(now: datetime) -> None:
    for days in (1, 31):
        attempt = AccessAttempt.objects.create(username=str(days), failures_since_start=1, get_data="", post_data="")
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=now - days * DAY)
    forget_old(now=now)
    assert FAILED_LOGINS_KEPT == 30 * DAY
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["1"]
