"""Administration of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from reliability.access.models import AuditEntry, User
from reliability.access.selectors.people import list_people
from reliability.access.services import people
from reliability.web.errors import Conflict, Forbidden
from tests.cast import PASSWORD, Cast, MembershipFactory, UserFactory
from tests.racing import Race

As = Callable[[str], Client]


def test_an_invited_person_chooses_a_password_by_the_link(cast: Cast, as_: As) -> None:
    page = as_("chief").post(
        reverse("person-invite"), {"name": "Grace", "email": "Grace@Example.org", "reason": "joins Payments"}
    )
    grace = User.objects.get(email="grace@example.org")
    assert not grace.has_usable_password()
    browser = Client()
    browser.post(
        reverse("password-link", args=[page.context["link"].secret]), {"password": PASSWORD, "again": PASSWORD}
    )
    assert browser.get(reverse("profile")).status_code == 200
    entry = AuditEntry.objects.get(action="person.invite")
    assert (entry.actor_name, entry.object_name, entry.reason) == ("Chief", "grace@example.org", "joins Payments")
    assert page.context["link"].secret not in str(entry.changes)


def test_inviting_somebody_who_is_here_is_refused_in_any_case_of_the_address(cast: Cast, as_: As) -> None:
    page = as_("chief").post(reverse("person-invite"), {"name": "E", "email": "EDITOR@example.org"})
    assert page.status_code == 422
    assert "is a person here already" in page.content.decode()


def test_deactivating_ends_sessions_and_voids_the_link(cast: Cast, as_: As) -> None:
    editor, chief = as_("editor"), as_("chief")
    link = chief.post(reverse("person-reset-link", args=[cast.editor.pk])).context["link"]
    chief.post(reverse("person-deactivate", args=[cast.editor.pk]), {"reason": "left"})
    assert editor.get(reverse("profile")).status_code == 302
    assert Client().get(reverse("password-link", args=[link.secret])).status_code == 404
    entry = AuditEntry.objects.get(action="person.deactivate")
    assert (entry.changes, entry.reason) == ({"is_active": [True, False]}, "left")
    chief.post(reverse("person-activate", args=[cast.editor.pk]))
    cast.editor.refresh_from_db()
    assert cast.editor.is_active


@pytest.mark.parametrize("view", ["person-deactivate", "person-remove-administrator"])
def test_the_last_administrator_of_the_installation_stays(cast: Cast, as_: As, view: str) -> None:
    page = as_("chief").post(reverse(view, args=[cast.chief.pk]), follow=True)
    assert "last administrator of the installation" in page.content.decode()
    cast.chief.refresh_from_db()
    assert (cast.chief.is_active, cast.chief.is_administrator) == (True, True)


def test_a_deactivated_administrator_does_not_count_as_one_who_is_left(cast: Cast, now: datetime) -> None:
    UserFactory(name="Gone", is_administrator=True, is_active=False)
    with pytest.raises(Conflict, match="last administrator"):
        people.remove_administrator(caller=cast.caller("chief"), person=cast.chief, now=now)


def test_two_administrators_who_remove_each_other_at_once_leave_one(cast: Cast, race: Race, now: datetime) -> None:
    other = UserFactory(name="Other", is_administrator=True)
    chief = cast.caller("chief")

    results = race(
        lambda: people.deactivate(caller=chief, person=cast.chief, now=now),
        lambda: people.deactivate(caller=chief, person=other, now=now),
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    assert results.count(None) == 1, results
    assert race(User.objects.filter(is_administrator=True, is_active=True).count) == [1]


def test_only_the_chief_invites(cast: Cast, now: datetime) -> None:
    with pytest.raises(Forbidden):
        people.invite(
            caller=cast.caller("administrator"), email="x@example.org", name="X", is_administrator=False, now=now
        )


def test_the_list_of_people_costs_the_same_for_one_and_for_many(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for person in UserFactory.create_batch(20):
        MembershipFactory(user=person, team=cast.payments)
    chief = cast.caller("chief")
    with django_assert_num_queries(2):
        assert len([list(person.memberships.all()) for person in list_people(caller=chief)]) == 26
