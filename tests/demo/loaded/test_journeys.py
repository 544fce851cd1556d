"""The demo's composites: measured since the shop is, with a weakest link, and a chain for its services."""

from __future__ import annotations

import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.catalog.models import Service
from reliability.demo.domain.journeys import COMPOSITES
from slo.models import Composite
from slo.selectors.composite_status import statuses_of
from slo.selectors.service_chains import service_chain
from tests.demo.loaded.conftest import NOW


@pytest.mark.usefixtures("loaded")
def test_every_composite_is_measured_and_names_its_weakest_part() -> None:
    statuses = statuses_of(composites=list(Composite.objects.all()), at=NOW)
    assert {one.terms.composite.name for one in statuses} == {one.name for one in COMPOSITES}
    for status in statuses:
        assert status.coverage > 0.95
        assert status.sli is not None
        assert status.weakest_parts
        assert not status.terms.composite.has_page, "one outage pages once, by the part that is out"


@pytest.mark.usefixtures("loaded")
def test_the_chain_of_checkout_says_what_it_can_promise() -> None:
    chain = service_chain(caller=SYSTEM, service=Service.objects.get(name="checkout"), now=NOW)
    assert {link.service.name for link in chain.links} == {"payments", "orders-db", "catalogue"}
    assert "kubernetes-prod" in {link.service.name for link in chain.silent}
    assert chain.promised.availability is not None
    assert chain.delivered.availability is not None
