"""Editing an objective whose service and indicator the editor may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reliability.access.domain.caller import Role
from slo.models import Sli, Slo
from tests.cast import Cast, MembershipFactory, ServiceFactory, SliFactory, SloFactory, SourceFactory
from tests.slo.pages.test_form import typed

As = Callable[[str], Client]
SPEC = {"kind": "ratio", "good": "treasure_good", "valid": "treasure_valid"}


@pytest.fixture
def guest(cast: Cast, as_: As) -> Client:
    """Editor of the open team Commons, nothing in Payments."""
    MembershipFactory(team=cast.commons, user=cast.outsider, role=Role.EDITOR.value)
    return as_("outsider")


@pytest.fixture
def mixed(cast: Cast) -> Slo:
    service = ServiceFactory(team=cast.payments, name="treasure-service")
    source = SourceFactory(team=cast.payments, name="treasure-source", kind="prometheus")
    sli = SliFactory(team=cast.payments, source=source, name="treasure-sli", spec=SPEC)
    slo: Slo = SloFactory(team=cast.commons, sli=sli, service=service, name="mixed")
    return slo


def change(slo: Slo, **fields: Any) -> dict[str, Any]:
    form = typed(team="commons", name=slo.name, service="(stays)", sli="(stays)", objective="99", title="Changed")
    return form | {"reason": "said why", "effective": "now", "based_on": slo.revision} | fields


def test_both_are_offered_without_being_named(guest: Client, mixed: Slo) -> None:
    page = guest.get("/slos/mixed/edit/").content.decode()
    assert '<option value="(stays)" selected>Its present service (private, stays)</option>' in page
    assert '<option value="(stays)" selected>Its present indicator (private, stays)</option>' in page
    assert "treasure" not in page


def test_a_new_title_leaves_both_as_they_are(guest: Client, mixed: Slo) -> None:
    before = (mixed.service_id, mixed.sli_id)
    assert guest.post("/slos/mixed/edit/", change(mixed)).status_code == 302
    mixed.refresh_from_db()
    assert (mixed.title, (mixed.service_id, mixed.sli_id)) == ("Changed", before)


def test_the_private_service_can_be_taken_away(guest: Client, mixed: Slo) -> None:
    assert guest.post("/slos/mixed/edit/", change(mixed, service="")).status_code == 302
    mixed.refresh_from_db()
    assert mixed.service is None


def test_its_name_typed_by_hand_is_no_choice(guest: Client, mixed: Slo) -> None:
    answer = guest.post("/slos/mixed/edit/", change(mixed, sli="treasure-sli"))
    assert answer.status_code == 422
    assert "choose an indicator of the list" in answer.content.decode()


def test_a_new_objective_has_nothing_that_stays(guest: Client, mixed: Slo) -> None:
    answer = guest.post("/slos/new/", typed(team="commons", sli="(stays)"))
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/slos/mixed/edit/", "/slos/new/preview/?slo=mixed"])
def test_the_preview_of_a_change_stands_on_what_stays(guest: Client, mixed: Slo, path: str) -> None:
    page = guest.post(path, change(mixed, action="preview")).content.decode()
    assert "nothing is stored for this indicator" in page.lower()
    assert "treasure" not in page


def test_those_who_see_them_choose_by_name(as_: As, mixed: Slo) -> None:
    page = as_("chief").get("/slos/mixed/edit/").content.decode()
    assert '<option value="treasure-sli" selected>' in page
    assert "(stays)" not in page


def test_an_indicator_keeps_its_private_source(guest: Client, cast: Cast, mixed: Slo) -> None:
    sli: Sli = SliFactory(team=cast.commons, source=mixed.sli.source, name="shared", spec=SPEC)
    page = guest.get("/slis/shared/edit/").content.decode()
    assert '<option value="(stays)" selected>Its present source (private, stays)</option>' in page
    assert "treasure-source" not in page
    form = {"title": "Changed", "source": "(stays)", "ratio_parts": "good_valid", "reason": "said why", **SPEC}
    assert guest.post("/slis/shared/edit/", form).status_code == 302
    sli.refresh_from_db()
    assert (sli.title, sli.source, sli.spec) == ("Changed", mixed.sli.source, SPEC)
    refused = guest.post("/slis/shared/edit/", form | {"good": "everything"})
    assert refused.status_code == 422
    assert "needs the role editor in its team" in refused.content.decode()


def test_nothing_of_the_indicator_is_told_where_the_objective_is_deleted(guest: Client, mixed: Slo) -> None:
    assert "treasure" not in guest.get("/slos/mixed/delete/").content.decode()
