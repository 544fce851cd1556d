"""Search finds what rooms of delivery keep, for those who may read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from slo.models import Agreement
from tests.access.hidden_delivery import hidden_delivery
from tests.access.hidden_gate import hidden_gate
from tests.access.hidden_measures import MARK, hidden_measures
from tests.cast import BEGINNING, Cast, ServiceFactory

pytestmark = pytest.mark.django_db


def test_policies_freezes_agreements_ratios_and_integrations_are_found_by_those_who_may_read_them(
    cast: Cast, as_: Callable[[str], Client]
) -> None:
    service = ServiceFactory(team=cast.payments)
    gate, delivery = hidden_gate(cast, service), hidden_delivery(cast, service)
    hidden_measures(cast, service)
    Agreement.objects.create(
        team=cast.payments, name="gold", title="Gold", customer=MARK, ends_on=date(2027, 1, 1),
        created_at=BEGINNING, updated_at=BEGINNING,
    )  # fmt: skip
    addresses = [
        reverse("gate-policy", args=[gate["gate/policies/"]["pk"]]),
        reverse("gate-freeze", args=[gate["gate/freezes/"]["pk"]]),
        reverse("delivery-integration", args=[delivery["delivery/integrations/"]["name"]]),
        f"{reverse('delivery-ratios')}?team=payments",
        reverse("agreement", args=["gold"]),
    ]
    for who, expected in (("viewer", addresses), ("outsider", [])):
        page = as_(who).get("/search/", {"q": MARK}).content.decode()
        assert [one for one in addresses if f'"{one}"' in page] == expected, who
        assert ("Cost" in as_(who).get("/search/", {"q": "cos"}).content.decode()) is bool(expected), who
