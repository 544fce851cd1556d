"""The demo's cost and transactions: told once, in believable ratios."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.demo.services.load import EMAIL
from reliability.demo.services.measures import load_measures
from reliability.kit.periods import Period
from reliability.measures.counts import Scope
from reliability.measures.models import MeasuredFigure
from reliability.measures.selectors.ratios import kinds_of, measured
from tests.demo.loaded.conftest import NOW


@pytest.mark.usefixtures("loaded")
def test_the_shop_knows_what_a_transaction_and_a_page_view_cost() -> None:
    load_measures(email=EMAIL, now=NOW)
    count = MeasuredFigure.objects.count()
    load_measures(email=EMAIL, now=NOW)
    assert MeasuredFigure.objects.count() == count > 900
    caller = caller_of_user(user=User.objects.get(email=EMAIL))
    period = Period(NOW - timedelta(days=28), NOW)
    found = measured(
        caller=caller,
        scope=Scope(team_slug="storefront"),
        period=period,
        buckets=[period],
        kinds=kinds_of(caller=caller, team_slug="storefront"),
    )
    values = {one.kind.slug: one.whole.value for one in found}
    cost, view = values["cost-per-transaction"], values["storefront/cost-per-page-view"]
    assert cost is not None
    assert view is not None
    assert 0 < view < cost < 0.01
