from __future__ import annotations

import pytest

from chaos.experiments.models import Target
from reliability.catalog.models import Service
from tests.cast import Cast, ServiceFactory, TargetFactory


@pytest.fixture
def orders(cast: Cast) -> Service:
    """A service of Payments."""
    service: Service = ServiceFactory(team=cast.payments, name="orders")
    return service


@pytest.fixture
def orders_process(cast: Cast, orders: Service) -> Target:
    """A target of Payments that the documents name."""
    target: Target = TargetFactory(team=cast.payments, service=orders, slug="orders")
    return target
