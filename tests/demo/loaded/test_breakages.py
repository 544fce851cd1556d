"""A bad deployment in the demo spends the budget of what it broke, and the next one ends that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.delivery.services.row_intake import take_rows
from reliability.demo.services.load import EMAIL
from reliability.demo.services.traffic import catch_up
from reliability.kit.instants import MINUTE
from reliability.kit.periods import Period
from slo.models import Sli
from slo.selectors.totals import totals_of
from tests.demo.loaded.conftest import NOW

pytestmark = pytest.mark.usefixtures("loaded")


def deploy(revision: str, *, minutes_ago: int) -> None:
    row = {
        "id": revision,
        "service": "catalogue",
        "environment": "production",
        "finished_at": (NOW - minutes_ago * MINUTE).isoformat(),
        "outcome": "succeeded",
        "revision": revision,
    }
    caller = caller_of_user(user=User.objects.get(email=EMAIL))
    assert take_rows(caller=caller, rows=[(1, row)], source="pipeline", now=NOW).errors == []
    catch_up(now=NOW)


def lost(*, minutes_ago: int, length: int) -> float:
    start = NOW.replace(second=0) - timedelta(minutes=minutes_ago)
    read = totals_of(sli_id=Sli.objects.get(name="catalogue-answers").pk, period=Period(start, start + length * MINUTE))
    return float((read.valid - read.good) / read.valid)


def test_half_of_its_requests_fail_until_it_is_rolled_back() -> None:
    before = lost(minutes_ago=60, length=30)
    deploy("broken-4f2a91c", minutes_ago=25)
    assert lost(minutes_ago=25, length=25) == pytest.approx(0.5, abs=0.02)
    deploy("7be4431", minutes_ago=5)
    assert lost(minutes_ago=25, length=20) == pytest.approx(0.5, abs=0.02)
    assert lost(minutes_ago=5, length=5) < 0.01
    assert lost(minutes_ago=60, length=30) == pytest.approx(before, abs=0.001)
