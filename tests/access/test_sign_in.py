"""Signing in and out, guessing passwords (fault 32), and the ways back in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from reliability.access.models import AuditEntry, Session
from reliability.access.services import passwords
from tests.cast import PASSWORD, Cast

NEW_PASSWORD = "another battery staple horse"
As = Callable[[str], Client]


def sign_in(client: Client, *, email: str, password: str, address: str = "198.51.100.1", **data: str) -> int:
    return client.post(
        reverse("sign-in"), {"username": email, "password": password, **data}, REMOTE_ADDR=address
    ).status_code


def test_the_right_password_signs_in_with_a_new_session_key(cast: Cast) -> None:
    client = Client(headers={"User-Agent": "Firefox on paper"})
    client.get(reverse("sign-in"))
    before = client.session.session_key
    assert sign_in(client, email="Editor@Example.org", password=PASSWORD) == 302
    assert client.session.session_key != before
    session = Session.objects.get()
    assert (session.user, session.user_agent) == (cast.editor, "Firefox on paper")
    assert AuditEntry.objects.get().action == "person.sign_in"


@pytest.mark.parametrize(
    ("email", "password"),
    [("nobody@example.org", PASSWORD), ("editor@example.org", "wrong")],
    ids=["an unknown address", "a wrong password"],
)
def test_the_answer_does_not_tell_who_exists(cast: Cast, client: Client, email: str, password: str) -> None:
    answer = client.post(reverse("sign-in"), {"username": email, "password": password})
    assert "That address and password do not match" in answer.content.decode()


def test_a_deactivated_person_gets_the_same_answer(cast: Cast, client: Client) -> None:
    cast.editor.is_active = False
    cast.editor.save(update_fields=["is_active"])
    answer = client.post(reverse("sign-in"), {"username": "editor@example.org", "password": PASSWORD})
    assert "That address and password do not match" in answer.content.decode()


@pytest.mark.parametrize(
    ("next_url", "leads_to"),
    [("/teams/", "/teams/"), ("https://evil.example/", "/"), ("//evil.example/", "/"), ("javascript:alert(1)", "/")],
    ids=["a page of ours", "another host", "another host without scheme", "a script"],
)
def test_next_leads_only_to_our_own_pages(cast: Cast, client: Client, next_url: str, leads_to: str) -> None:
    answer = client.post(reverse("sign-in"), {"username": "editor@example.org", "password": PASSWORD, "next": next_url})
    assert answer.headers["Location"] == leads_to


def test_a_page_asked_for_without_signing_in_is_shown_after_it(cast: Cast, client: Client) -> None:
    answer = client.get("/teams/?q=pay")
    assert answer.headers["Location"] == "/sign-in/?next=/teams/%3Fq%3Dpay"


def test_signing_out_ends_the_session_and_needs_a_post(cast: Cast, as_: As) -> None:
    client = as_("editor")
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).status_code == 302
    assert client.get(reverse("profile")).headers["Location"].startswith("/sign-in/")
    assert not Session.objects.filter(user=cast.editor).exists()


def test_forms_need_their_csrf_token(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, email="editor@example.org", password=PASSWORD) == 403


def test_the_fifth_wrong_guess_locks_and_the_page_says_how_long(cast: Cast, client: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=False) as clock:
        for _ in range(4):
            assert sign_in(client, email="editor@example.org", password="wrong") == 200
        assert sign_in(client, email="editor@example.org", password="wrong") == 429
        clock.shift(timedelta(minutes=5))
        # Neither the right password nor another way to write the address gets through.
        assert sign_in(client, email="editor@example.org", password=PASSWORD) == 429
        answer = client.post(
            reverse("sign-in"), {"username": " EDITOR@example.org", "password": PASSWORD}, REMOTE_ADDR="198.51.100.1"
        )
        assert answer.status_code == 429
        assert "locked for 10 min" in answer.content.decode()
        assert answer.headers["Retry-After"] == "600"
        # Guesses meanwhile do not lengthen it.
        clock.shift(timedelta(minutes=10, seconds=1))
        assert sign_in(client, email="editor@example.org", password=PASSWORD) == 302


def test_a_lock_from_one_address_does_not_lock_the_owner_out_elsewhere(cast: Cast, client: Client) -> None:
    for _ in range(5):
        sign_in(client, email="editor@example.org", password="wrong", address="203.0.113.9")
    assert sign_in(client, email="editor@example.org", password=PASSWORD, address="198.51.100.7") == 302


def test_behind_a_proxy_a_forged_address_buys_no_more_guesses(cast: Cast, client: Client, settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    statuses = [
        client.post(
            reverse("sign-in"),
            {"username": "editor@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.1"},
        ).status_code
        for number in range(5)
    ]
    assert statuses == [200, 200, 200, 200, 429]


def test_a_link_of_the_administrator_lifts_the_lock_and_sets_a_password_once(cast: Cast, as_: As) -> None:
    browser = Client()
    for _ in range(5):
        sign_in(browser, email="editor@example.org", password="wrong")
    assert sign_in(browser, email="editor@example.org", password=PASSWORD) == 429

    page = as_("chief").post(reverse("person-reset-link", args=[cast.editor.pk]), {"reason": "locked out"})
    secret = str(page.context["link"].secret)
    assert f"/link/{secret}/" in page.content.decode()
    assert page.headers["Cache-Control"].count("no-store") == 1
    other_session = as_("editor")

    link = reverse("password-link", args=[secret])
    assert browser.get(link).status_code == 200
    assert browser.post(link, {"password": "short", "again": "short"}).status_code == 422
    assert browser.post(link, {"password": NEW_PASSWORD, "again": NEW_PASSWORD}).headers["Location"] == "/"
    assert browser.get(reverse("profile")).status_code == 200
    assert other_session.get(reverse("profile")).status_code == 302
    assert browser.post(link, {"password": NEW_PASSWORD, "again": NEW_PASSWORD}).status_code == 404
    assert sign_in(Client(), email="editor@example.org", password=NEW_PASSWORD) == 302


def test_a_newer_link_replaces_the_older_and_links_expire(cast: Cast, now: datetime) -> None:
    chief = cast.caller("chief")
    old = passwords.make_reset_link(caller=chief, person=cast.editor, now=now)
    new = passwords.make_reset_link(caller=chief, person=cast.editor, now=now)
    with time_machine.travel(now + timedelta(days=2), tick=False):
        assert Client().get(reverse("password-link", args=[old.secret])).status_code == 404
        assert Client().get(reverse("password-link", args=[new.secret])).status_code == 200
    with time_machine.travel(now + passwords.LINK_LIVES, tick=False):
        assert Client().get(reverse("password-link", args=[new.secret])).status_code == 404


def test_the_command_line_sets_a_password_and_lifts_the_lock(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = Client()
    for _ in range(5):
        sign_in(browser, email="editor@example.org", password="wrong")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW_PASSWORD}\n"))
    call_command("set_password", "Editor@example.org")
    assert "password of editor@example.org is set" in capsys.readouterr().out
    assert sign_in(browser, email="editor@example.org", password=NEW_PASSWORD) == 302


def test_the_command_line_refuses_a_weak_password_and_an_unknown_person(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        call_command("set_password", "editor@example.org")
    with pytest.raises(CommandError, match="nobody here has the address"):
        call_command("set_password", "nobody@example.org")


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(cast: Cast, as_: As) -> None:
    here, elsewhere = as_("editor"), as_("editor")
    form = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert here.post(reverse("profile-password"), form | {"current": "wrong"}).status_code == 422
    assert here.post(reverse("profile-password"), form).status_code == 302
    assert here.get(reverse("profile")).status_code == 200
    assert elsewhere.get(reverse("profile")).status_code == 302


def test_signing_out_everywhere_keeps_only_this_browser(cast: Cast, as_: As) -> None:
    here, elsewhere, viewer = as_("editor"), as_("editor"), as_("viewer")
    page = here.post(reverse("sign-out-everywhere"), follow=True)
    assert "Ended 1 other session." in page.content.decode()
    assert elsewhere.get(reverse("profile")).status_code == 302
    assert viewer.get(reverse("profile")).status_code == 200


def test_the_own_profile_changes_name_and_zone(cast: Cast, as_: As) -> None:
    answer = as_("editor").post(reverse("profile"), {"name": "Edith", "time_zone": "Europe/Berlin"})
    assert answer.status_code == 302
    cast.editor.refresh_from_db()
    assert (cast.editor.name, cast.editor.time_zone) == ("Edith", "Europe/Berlin")
    assert as_("editor").post(reverse("profile"), {"name": "E", "time_zone": "Mars/Olympus"}).status_code == 422
    assert AuditEntry.objects.get().changes == {"name": ["Editor", "Edith"], "time_zone": ["UTC", "Europe/Berlin"]}


def test_a_part_asked_for_without_a_session_leads_the_whole_page_to_the_sign_in_and_back(cast: Cast) -> None:
    page = "http://testserver/slos/checkout/?range=7d"
    answer = Client().get("/slos/checkout/?part=live", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Fslos%2Fcheckout%2F%3Frange%3D7d"
    assert answer.content == b""


def test_a_part_asked_for_from_another_site_leads_back_to_the_first_page(cast: Cast) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/slos/"}
    assert Client().get("/slos/", headers=headers).headers["HX-Redirect"] == "/sign-in/?next=%2F"
