"""Every address × who asks (fault 31): nobody reads or writes what another team keeps private.

The addresses come from the URL configuration itself, so a new one is tested the moment it exists. Those of an area are
asked one after the other in one test, which names each that answered otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pytest
from django.test import Client

from reliability.access.models import AuditEntry
from tests.access.addresses import MARK, PUBLIC, SAID_BY_READERS, arguments_of, path_of, routes
from tests.access.conftest import World
from tests.cast import Cast

As = Callable[[str], Client]
METHODS = ("get", "post", "put", "patch", "delete")
# Pages tell these apart; to them any other is what DELETE is: not allowed.
METHODS_OF_PAGES = ("get", "post", "delete")
# The API reads a body before it looks anything up: a body it cannot read tells nothing about the object.
UNREAD_BODY = {400, 415, 422}

CLOSED = [route for route in routes() if route not in PUBLIC]
WITH_OBJECT = [route for route in CLOSED if arguments_of(route)]
WITHOUT_OBJECT = [route for route in CLOSED if not arguments_of(route)]


def by_area(routes: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Whatever starts alike: `slos`, `api/v1/slos`."""
    found = defaultdict(list)
    for route in routes:
        parts = route.split("/")
        found["/".join(parts[: 3 if parts[0] == "api" else 1]) or "/"].append(route)
    return found


def in_areas(routes: Iterable[str]) -> pytest.MarkDecorator:
    found = by_area(routes)
    return pytest.mark.parametrize("area", list(found.values()), ids=list(found))


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    return world.cast


def methods_of(path: str) -> tuple[str, ...]:
    return METHODS if path.startswith(("/api/", "/v2/")) else METHODS_OF_PAGES


def ask(client: Client, method: str, path: str) -> int:
    if path.startswith("/api/") and method != "get":
        return int(getattr(client, method)(path, {}, content_type="application/json").status_code)
    return int(getattr(client, method)(path).status_code)


@pytest.mark.django_db
@pytest.mark.same_everywhere
@in_areas(CLOSED)
def test_nobody_gets_in_without_signing_in(world: World, client: Client, area: Sequence[str]) -> None:
    def refused() -> Iterator[object]:
        for method, path in ((method, path_of(route, world.below)) for route in area for method in METHODS):
            answer = getattr(client, method)(path)
            is_sent_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/")
            if not (is_sent_to_sign_in or answer.status_code in {401, 405}) or MARK in answer.content.decode():
                yield method, path, answer.status_code

    assert not list(refused())
    assert not AuditEntry.objects.exists()


@pytest.mark.same_everywhere
@in_areas(WITH_OBJECT)
def test_an_object_of_another_team_is_not_found(world: World, as_: As, area: Sequence[str]) -> None:
    outsider = as_("outsider")

    def found() -> Iterator[object]:
        for path in (path_of(route, world.below) for route in area):
            for method in methods_of(path):
                allowed = {403, 404, 405} | (UNREAD_BODY if path.startswith("/api/") and method != "get" else set())
                if (status := ask(outsider, method, path)) not in allowed:
                    yield method, path, status

    assert not list(found())
    assert not AuditEntry.objects.exists()


@in_areas(WITHOUT_OBJECT)
def test_lists_tell_nothing_of_another_team(world: World, as_: As, area: Sequence[str]) -> None:
    outsider = as_("outsider")

    def told() -> Iterator[object]:
        for path in (path_of(route, world.below) for route in area):
            answer = outsider.get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]  # only one of the two has it
            if answer.status_code not in {200, 301, 302, 403, 405, 422} or MARK in body.decode(errors="replace"):
                yield path, answer.status_code

    assert not list(told())


@pytest.mark.same_everywhere
@in_areas(WITH_OBJECT)
def test_a_viewer_reads_and_never_writes(world: World, as_: As, area: Sequence[str]) -> None:
    viewer = as_("viewer")

    def otherwise() -> Iterator[object]:
        for route, path in ((route, path_of(route, world.below)) for route in area):
            if (status := ask(viewer, "get", path)) not in {200, 302, 403, 404, 405, 422}:
                yield "get", path, status
            for method in methods_of(path)[1:]:
                allowed = {403, 404, 405} | (UNREAD_BODY if path.startswith("/api/") else set())
                allowed |= {409} if route in SAID_BY_READERS else set()
                if (status := ask(viewer, method, path)) not in allowed:
                    yield method, path, status

    assert not list(otherwise())
    assert not AuditEntry.objects.exists()


@in_areas(CLOSED)
def test_no_get_writes_or_fails_for_the_chief(world: World, as_: As, area: Sequence[str]) -> None:
    chief = as_("chief")
    asked = {(path, ask(chief, "get", path)) for path in (path_of(route, world.below) for route in area)}
    assert not [answer for answer in asked if answer[1] not in {200, 301, 302, 304, 404, 405, 422}]
    assert not AuditEntry.objects.exists()


def test_the_marked_objects_are_seen_by_those_who_may(as_: As) -> None:
    """Otherwise the tests above would prove nothing."""
    viewer = as_("viewer")
    for path in ("/services/", "/sources/", "/slos/", "/slis/", "/api/v1/services", "/api/v1/slos", "/api/v1/slis"):
        assert MARK in viewer.get(path).content.decode(), path
