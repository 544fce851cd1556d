"""Deleting a team: by administrators of the installation, only when it owns nothing, and told in the trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from reliability.access.models import ApiToken, AuditEntry, Membership, Team
from reliability.outbox.models import Fact
from tests.cast import ApiTokenFactory, Cast, MembershipFactory, ServiceFactory, SloFactory, SourceFactory, TeamFactory

As = Callable[[str], Client]
Bearer = Callable[..., Client]


@pytest.fixture
def team(cast: Cast) -> Team:
    """It owns nothing, but has a member and a token."""
    team: Team = TeamFactory(slug="gone-soon", name="Gone soon")
    MembershipFactory(team=team, user=cast.outsider, role=40)
    ApiTokenFactory(team=team, name="its robot")
    return team


def _address(team: Team) -> str:
    return reverse("team-delete", args=(team.slug,))


def test_a_team_that_owns_nothing_is_deleted_and_its_end_is_told(as_: As, team: Team) -> None:
    chief = as_("chief")
    assert _address(team) in chief.get(reverse("team-detail", args=(team.slug,))).content.decode()
    asked = chief.get(_address(team)).content.decode()
    assert "its 1 API token, which stops working at once" in asked
    assert chief.post(_address(team), {"reason": "merged"}).status_code == 302
    assert not Team.objects.filter(slug="gone-soon").exists()
    assert not Membership.objects.filter(team_id=team.pk).exists()
    assert not ApiToken.objects.filter(name="its robot").exists()
    entry = AuditEntry.objects.get(action="team.delete")
    assert (entry.object_name, entry.team, entry.reason) == ("gone-soon", None, "merged")
    assert entry.changes["members"] == [["outsider@example.org"], None]
    assert entry.changes["tokens"] == [["its robot"], None]


def test_a_team_that_owns_something_stays_and_the_refusal_names_it(as_: As, team: Team) -> None:
    SloFactory(team=team)
    ServiceFactory.create_batch(2, team=team)
    SourceFactory(team=team)
    answer = as_("chief").post(_address(team), {})
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("1 SLO,", "2 services", "1 source,", "give them to another team or delete them first"):
        assert words in page
    assert Team.objects.filter(pk=team.pk).exists()
    assert not AuditEntry.objects.filter(action="team.delete").exists()


@pytest.mark.parametrize(("who", "status"), [("administrator", 404), ("outsider", 403), ("anonymous", 302)])
def test_only_administrators_of_the_installation_delete_teams(as_: As, team: Team, who: str, status: int) -> None:
    assert as_(who).post(_address(team), {}).status_code == status
    assert Team.objects.filter(pk=team.pk).exists()


def test_a_teams_administrator_is_not_offered_it(as_: As, team: Team) -> None:
    assert _address(team) not in as_("outsider").get(reverse("team-detail", args=(team.slug,))).content.decode()


def test_the_api_deletes_and_refuses_alike(bearer: Bearer, cast: Cast, team: Team) -> None:
    service = ServiceFactory(team=team)
    chief = bearer(team=None, role=40)
    refused = chief.delete(f"/api/v1/teams/{team.slug}")
    assert (refused.status_code, refused.json()["error"]["reason"]) == (409, "in_use")
    service.delete()
    assert bearer(team=team, role=40).delete(f"/api/v1/teams/{team.slug}").status_code == 403
    assert chief.delete(f"/api/v1/teams/{team.slug}?reason=merged").status_code == 204
    assert chief.get(f"/api/v1/teams/{team.slug}").status_code == 404


def test_its_facts_go_with_it(as_: As, team: Team, now: datetime) -> None:
    Fact.objects.create(kind="Something", team=team, payload={}, at=now)
    assert as_("chief").post(_address(team), {}).status_code == 302
    assert not Fact.objects.filter(kind="Something").exists()
