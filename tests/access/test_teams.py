"""Teams, members and roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import AuditEntry, Membership, Team
from reliability.access.selectors.teams import list_teams
from reliability.access.services import teams
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, MembershipFactory, TeamFactory, UserFactory
from tests.queries import queries_of
from tests.racing import Race

As = Callable[[str], Client]


def test_a_team_gets_its_short_name_from_its_name(cast: Cast, as_: As) -> None:
    answer = as_("chief").post(reverse("team-create"), {"name": "Payments", "is_private": "on"})
    assert answer.headers["Location"] == reverse("team-detail", args=["payments-2"])
    team = Team.objects.get(slug="payments-2")
    assert team.memberships.get().user == cast.chief
    entry = AuditEntry.objects.get(action="team.create")
    assert (entry.team, entry.changes["slug"]) == (team, [None, "payments-2"])


def test_a_short_name_in_use_is_told_at_its_field(cast: Cast, as_: As) -> None:
    page = as_("chief").post(reverse("team-create"), {"name": "X", "slug": "payments"})
    assert page.status_code == 422
    assert "there is a team &#x27;payments&#x27; already" in page.content.decode()


def test_opening_a_team_lets_everybody_read_it(cast: Cast, as_: As) -> None:
    address = reverse("team-detail", args=["payments"])
    assert as_("outsider").get(address).status_code == 404
    as_("administrator").post(reverse("team-edit", args=["payments"]), {"name": "Payments", "reason": "shared"})
    assert as_("outsider").get(address).status_code == 200
    entry = AuditEntry.objects.get(action="team.change")
    assert (entry.changes, entry.reason) == ({"is_private": [True, False]}, "shared")


def test_a_member_is_added_by_address_and_their_role_changed(cast: Cast, as_: As) -> None:
    browser = as_("administrator")
    address = reverse("member-add", args=["payments"])
    browser.post(address, {"email": "Outsider@example.org", "role": "10", "reason": "helps out"})
    member = Membership.objects.get(team=cast.payments, user=cast.outsider)
    assert member.role == Role.VIEWER
    browser.post(reverse("member-role", args=["payments", cast.outsider.pk]), {"role": "30"})
    member.refresh_from_db()
    assert member.role == Role.EDITOR
    browser.post(reverse("member-remove", args=["payments", cast.outsider.pk]))
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "changes")) == [
        ("team.add_member", {"outsider@example.org": [None, "viewer"]}),
        ("team.change_role", {"outsider@example.org": ["viewer", "editor"]}),
        ("team.remove_member", {"outsider@example.org": ["editor", None]}),
    ]


def test_an_unknown_address_is_told_at_its_field(cast: Cast, as_: As) -> None:
    page = as_("administrator").post(
        reverse("member-add", args=["payments"]), {"email": "nobody@example.org", "role": "10"}
    )
    assert page.status_code == 422
    assert "nobody here has the address nobody@example.org" in page.content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=["made viewer", "made editor"])
def test_the_last_administrator_of_a_team_keeps_the_role(cast: Cast, now: datetime, role: Role) -> None:
    with pytest.raises(Conflict, match="last administrator of Payments"):
        teams.set_member(
            caller=cast.caller("chief"), team=cast.payments, email=cast.administrator.email, role=role, now=now
        )


def test_the_last_administrator_of_a_team_cannot_leave(cast: Cast, as_: As) -> None:
    page = as_("administrator").post(reverse("member-remove", args=["payments", cast.administrator.pk]), follow=True)
    assert "last administrator of Payments" in page.content.decode()
    assert cast.payments.memberships.filter(user=cast.administrator).exists()


def test_an_administrator_may_leave_when_another_stays(cast: Cast, now: datetime) -> None:
    MembershipFactory(team=cast.payments, user=cast.outsider, role=Role.ADMINISTRATOR)
    teams.remove_member(
        caller=cast.caller("administrator"), team=cast.payments, person_id=cast.administrator.pk, now=now
    )
    assert not cast.payments.memberships.filter(user=cast.administrator).exists()


def test_two_administrators_who_leave_at_once_leave_one_behind(cast: Cast, race: Race, now: datetime) -> None:
    other = UserFactory(name="Other")
    MembershipFactory(team=cast.payments, user=other, role=Role.ADMINISTRATOR)
    chief = cast.caller("chief")
    results = race(
        lambda: teams.remove_member(caller=chief, team=cast.payments, person_id=cast.administrator.pk, now=now),
        lambda: teams.remove_member(caller=chief, team=cast.payments, person_id=other.pk, now=now),
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    assert results.count(None) == 1, results
    administrators = cast.payments.memberships.filter(role=Role.ADMINISTRATOR.value)
    assert race(administrators.count) == [1]


def test_everybody_may_leave_but_only_administrators_remove_others(cast: Cast, now: datetime) -> None:
    with pytest.raises(Forbidden):
        teams.remove_member(caller=cast.caller("editor"), team=cast.payments, person_id=cast.viewer.pk, now=now)
    teams.remove_member(caller=cast.caller("viewer"), team=cast.payments, person_id=cast.viewer.pk, now=now)
    assert not cast.payments.memberships.filter(user=cast.viewer).exists()


def test_giving_the_same_role_again_writes_nothing(cast: Cast, now: datetime) -> None:
    teams.set_member(
        caller=cast.caller("administrator"), team=cast.payments, email=cast.viewer.email, role=Role.VIEWER, now=now
    )
    assert not AuditEntry.objects.exists()


def test_members_of_a_private_team_are_not_told_to_outsiders(cast: Cast, now: datetime) -> None:
    with pytest.raises(NotFound):
        teams.set_member(
            caller=cast.caller("outsider"), team=cast.payments, email="x@example.org", role=Role.VIEWER, now=now
        )


def test_a_deactivated_person_is_not_added(cast: Cast, now: datetime) -> None:
    UserFactory(name="Gone", is_active=False)
    with pytest.raises(Invalid):
        teams.set_member(
            caller=cast.caller("chief"), team=cast.payments, email="gone@example.org", role=Role.VIEWER, now=now
        )


def test_the_list_of_teams_costs_the_same_for_few_and_for_many(cast: Cast, as_: As) -> None:
    browser = as_("editor")
    few = queries_of(browser, reverse("team-list"))
    TeamFactory.create_batch(40, is_private=False)
    assert queries_of(browser, reverse("team-list")) == few


def test_the_page_of_a_team_costs_the_same_for_few_members_and_for_many(cast: Cast, as_: As) -> None:
    browser = as_("administrator")
    few = queries_of(browser, reverse("team-detail", args=["payments"]))
    MembershipFactory.create_batch(40, team=cast.payments)
    assert queries_of(browser, reverse("team-detail", args=["payments"])) == few


def test_teams_are_read_in_one_query(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    TeamFactory.create_batch(40, is_private=False)
    with django_assert_num_queries(1):
        assert len(list_teams(caller=Caller(name="x", open_team_ids=frozenset({cast.commons.pk})))) == 1
