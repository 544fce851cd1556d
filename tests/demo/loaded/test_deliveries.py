"""The demo's deployments: believable figures, and the release that broke checkout counts as failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.delivery.models import Deployment
from reliability.delivery.selectors.dora import DoraFilters, delivered
from reliability.delivery.services import dora_months, shipping
from reliability.demo.services.deliveries import load_deliveries
from reliability.demo.services.load import EMAIL
from reliability.kit.periods import Period
from tests.demo.loaded.conftest import NOW


@pytest.mark.usefixtures("loaded")
def test_the_shop_has_figures_of_delivery_and_its_broken_release_failed() -> None:
    load_deliveries(email=EMAIL, now=NOW)
    count = Deployment.objects.count()
    load_deliveries(email=EMAIL, now=NOW)
    assert Deployment.objects.count() == count > 200
    for team in Team.objects.all():
        while shipping.work_out(team_id=team.pk, now=NOW) is not None:
            pass
    dora_months.pack()
    broken = Deployment.objects.get(title="checkout 2026.46.1")
    assert [one.incident.title for one in broken.broke.all()] != [], "named by an incident"
    caller = caller_of_user(user=User.objects.get(email=EMAIL))
    period = Period(NOW - timedelta(days=84), NOW)
    found = delivered(caller=caller, filters=DoraFilters(period)).figures
    assert found.deployments == count
    assert found.lead.n > count
    assert found.fail_rate is not None
    assert 0.02 < found.fail_rate < 0.2
    assert found.rework > 0
    assert found.recovery.n > 0
