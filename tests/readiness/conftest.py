"""A service of Payments, and those who answer for it."""

from __future__ import annotations

import pytest

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from tests.cast import Cast, ServiceFactory


@pytest.fixture
def service(cast: Cast) -> Service:
    made: Service = ServiceFactory(
        team=cast.payments, name="checkout", title="Checkout", tier=1, description="From basket to order"
    )
    return made


@pytest.fixture
def responder(cast: Cast) -> Caller:
    return cast.caller("responder")


@pytest.fixture
def editor(cast: Cast) -> Caller:
    return cast.caller("editor")
