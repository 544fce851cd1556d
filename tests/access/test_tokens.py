"""API tokens: their scopes, expiry, revocation and use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from reliability.access.domain.caller import Role, Scope
from reliability.access.domain.secret import hash_of_secret
from reliability.access.models import ApiToken, AuditEntry
from reliability.access.selectors.callers import caller_of_api_token
from reliability.access.services import tokens
from reliability.web.errors import Forbidden
from tests.cast import ApiTokenFactory, Cast, ServiceFactory

As = Callable[[str], Client]
Bearer = Callable[..., Client]
FORM = {"name": "checkout CI", "team": "payments", "role": "30", "scopes": ["read", "write"], "expires_in": "90"}


def test_a_token_is_shown_once_and_only_its_hash_is_kept(cast: Cast, as_: As) -> None:
    browser = as_("administrator")
    page = browser.post(reverse("token-list"), FORM)
    secret: str = page.context["made"].secret
    token = ApiToken.objects.get()
    assert secret in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert token.secret_hash == hash_of_secret(secret)
    assert secret.startswith(f"{token.prefix}_")
    assert len(secret) >= 43 + len(token.prefix)
    assert secret not in browser.get(reverse("token-list")).content.decode()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.team, entry.user) == ("token.create", cast.payments, cast.administrator)
    assert secret not in str(entry.changes)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me")
    assert answer.json() == {
        "name": f"token checkout CI ({token.prefix}…)",
        "kind": "token",
        "is_administrator": False,
        "scopes": ["read", "write"],
        "roles": {"payments": "editor"},
    }


@pytest.mark.parametrize(
    "header",
    ["Bearer wrong", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "wrong", "Bearer \u00fc"],
    ids=["a wrong token", "an empty token", "no token", "basic authentication", "no scheme", "another alphabet"],
)
def test_a_wrong_token_is_401_in_the_envelope_even_with_a_good_session(cast: Cast, as_: As, header: str) -> None:
    answer = as_("chief").get("/api/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"]["reason"] == "unauthenticated"


def test_nobody_is_401_rather_than_led_to_sign_in(db: None, client: Client) -> None:
    assert client.get("/api/v1/me").status_code == 401


def test_a_session_reads_freely_and_writes_with_its_csrf_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.chief, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/me").json()["name"] == "Chief"
    body = {"name": "New"}
    refused = client.post("/api/v1/teams", body, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["reason"]) == (403, "csrf")
    client.get(reverse("team-list"))
    csrf = client.cookies["csrftoken"].value
    accepted = client.post("/api/v1/teams", body, content_type="application/json", headers={"X-CSRFToken": csrf})
    assert accepted.status_code == 201


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [(["read"], 200, 403), (["write"], 404, 404), (["read", "write"], 200, 200), (["intake"], 404, 404)],
    ids=["read reads", "write alone finds nothing", "both do both", "intake finds nothing"],
)
def test_scopes_bound_what_a_token_does(cast: Cast, bearer: Bearer, scopes: list[str], read: int, write: int) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    client = bearer(team=cast.payments, role=Role.EDITOR, scopes=scopes)
    assert client.get("/api/v1/services/checkout").status_code == read
    answer = client.patch("/api/v1/services/checkout", {"tier": 1}, content_type="application/json")
    assert answer.status_code == write


def test_an_expired_and_a_revoked_token_are_401(cast: Cast, as_: As) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=False) as clock:
        secret = as_("administrator").post(reverse("token-list"), FORM).context["made"].secret
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        clock.shift(timedelta(days=90, seconds=-1))
        assert client.get("/api/v1/me").status_code == 200
        clock.shift(timedelta(seconds=1))
        assert client.get("/api/v1/me").status_code == 401
        clock.shift(timedelta(days=-1))
        assert client.get("/api/v1/me").status_code == 200
        as_("administrator").post(reverse("token-revoke", args=[ApiToken.objects.get().pk]), {"reason": "leaked"})
        assert client.get("/api/v1/me").status_code == 401
    entry = AuditEntry.objects.get(action="token.revoke")
    assert entry.reason == "leaked"


def test_revoking_asks_first_and_says_when_the_token_was_last_used(cast: Cast, as_: As) -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    token = ApiTokenFactory(team=cast.payments, name="checkout CI", last_used_at=now - timedelta(minutes=3))
    browser = as_("administrator")
    with time_machine.travel(now, tick=False):
        page = browser.get(reverse("token-revoke", args=[token.pk])).content.decode()
    assert "Revoke the token checkout CI?" in page
    assert "last used 3 min ago" in page
    assert 'name="reason"' in page
    token.refresh_from_db()
    assert token.revoked_at is None
    assert reverse("token-revoke", args=[token.pk]) in browser.get(reverse("token-list")).content.decode()


def test_the_last_use_is_written_at_most_once_a_minute(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    start = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    ApiTokenFactory(team=cast.payments, secret="s3cret")
    client = Client(headers={"Authorization": "Bearer s3cret"})
    with time_machine.travel(start, tick=False) as clock:
        client.get("/api/v1/me")
        clock.shift(timedelta(seconds=59))
        with django_assert_num_queries(3):  # token, teams, names of the roles: no write
            client.get("/api/v1/me")
        assert ApiToken.objects.get().last_used_at == start
        clock.shift(timedelta(seconds=1))
        client.get("/api/v1/me")
        assert ApiToken.objects.get().last_used_at == start + timedelta(minutes=1)


@pytest.mark.parametrize("who", ["viewer", "responder", "editor", "outsider"])
def test_only_administrators_of_the_team_make_its_tokens(cast: Cast, as_: As, who: str) -> None:
    as_(who).post(reverse("token-list"), FORM)
    assert not ApiToken.objects.exists()


def test_only_the_chief_makes_a_token_of_the_whole_installation(cast: Cast, as_: As) -> None:
    assert as_("chief").post(reverse("token-list"), FORM | {"team": ""}).status_code == 422
    form = FORM | {"team": "*", "role": "10", "scopes": ["read"]}
    assert as_("administrator").post(reverse("token-list"), form).status_code == 422
    secret = as_("chief").post(reverse("token-list"), form).context["made"].secret
    ServiceFactory(team=cast.search, name="index")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/services/index").status_code == 200
    assert client.get("/api/v1/audit").status_code == 403


def test_tokens_of_other_teams_are_neither_listed_nor_revoked(cast: Cast, as_: As) -> None:
    token = ApiTokenFactory(team=cast.search, name="secret plans")
    browser = as_("administrator")
    assert "secret plans" not in browser.get(reverse("token-list")).content.decode()
    assert browser.post(reverse("token-revoke", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"scopes": [Scope.INTAKE]}, "cannot give away what it lacks: intake"),
        ({"expires_at": None}, "cannot make one that outlives it"),
        ({"expires_at": timedelta(days=2)}, "cannot make one that outlives it"),
    ],
    ids=["a scope it lacks", "no expiry", "a later expiry"],
)
def test_a_token_gives_away_no_more_than_it_has(cast: Cast, now: datetime, wanted: dict[str, Any], words: str) -> None:
    own = ApiTokenFactory(
        team=cast.payments, role=Role.ADMINISTRATOR, scopes=["read", "write"], expires_at=now + timedelta(days=1)
    )
    fields: dict[str, Any] = {"scopes": [Scope.READ], "expires_at": now + timedelta(hours=1)} | wanted
    if isinstance(fields["expires_at"], timedelta):
        fields["expires_at"] = now + fields["expires_at"]
    with pytest.raises(Forbidden, match=words):
        tokens.create(
            caller=caller_of_api_token(token=own), name="x", team=cast.payments, role=Role.VIEWER, now=now, **fields
        )


def test_the_api_makes_lists_and_revokes_tokens(cast: Cast, bearer: Bearer) -> None:
    client = bearer(team=cast.payments, role=Role.ADMINISTRATOR, name="root")
    body = {"name": "pusher", "team": "payments", "role": "editor", "scopes": ["intake"]}
    made = client.post("/api/v1/tokens", body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["secret"].startswith(made.json()["prefix"])
    listed = client.get("/api/v1/tokens").json()
    assert [item["name"] for item in listed["items"]] == ["pusher", "root"]
    assert "secret" not in listed["items"][0]
    assert client.delete(f"/api/v1/tokens/{made.json()['id']}").status_code == 204
    assert client.get("/api/v1/tokens").json()["total"] == 1
    assert client.get("/api/v1/tokens?include_revoked=true").json()["total"] == 2
