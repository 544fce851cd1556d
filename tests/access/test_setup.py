"""The first visit: whoever comes first becomes the administrator, and nobody ever after."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry, Team, User
from reliability.access.services import installation
from reliability.web.errors import NotFound
from tests.cast import PASSWORD, Cast
from tests.racing import Race

FORM = {"name": "Ada", "email": "Ada@Example.org", "password": PASSWORD, "again": PASSWORD, "team_name": "Payments"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["service-list", "team-list", "profile", "sign-in", "audit-list"])
def test_every_way_leads_to_the_first_visit_until_somebody_exists(client: Client, name: str) -> None:
    assert client.get(reverse(name)).headers["Location"] == reverse("setup")


@pytest.mark.django_db
def test_the_first_visit_makes_the_administrator_with_a_team_and_signs_them_in(client: Client) -> None:
    assert client.get(reverse("setup")).status_code == 200
    assert client.post(reverse("setup"), FORM).headers["Location"] == "/"
    ada = User.objects.get()
    assert (ada.email, ada.is_administrator) == ("ada@example.org", True)
    assert ada.memberships.get().role == Role.ADMINISTRATOR
    assert Team.objects.get().slug == "payments"
    assert client.get(reverse("profile")).status_code == 200
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "installation.set_up",
        "person.sign_in",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "1234567890123", "again": "1234567890123"}, "entirely numeric"),
        ({"again": "another"}, "differs from the password"),
        ({"email": "nobody"}, "write an email address, such as"),
    ],
    ids=["a short password", "a number as password", "two different passwords", "no address"],
)
def test_a_mistake_is_told_at_its_field_and_makes_nobody(client: Client, change: dict[str, str], words: str) -> None:
    answer = client.post(reverse("setup"), FORM | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Ada" in answer.content.decode()
    assert not User.objects.exists()


def test_it_is_closed_for_ever_after(cast: Cast, client: Client) -> None:
    assert client.get(reverse("setup")).status_code == 404
    assert client.post(reverse("setup"), FORM).status_code == 404
    assert not User.objects.filter(email="ada@example.org").exists()


def test_of_first_visits_at_the_same_instant_one_wins(race: Race, now: datetime) -> None:
    def visit(number: int) -> User:
        return installation.set_up(
            name=f"Ada {number}",
            email=f"ada{number}@example.org",
            password=PASSWORD,
            team_name=f"Team {number}",
            now=now,
        )

    results = race(*(lambda number=number: visit(number) for number in range(4)))
    assert sum(isinstance(result, User) for result in results) == 1, results
    assert sum(isinstance(result, NotFound) for result in results) == 3, results
    assert race(User.objects.count) == [1]
    assert race(AuditEntry.objects.count) == [1]
