"""The demo's suspects: the release that broke checkout is the first, confirmed; one is rejected, others are open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.delivery import failures
from reliability.delivery.models import Deployment
from reliability.demo.services.deliveries import load_deliveries
from reliability.demo.services.load import EMAIL
from reliability.demo.services.verdicts import load_suspects
from reliability.kit.periods import Period
from reliability.suspects.models import Case, Suspect
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


def around(hours: float) -> tuple[object, object]:
    at = NOW + timedelta(hours=hours)
    return at - timedelta(minutes=30), at + timedelta(minutes=30)
