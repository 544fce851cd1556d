"""Pages of sources: what each role sees, what a person typed is kept, nothing secret comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import secrets_of
from tests.cast import Cast, SliFactory, SourceFactory
from tests.servers.misbehaving import Answer, Behaviour, MisbehavingServer, success

As = Callable[[str], Client]
Serve = Callable[[Behaviour], MisbehavingServer]
UP = success([{"metric": {}, "value": [0, "1"]}], kind="vector")


@pytest.fixture
def source(cast: Cast) -> Source:
    made: Source = SourceFactory(
        team=cast.payments,
        name="prod",
        title="Production",
        kind="prometheus",
        settings={"url": "http://127.0.0.1:9"},
    )
    return made


PLACES = ["/sources/prod/", "/sources/prod/health/", "/sources/prod/edit/", "/sources/prod/delete/"]


@pytest.mark.parametrize("place", PLACES)
def test_an_outsider_finds_nothing(as_: As, source: Source, place: str) -> None:
    assert as_("outsider").get(place).status_code == 404


def test_an_outsider_tests_and_deletes_nothing(as_: As, source: Source) -> None:
    outsider = as_("outsider")
    assert outsider.post("/sources/prod/test/").status_code == 404
    assert outsider.post("/sources/prod/delete/").status_code == 404
    assert b"prod" not in outsider.get("/sources/").content
    assert Source.objects.count() == 1


@pytest.mark.parametrize("place", ["/sources/", "/sources/new/", *PLACES])
def test_nobody_is_shown_anything_without_signing_in(as_: As, source: Source, place: str) -> None:
    answer = as_("anonymous").get(place)
    assert answer.status_code == 302
    assert "/sign-in" in answer["Location"]


@pytest.mark.parametrize(
    ("who", "statuses"),
    [("viewer", (200, 200, 403, 403)), ("responder", (200, 200, 403, 403)), ("editor", (200, 200, 200, 200))],
)
def test_members_see_and_editors_change(as_: As, source: Source, who: str, statuses: tuple[int, ...]) -> None:
    person = as_(who)
    assert tuple(person.get(place).status_code for place in PLACES) == statuses


def test_the_list_takes_the_same_queries_however_long(as_: As, cast: Cast) -> None:
    editor = as_("editor")

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert editor.get("/sources/").status_code == 200
        return len(counted)

    SourceFactory(team=cast.payments)
    queries()
    few = queries()
    SourceFactory.create_batch(40, team=cast.payments)
    assert queries() == few


def test_the_list_is_narrowed_by_text_team_and_kind(as_: As, cast: Cast, source: Source) -> None:
    SourceFactory(team=cast.payments, name="jobs", kind="counts")
    editor = as_("editor")
    assert b"Production" in editor.get("/sources/?q=produc&team=payments&kind=prometheus").content
    narrowed = editor.get("/sources/?kind=counts").content
    assert b"jobs" in narrowed
    assert b"Production" not in narrowed
    assert b"No source fits" in editor.get("/sources/?q=nothing-like-it").content


def test_an_empty_list_teaches_the_next_step(as_: As) -> None:
    assert b"Add the first source" in as_("editor").get("/sources/").content
    viewer = as_("viewer").get("/sources/").content
    assert b"Add the first source" not in viewer
    assert b"An editor of your team can add one" in viewer


def test_a_source_is_made_on_the_page(as_: As, cast: Cast) -> None:
    answer = as_("editor").post(
        "/sources/new/?kind=prometheus",
        {
            "name": "prod",
            "title": "Production",
            "team": "payments",
            "url": "http://prometheus.internal:9090/api/v1",
            "auth": "basic",
            "username": "me",
            "password": "s3cret",
        },
    )
    assert answer.status_code == 302
    made = Source.objects.get()
    assert made.settings["url"] == "http://prometheus.internal:9090"
    assert secrets_of(made) == {"password": "s3cret"}
    page = as_("editor").get("/sources/prod/").content.decode()
    assert "s3cret" not in page
    assert "password" in page
    form = as_("editor").get("/sources/prod/edit/").content.decode()
    assert "s3cret" not in form
    assert "Stored, and not shown again" in form


def test_mistakes_stand_at_their_fields_and_what_was_typed_is_kept(as_: As) -> None:
    answer = as_("editor").post(
        "/sources/new/", {"name": "Bad Name", "team": "payments", "url": "nonsense", "auth": "none"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "must be an address such as" in page
    assert "Bad Name" in page
    assert 'value="nonsense"' in page
    again = as_("editor").post(
        "/sources/new/", {"name": "Bad Name", "team": "payments", "url": "http://a", "auth": "none"}
    )
    assert b"lower-case letters" in again.content
    assert Source.objects.count() == 0


def test_a_pushed_source_shows_how_to_send(as_: As, cast: Cast) -> None:
    assert as_("editor").post("/sources/new/?kind=counts", {"name": "jobs", "team": "payments"}).status_code == 302
    page = as_("viewer").get("/sources/jobs/").content.decode()
    assert "curl -X POST" not in page
    assert "make an objective on it first" in page
    assert "New objective from it" not in page
    assert "New objective from it" in as_("editor").get("/sources/jobs/").content.decode()
    SliFactory(team=cast.payments, source=Source.objects.get(), name="mails-sent", spec={"kind": "pushed"})
    page = as_("viewer").get("/sources/jobs/").content.decode()
    assert "curl -X POST" in page
    assert "/api/v1/counts" in page
    assert "&quot;sli&quot;: &quot;mails-sent&quot;" in page


def test_an_edit_keeps_the_stored_secret_and_may_forget_headers(as_: As, cast: Cast) -> None:
    editor = as_("editor")
    fields = {"name": "prod", "team": "payments", "url": "http://a", "auth": "bearer"}
    editor.post("/sources/new/", fields | {"token": "t0p", "headers": "X-A: b"})
    assert editor.post("/sources/prod/edit/", fields | {"title": "New"}).status_code == 302
    source = Source.objects.get()
    assert (source.title, secrets_of(source)) == ("New", {"token": "t0p", "headers": "X-A: b"})
    editor.post("/sources/prod/edit/", fields | {"forget_headers": "on"})
    assert secrets_of(Source.objects.get()) == {"token": "t0p"}
    moved = editor.post("/sources/prod/edit/", fields | {"url": "http://elsewhere"})
    assert moved.status_code == 422
    assert b"enter it again" in moved.content


def test_a_typed_source_is_tested_before_it_is_saved(as_: As, serve: Serve) -> None:
    server = serve(lambda asked: UP)
    fields = {"name": "prod", "team": "payments", "url": server.url, "auth": "none", "test": "1"}
    page = as_("editor").post("/sources/new/", fields).content.decode()
    assert "It works." in page
    assert server.url in page
    assert not Source.objects.exists()


def test_the_test_button_works_with_and_without_javascript(as_: As, source: Source, serve: Serve) -> None:
    Source.objects.update(settings={"url": serve(lambda asked: UP).url})
    responder = as_("responder")
    whole = responder.post("/sources/prod/test/")
    assert b"<html" in whole.content
    assert b"It works." in whole.content
    part = responder.post("/sources/prod/test/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="test-result"' in part
    assert "hx-swap-oob" in part
    Source.objects.update(settings={"url": serve(lambda asked: Answer(401)).url})
    failed = responder.post("/sources/prod/test/").content.decode()
    assert "It does not work." in failed
    assert "wants credentials" in failed
    assert "Failed once" in failed
    assert as_("viewer").post("/sources/prod/test/").status_code == 403


def test_deleting_says_what_is_lost_and_refuses_while_in_use(as_: As, source: Source) -> None:
    editor = as_("editor")
    assert b"address and credentials" in editor.get("/sources/prod/delete/").content
    sli = SliFactory(source=source, name="checkout")
    refused = editor.post("/sources/prod/delete/")
    assert refused.status_code == 409
    assert b"in use by SLI checkout" in refused.content
    sli.delete()
    assert editor.post("/sources/prod/delete/").status_code == 302
    assert not Source.objects.exists()


def test_a_source_shows_the_slis_a_person_may_see(as_: As, cast: Cast, source: Source) -> None:
    assert b"Nothing measures from this source yet" in as_("viewer").get("/sources/prod/").content
    SliFactory(source=source, name="checkout", last_error="the server refuses the query")
    SliFactory(source=source, name="secret", team=cast.search)
    page = as_("viewer").get("/sources/prod/").content.decode()
    assert "/slis/checkout/" in page
    assert "the server refuses the query" in page
    assert "secret" not in page.replace("Stored secrets", "")


def test_sources_are_found_by_search(as_: As, source: Source) -> None:
    assert b"/sources/prod/" in as_("viewer").get("/search/?q=produc").content
    assert b"/sources/prod/" not in as_("outsider").get("/search/?q=produc").content
