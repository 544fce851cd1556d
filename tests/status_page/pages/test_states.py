"""What the public sees of components: by objectives, by our incidents, by people, by maintenance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response.models import ImpactedService
from incidents.status_page.domain.states import ComponentState as C
from incidents.status_page.models import Component, ComponentStateChange
from incidents.status_page.selectors.content import content_of
from incidents.status_page.services import components, days, states
from reliability.access.models import AuditEntry
from reliability.outbox.models import Fact
from reliability.web.errors import Forbidden, Invalid
from slo.models import BurnAlert, SloStatus
from tests.cast import IncidentFactory
from tests.status_page.pages.conftest import NOON, World

MINUTE = timedelta(minutes=1)


def shown(world: World) -> dict[str, str]:
    return dict(Component.objects.filter(page=world.page).values_list("name", "shown_state"))


def test_components_follow_what_is_measured_and_dark_ones_stay_as_known(world: World) -> None:
    assert shown(world) == {"Checkout": "operational", "Telephone": "operational", "Search": "unknown"}
    BurnAlert.objects.create(
        slo=world.slo,
        fired_at=NOON,
        condition="page-1h",
        title="burns",
        severity=2,
        urgency="urgent",
        fire_reason="fast",
        text="burns",
    )
    world.push(since=NOON, until=NOON + 6 * MINUTE, bad=0.3)
    states.judge_pages(now=NOON + 6 * MINUTE)
    assert shown(world)["Checkout"] == "partial_outage"
    change = ComponentStateChange.objects.get(component=world.checkout, state="partial_outage")
    assert (change.before, change.cause) == ("operational", "automatic")
    assert Fact.objects.filter(kind="StatusComponentChanged", payload__component_id=world.checkout.pk).exists()
    later = NOON + timedelta(hours=1)
    states.judge_pages(now=later)
    row = Component.objects.get(pk=world.checkout.pk)
    assert (row.shown_state, row.is_measured) == ("partial_outage", False), "the last known state, said to be old"
    seen = content_of(page=world.page, root="https://x.example", now=later)
    assert [one.is_stale for one in seen.components if one.name == "Checkout"] == [True]
    assert not SloStatus.objects.filter(slo__name="dark").exclude(state="no_data").exists()


def test_our_incident_counts_once_a_person_looked_and_our_words_stay_inside(world: World) -> None:
    ours = IncidentFactory(team=world.cast.payments, severity=1, origin="integration:1", title="db-7 is out of memory")
    ImpactedService.objects.create(incident=ours, service=world.service)
    states.judge_pages(now=NOON)
    assert shown(world)["Checkout"] == "operational"
    ours.acknowledged_at = NOON
    ours.save(update_fields=("acknowledged_at",))
    states.judge_pages(now=NOON)
    assert shown(world)["Checkout"] == "major_outage"


def test_a_word_of_a_person_wins_until_it_ends(world: World) -> None:
    until = NOON + 10 * MINUTE
    for name, problem in (("viewer", Forbidden), ("outsider", Exception)):
        with pytest.raises(problem):
            components.override(
                caller=world.caller(name),
                page_id=world.page.pk,
                component_id=world.checkout.pk,
                state=C.MAJOR_OUTAGE,
                reason="no",
                until=None,
                now=NOON,
            )
    with pytest.raises(Invalid) as refused:
        components.override(
            caller=world.caller("responder"),
            page_id=world.page.pk,
            component_id=world.checkout.pk,
            state=C.UNKNOWN,
            reason=" ",
            until=NOON,
            now=NOON,
        )
    assert {one["field"] for one in refused.value.details} == {"state", "reason", "until"}
    components.override(
        caller=world.caller("responder"),
        page_id=world.page.pk,
        component_id=world.checkout.pk,
        state=C.MAJOR_OUTAGE,
        reason="customers call",
        until=until,
        now=NOON,
    )
    states.judge_pages(now=NOON + MINUTE)
    assert shown(world)["Checkout"] == "major_outage"
    at_end = content_of(page=world.page, root="https://x.example", now=until)
    assert [one.state for one in at_end.components if one.name == "Checkout"] == [C.OPERATIONAL], "without a worker"
    assert components.override_ends(component_id=world.checkout.pk, now=until - MINUTE) == until
    assert components.override_ends(component_id=world.checkout.pk, now=until) is None
    row = Component.objects.get(pk=world.checkout.pk)
    assert (row.shown_state, row.override_state, row.override_reason) == ("operational", "", "")
    assert AuditEntry.objects.filter(action="status_component.override", reason="customers call").count() == 1


def test_days_are_measured_and_never_invented(world: World) -> None:
    world.push(since=NOON - timedelta(hours=2), until=NOON - timedelta(hours=1), bad=0.2)
    days.measure(component=world.checkout, now=NOON)
    days.measure(component=world.search, now=NOON)
    seen = content_of(page=world.page, root="https://x.example", now=NOON, has_days=True)
    checkout, search = (next(one for one in seen.components if one.name == name) for name in ("Checkout", "Search"))
    assert [one.valid > 0 for one in checkout.days] == [False] * 87 + [True] * 3
    today = checkout.days[-1]
    assert (today.minutes, today.measured_minutes, today.down_minutes) == (13 * 60, 13 * 60, 60), "Berlin's day"
    assert (today.good, today.valid) == (78_000 - 1_200, 78_000)
    assert (search.uptime.ratio, search.uptime.measured_days, search.uptime.days) == (None, 0, 90)
    assert days.measure(component=world.checkout, now=NOON) == 0, "nothing differs the second time"
