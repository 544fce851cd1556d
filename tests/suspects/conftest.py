"""Checkout needs Payments needs the bank; an objective of Checkout burnt from 11:00 to 11:30, an hour before now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.delivery.models import Deployment
from reliability.kit.instants import to_minute
from reliability.suspects.models import Case, Suspect
from reliability.suspects.services import burns
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services import series
from tests.cast import Cast, DependencyFactory, ServiceFactory, SliFactory, SloFactory

MINUTE = timedelta(minutes=1)
HOURS = 6


@dataclass(frozen=True)
class Shop:
    """burn: when it began. The counts are of 100 events a minute, half of them bad while it burnt, of 1 % allowed."""

    slo: Slo
    checkout: Service
    payments: Service
    bank: Service
    burn: datetime
    now: datetime

    def deploy(
        self, before: int, *, service: Service | None = None, team: Team | None = None, **more: Any
    ) -> Deployment:
        """So many minutes before the burn; below 0 after it began."""
        at = self.burn - before * MINUTE
        of = service or self.checkout
        fields: dict[str, Any] = {
            "team": team or of.team,
            "service": of,
            "environment": "production",
            "origin": "api:ci",
            "key": f"{of.name}-{before}",
            "started_at": at - MINUTE,
            "finished_at": at,
            "outcome": "succeeded",
            "repository": of.name,
            "revision": f"{abs(before):07x}{'0' * 33}",
            "received_at": at,
        }
        made: Deployment = Deployment.objects.create(**(fields | more))
        return made

    def look(self, *, at: datetime | None = None) -> Case:
        """What the worker does each minute; the case of the burn."""
        burns.look(now=at or self.now)
        found: Case = Case.objects.get(slo=self.slo)
        return found


def keys(case: Case) -> list[str]:
    """Of the suspects that have a place, in order."""
    return list(Suspect.objects.filter(case=case, place__isnull=False).order_by("place").values_list("key", flat=True))


@pytest.fixture
def make_shop(cast: Cast, now: datetime) -> Callable[[Team], Shop]:
    def make(team: Team) -> Shop:
        checkout = ServiceFactory(team=team, name="checkout")
        payments = ServiceFactory(team=team, name="payments")
        bank = ServiceFactory(team=team, name="bank")
        DependencyFactory(service=checkout, needs=payments)
        DependencyFactory(service=payments, needs=bank)
        sli = SliFactory(team=team, source__team=team)
        slo = SloFactory(team=team, sli=sli, service=checkout, name="checkout", title="Checkout works")
        burn = now - 60 * MINUTE
        count_burn(slo, burn, now)
        return Shop(slo, checkout, payments, bank, burn, now)

    return make


def count_burn(slo: Slo, burn: datetime, now: datetime, minutes: int = 30, flicker: tuple[int, ...] = ()) -> None:
    """flicker: minutes before the burn in which 5 of 100 were bad."""
    start = now - timedelta(hours=HOURS)
    bad = np.zeros(HOURS * 60)
    first = to_minute(burn) - to_minute(start)
    bad[first : first + minutes] = 50.0
    bad[[first - before for before in flicker]] = 5.0
    valid = np.full(HOURS * 60, 100.0)
    counts = MinuteSeries(to_minute(start), valid - bad, valid, np.ones(HOURS * 60, dtype=np.bool_))
    series.store(sli_id=slo.sli_id, counts=counts, now=now)


@pytest.fixture
def shop(make_shop: Callable[[Team], Shop], cast: Cast) -> Shop:
    return make_shop(cast.payments)
