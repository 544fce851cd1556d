"""A page of Payments with a measured component, one by hand and one never measured, at a fixed noon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from time_machine import TimeMachineFixture

from incidents.status_page.models import Component, StatusPage
from incidents.status_page.services import components, groups, pages
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.groups import GroupDraft
from incidents.status_page.services.pages import PageDraft
from reliability.catalog.models import Service
from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services import evaluations
from slo.services.series import store
from tests.cast import Cast, ServiceFactory, SliFactory, SloFactory

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class World:
    cast: Cast
    page: StatusPage
    service: Service
    slo: Slo
    checkout: Component
    phone: Component
    search: Component

    def caller(self, name: str = "editor"):  # type: ignore[no-untyped-def]  # reliability.access Caller
        return self.cast.caller(name)

    def push(self, *, since: datetime, until: datetime, bad: float) -> None:
        """100 events a minute of which the share *bad* is bad; the objective is evaluated at *until*."""
        minutes = to_minute(until) - to_minute(since)
        valid = np.full(minutes, 100.0)
        series = MinuteSeries(to_minute(since), valid * (1 - bad), valid, np.ones(minutes, dtype=np.bool_))
        store(sli_id=self.slo.sli_id, counts=series, now=until)
        evaluations.evaluate(slo_ids=[self.slo.pk], now=until)


@pytest.fixture
def world(cast: Cast, time_machine: TimeMachineFixture) -> World:
    time_machine.move_to(NOON)
    service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout service")
    sli = SliFactory(team=cast.payments, service=service, name="orders")
    slo = SloFactory(team=cast.payments, sli=sli, service=service, name="orders", title="Orders")
    dark = SloFactory(team=cast.payments, sli=SliFactory(team=cast.payments), name="dark", title="Dark")
    editor = cast.caller("editor")
    page = pages.create(
        caller=editor, team_id=cast.payments.pk, draft=PageDraft("shop", "Shop", zone="Europe/Berlin"), now=NOON
    )
    made = World(cast, page, service, slo, *([None] * 3))  # type: ignore[arg-type]  # filled below
    made.push(since=NOON - timedelta(days=2), until=NOON, bad=0.0)
    group = groups.create(caller=editor, page_id=page.pk, draft=GroupDraft("Buying"), now=NOON)

    def component(name: str, *slos: Slo, **fields: object) -> Component:
        draft = ComponentDraft(name, slo_ids=tuple(one.pk for one in slos), **fields)  # type: ignore[arg-type]  # fields of the dataclass
        return components.create(caller=editor, page_id=page.pk, draft=draft, now=NOON)

    made.checkout = component("Checkout", slo, group_id=group.pk, service_id=service.pk)
    made.phone = component("Telephone", show_uptime=False)
    made.search = component("Search", dark)
    return made
