"""The demo's suspects: the release that broke checkout is the first, confirmed; one is rejected, others are open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.delivery import failures
from reliability.delivery.models import Deployment
from reliability.delivery.services.row_intake import take_rows
from reliability.demo.services.deliveries import load_deliveries
from reliability.demo.services.load import EMAIL
from reliability.demo.services.traffic import catch_up
from reliability.demo.services.verdicts import load_suspects
from reliability.kit.periods import Period
from reliability.suspects.models import Case, Suspect
from reliability.suspects.services import burns
from slo.models import Slo
from tests.demo.loaded.conftest import NOW


@pytest.mark.usefixtures("loaded")
def test_the_broken_release_is_the_first_suspect_and_counts_as_failed() -> None:
    load_deliveries(email=EMAIL, now=NOW)
    for _ in range(2):
        load_suspects(now=NOW)
    broken = Deployment.objects.get(title="checkout 2026.46.1")
    burn = Case.objects.get(slo__name="checkout-availability", started_at__range=around(-150.5))
    assert burn.suspects.get(place=1).deployment == broken
    said = set(Suspect.objects.exclude(verdict="open").values_list("verdict", "place", "case__kind"))
    assert {("confirmed", 1, "burn"), ("confirmed", 1, "incident"), ("rejected", 1, "incident")} <= said
    assert Suspect.objects.filter(verdict="open", place=1).exists()
    found = failures.causes(caller=SYSTEM, period=Period(NOW - timedelta(days=31), NOW), deployment_ids=[broken.pk])
    assert any(one.why.startswith("burnt") and not one.is_inferred for one in found)
    assert Case.objects.count() < 60


@pytest.mark.usefixtures("loaded")
def test_a_deployment_that_breaks_the_demo_now_is_its_first_suspect_and_failed() -> None:
    caller = caller_of_user(user=User.objects.get(email=EMAIL))
    row = {
        "id": "now",
        "service": "catalogue",
        "environment": "production",
        "finished_at": (NOW - timedelta(minutes=25)).isoformat(),
        "outcome": "succeeded",
        "revision": "broken-4f2a91c",
    }
    assert take_rows(caller=caller, rows=[(1, row)], source="pipeline", now=NOW).errors == []
    catch_up(now=NOW)
    slo = Slo.objects.get(name="catalogue-availability")
    burns.look_at(slo_ids=[slo.pk], period=Period(NOW - timedelta(hours=1), NOW), now=NOW)
    first = Suspect.objects.get(case__slo=slo, place=1)
    assert first.label == "catalogue broken-4f2a91c to production"
    (cause,) = failures.causes(caller=caller, period=Period(NOW - timedelta(hours=1), NOW))
    assert (cause.deployment_id, cause.is_inferred, cause.restored_at) == (first.deployment_id, True, None)


def around(hours: float) -> tuple[object, object]:
    at = NOW + timedelta(hours=hours)
    return at - timedelta(minutes=30), at + timedelta(minutes=30)
