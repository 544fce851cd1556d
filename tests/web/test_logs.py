"""The log does not hold what opens a door."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reliability import logs

SECRET = "Zm9vYmFy:1rXy.LXNlY3JldC1zZWNyZXQ"


def routes(resolver: Any, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern)


SECRET_ROUTES = sorted(
    route for route in routes(get_resolver()) if any(f"<str:{name}>" in route for name in ("secret", "token", "key"))
)


def test_there_are_such_addresses() -> None:
    assert len(SECRET_ROUTES) >= 8


@pytest.mark.parametrize("route", SECRET_ROUTES)
def test_an_address_that_is_a_secret_is_not_in_the_log(route: str) -> None:
    path = "/" + route
    for name in ("secret", "token", "key"):
        path = path.replace(f"<str:{name}>", SECRET)
    for line in (
        f"request='GET {path}' code=404",
        f'"GET {path} HTTP/1.1" 404',
        f'{{"url": "https://host{path}?x=1"}}',
    ):
        said = logs.hide_secrets(None, "", line)
        assert SECRET not in said
        assert said.startswith(line[:5])


@pytest.mark.parametrize(
    "path", ["/status/shop/key/{}/history", "//status//shop/key/{}/", "/key/{}/", "/STATUS/a/key/{}"]
)
def test_the_key_of_a_private_status_page_is_not_in_the_log(path: str) -> None:
    assert SECRET not in logs.hide_secrets(None, "", f"Not Found: {path.format(SECRET)}")


def test_a_log_line_keeps_all_other_addresses() -> None:
    ours = "/oncall/feeds-of-ann/ /integrations/ping/ /settings/contacts/ /status-pages/shop/keys/3/revoke/"
    line = f"GET {ours} /intake/alertmanager /api/v1/a/"
    assert logs.hide_secrets(None, "", line) == line


@pytest.mark.django_db
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_request_is_logged_without_its_secret(client: Client, log_format: str) -> None:
    configured = logs.configure(log_format=log_format, level="INFO")["formatters"]["line"]
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(configured.pop("()")(**configured))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        client.get(f"/oncall/feeds/{SECRET}.ics")
    finally:
        root.removeHandler(handler)
    assert "/oncall/feeds/…" in written.getvalue() or "/oncall/feeds/\\u2026" in written.getvalue()
    assert SECRET not in written.getvalue()
