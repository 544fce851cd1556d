"""The pages of access and catalogue × who asks: the exact answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reliability.access.models import ApiToken
from tests.cast import ApiTokenFactory, Cast, ServiceFactory

# Filters by team alone: test_every_url.py asks them of the other database.
pytestmark = pytest.mark.same_everywhere

As = Callable[[str], Client]
WHO = ("anonymous", "outsider", "viewer", "editor", "administrator", "chief")
EVERYBODY = (302, 200, 200, 200, 200, 200)
MEMBERS = (302, 404, 200, 200, 200, 200)
EDITORS = (302, 404, 403, 200, 200, 200)
ADMINISTRATORS = (302, 404, 403, 403, 200, 200)
CHIEF = (302, 403, 403, 403, 403, 200)

READS = {
    "team-list": EVERYBODY,
    "team-create": CHIEF,
    "team-detail": MEMBERS,
    "team-edit": ADMINISTRATORS,
    "profile": EVERYBODY,
    "profile-password": EVERYBODY,
    "person-list": CHIEF,
    "person-invite": CHIEF,
    "person-detail": CHIEF,
    "token-list": EVERYBODY,
    "audit-list": (302, 403, 403, 403, 200, 200),
    "service-list": EVERYBODY,
    "service-create": (302, 200, 403, 200, 200, 200),  # the outsider is an editor of their own team
    "service-detail": MEMBERS,
    "service-edit": EDITORS,
    "service-delete": EDITORS,
}
# Forms that are good: what is written is written only where the last column of statuses says 302.
WRITES: dict[str, tuple[dict[str, str], tuple[int, ...]]] = {
    "team-edit": ({"name": "Payments"}, (302, 404, 403, 403, 302, 302)),
    "member-add": ({"email": "outsider@example.org", "role": "10"}, (302, 404, 403, 403, 302, 302)),
    "member-role": ({"role": "20"}, (302, 404, 403, 403, 302, 302)),
    "member-remove": ({}, (302, 404, 403, 403, 302, 302)),
    "person-reset-link": ({}, CHIEF),
    "person-deactivate": ({}, (302, 403, 403, 403, 403, 302)),
    "person-make-administrator": ({}, (302, 403, 403, 403, 403, 302)),
    "token-revoke": ({}, (302, 404, 404, 404, 302, 302)),
    "service-delete": ({}, (302, 404, 403, 302, 302, 302)),
    "dependency-add": ({"needs": "ledger", "kind": "hard"}, (302, 404, 403, 302, 302, 302)),
}


def path_to(name: str, cast: Cast) -> str:
    person = cast.responder.pk
    arguments: dict[str, list[object]] = {
        "team-detail": ["payments"],
        "team-edit": ["payments"],
        "member-add": ["payments"],
        "member-role": ["payments", person],
        "member-remove": ["payments", person],
        "person-detail": [person],
        "person-reset-link": [person],
        "person-deactivate": [person],
        "person-make-administrator": [person],
        "token-revoke": [ApiToken.objects.values_list("pk", flat=True).first()],
        "service-detail": ["checkout"],
        "service-edit": ["checkout"],
        "service-delete": ["checkout"],
        "dependency-add": ["checkout"],
    }
    return reverse(name, args=arguments.get(name, []))


@pytest.fixture(autouse=True)
def _objects(cast: Cast) -> None:
    for name in ("checkout", "ledger"):
        ServiceFactory(team=cast.payments, name=name)
    ApiTokenFactory(team=cast.payments)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", READS)
def test_who_reads_what(cast: Cast, as_: As, name: str, who: str) -> None:
    answer = as_(who).get(path_to(name, cast))
    assert answer.status_code == READS[name][WHO.index(who)]
    if who == "anonymous":
        assert answer.headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", WRITES)
def test_who_writes_what(cast: Cast, as_: As, name: str, who: str) -> None:
    form, statuses = WRITES[name]
    answer = as_(who).post(path_to(name, cast), form)
    assert answer.status_code == statuses[WHO.index(who)]
    if who == "anonymous":
        assert answer.headers["Location"].startswith("/sign-in/")


def test_a_refusal_says_which_role_is_needed(cast: Cast, as_: As) -> None:
    text = as_("viewer").get(reverse("service-edit", args=["checkout"])).content.decode()
    assert "needs the role editor in the team; you are viewer" in text.replace("This needs", "needs")
