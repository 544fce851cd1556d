"""Names of other teams' private objects in the trail of an open team."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry, Team
from reliability.catalog.models import Service
from slo.models import Slo
from slo.services import slos
from tests.cast import Cast, MembershipFactory, ServiceFactory, SliFactory, SloFactory, TeamFactory
from tests.queries import queries_of

As = Callable[[str], Client]
Bearer = Callable[..., Client]


@pytest.fixture
def open_team(cast: Cast) -> Team:
    """An open team, administered by the outsider of Payments."""
    team: Team = TeamFactory(slug="open", is_private=False)
    MembershipFactory(team=team, user=cast.outsider, role=Role.ADMINISTRATOR.value)
    return team


@pytest.fixture
def slo(cast: Cast, open_team: Team, now: datetime) -> Slo:
    """Of the open team; it stood on a private service, which an administrator replaced by one of its own."""
    secret = ServiceFactory(team=cast.payments, name="secret-ledger")
    own = ServiceFactory(team=open_team, name="open-shop")
    slo: Slo = SloFactory(team=open_team, sli=SliFactory(team=open_team), service=secret)
    draft = replace(slos.draft_of(slo=slo), service_id=own.pk)
    slos.update(caller=cast.caller("chief"), slo=slo, draft=draft, now=now, reason="it moved")
    return slo


def _page(client: Client) -> str:
    return client.get(reverse("audit-list")).content.decode()


def test_the_name_of_a_private_service_is_kept_from_those_who_may_not_see_it(as_: As, slo: Slo) -> None:
    page = _page(as_("outsider"))
    assert "secret-ledger" not in page
    assert "<del>a private one</del><ins>open-shop</ins>" in page
    assert "secret-ledger" in _page(as_("chief"))


def test_the_api_tells_no_more(bearer: Bearer, slo: Slo) -> None:
    answer = bearer(team=slo.team, role=Role.ADMINISTRATOR.value).get("/api/v1/audit?object_kind=slo").json()
    assert answer["items"][0]["changes"]["service"] == ["a private one", "open-shop"]


def test_a_deleted_service_is_named_to_those_who_could_see_it(
    as_: As, cast: Cast, slo: Slo, open_team: Team, now: datetime
) -> None:
    AuditEntry.objects.create(
        at=now, actor_name="Chief", action="service.create", object_kind="service", object_name="open-shop",
        team=open_team,
    )  # fmt: skip
    Slo.objects.update(service=None)
    Service.objects.all().delete()
    page = _page(as_("outsider"))
    assert "secret-ledger" not in page
    assert "<ins>open-shop</ins>" in page


def test_dependencies_on_private_services_are_not_named_either(
    as_: As, cast: Cast, open_team: Team, now: datetime
) -> None:
    for name in ("secret-ledger", "secret-vault"):
        ServiceFactory(team=cast.payments, name=name)
    AuditEntry.objects.create(
        at=now, actor_name="Chief", action="service.needs", object_kind="service", object_name="open-shop",
        team=open_team, changes={"needs secret-ledger": [None, "hard"], "needs secret-vault": [None, "soft"]},
    )  # fmt: skip
    page = _page(as_("outsider"))
    assert "secret-" not in page
    assert "needs a private one" in page
    assert "needs a private one (2)" in page


def test_what_is_stored_stays_as_it_was_written(as_: As, slo: Slo) -> None:
    _page(as_("outsider"))
    assert AuditEntry.objects.get(action="slo.update").changes["service"] == ["secret-ledger", "open-shop"]


def test_the_queries_do_not_grow_with_the_names(as_: As, cast: Cast, slo: Slo, now: datetime) -> None:
    client, address = as_("outsider"), reverse("audit-list")
    client.get(address)
    before = queries_of(client, address)
    for number in range(10):
        service = ServiceFactory(team=cast.payments, name=f"secret-{number}")
        draft = replace(slos.draft_of(slo=slo), service_id=service.pk)
        slos.update(caller=cast.caller("chief"), slo=slo, draft=draft, now=now)
    assert queries_of(client, address) == before
