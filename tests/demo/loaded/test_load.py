"""The demo loads through the services people use, once, and never into a real installation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.access.models import AuditEntry, User
from reliability.demo.domain import promises
from reliability.demo.services.load import EMAIL, PASSWORD, load
from reliability.demo.services.past_work import begin_now
from reliability.demo.services.traffic import catch_up
from reliability.outbox.models import Due
from slo.domain.status import State
from slo.models import HourChunk, Sli, Slo, SloStatus
from slo.selectors.status import status_of
from tests.demo.loaded.conftest import NOW

pytestmark = pytest.mark.usefixtures("loaded")


def test_the_demo_shows_every_state() -> None:
    states = {slo.name: status_of(slo=slo, at=NOW, now=NOW).state for slo in Slo.objects.all()}
    assert set(states) == {entry.name for entry in promises.OBJECTIVES}
    assert set(states.values()) == set(State)
    assert states["image-cdn-availability"] == State.NO_DATA
    assert states["payments-availability"] == State.BREACHED


def test_states_are_as_old_as_history_says() -> None:
    since = dict(SloStatus.objects.values_list("slo__name", "state_since"))
    for slo in Slo.objects.select_related("status"):
        at, state = slo.status.state_since, slo.status.state
        assert status_of(slo=slo, at=at, now=NOW).state == state, slo.name
        if at > NOW - timedelta(hours=promises.HISTORY_HOURS):
            assert status_of(slo=slo, at=at - timedelta(minutes=6), now=NOW).state != state, slo.name
    assert len(set(since.values())) > 4
    assert since["payments-availability"] < NOW - timedelta(days=1)


def test_loading_again_changes_nothing() -> None:
    rows, entries = HourChunk.objects.count(), AuditEntry.objects.count()
    load(now=NOW)
    assert (HourChunk.objects.count(), AuditEntry.objects.count()) == (rows, entries)
    assert User.objects.get(email=EMAIL).check_password(PASSWORD)


def test_operators_do_not_hear_of_work_that_is_late_by_the_age_of_the_past() -> None:
    late = Due.objects.filter(due_at__lt=NOW).count()
    assert late > 0, "facts of past incidents"
    assert begin_now(now=NOW) == late
    assert not Due.objects.filter(due_at__lt=NOW).exists()


def test_a_demo_that_slept_has_no_gap_when_it_wakes() -> None:
    wakes_at = NOW + timedelta(hours=30)
    catch_up(now=wakes_at)
    sli = Sli.objects.get(name="checkout-orders")
    assert sli.last_hour == int(wakes_at.timestamp()) // 3600
    assert HourChunk.objects.filter(sli=sli).count() == sli.last_hour - (sli.first_hour or 0) + 1
    assert sli.total_minutes == promises.HISTORY_HOURS * 60 + 30 * 60
