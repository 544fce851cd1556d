"""The layer in front of Django: what is kept is answered without it, everything else goes on. No database."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from incidents.status_page.copies.answers import Manner
from incidents.status_page.copies.app import KeptPages
from incidents.status_page.copies.store import Site, Store
from incidents.status_page.domain.copies import KEY_MARK, STALE_MARK, Copy, made, private

KEY = "abcdefghijklmnopqrstuvwxyz"
HTML = "text/html; charset=utf-8"
PAGE = b"<!doctype html><title>Shop</title><body>" + STALE_MARK + b"<p>All systems operational</p>" * 30


@dataclass
class Told:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Front:
    """The layer over a Django that answers 418 and remembers what reached it."""

    store: Store
    now: float = 1000.0
    passed: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        manner = Manner(late_after=300, page_headers={"content-security-policy": "default-src 'none'"}, headers={})
        self.app = KeptPages(
            self._django,
            store=self.store,
            bytes_max=1_000_000,
            manner=manner,
            own_hosts=["ours.example.org"],
            clock=lambda: self.now,
        )

    async def _django(self, scope: Any, receive: Any, send: Any) -> None:
        self.passed.append(scope)
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b"django"})

    def ask(self, path: str, *, method: str = "GET", host: str = "ours.example.org", **headers: str) -> Told:
        named = [(b"host", host.encode())]
        named += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "query_string": b"x=1", "headers": named}
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        asyncio.run(self.app(scope, receive, send))
        start, body = sent
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        return Told(start["status"], told, body["body"])

    def last_passed(self) -> tuple[str, dict[str, str]]:
        scope = self.passed[-1]
        return scope["path"], {name.decode(): value.decode() for name, value in scope["headers"]}


def copy_of(body: bytes, *, content_type: str = HTML, at: float = 1000.0) -> Copy:
    return made(body=body, content_type=content_type, at=at, max_age=30, renewed_every=60)


@pytest.fixture
def front(tmp_path: Path) -> Front:
    front = Front(Store(tmp_path / "status-pages"))
    front.store.write(Site("shop"), "index", copy_of(PAGE))
    front.store.write(Site("shop"), "api/v2/summary.json", copy_of(b'{"page": {}}', content_type="application/json"))
    return front


def test_what_is_kept_is_answered_without_django_and_the_rest_goes_on(front: Front) -> None:
    whole = front.ask("/status/shop/")
    assert (whole.status, whole.body) == (200, PAGE)
    assert whole.headers["cache-control"] == "public, max-age=30, stale-while-revalidate=60, stale-if-error=86400"
    assert whole.headers["content-security-policy"] == "default-src 'none'"
    assert whole.headers["x-as-of"] == "1970-01-01T00:16:40Z"
    assert whole.headers["last-modified"] == "Thu, 01 Jan 1970 00:16:40 GMT"
    head = front.ask("/status/shop/", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(PAGE)))
    json = front.ask("/status/shop/api/v2/summary.json")
    assert (json.headers["content-type"], json.headers["access-control-allow-origin"]) == ("application/json", "*")
    assert "content-security-policy" not in json.headers
    assert not front.passed
    for path, method in (
        ("/status/shop/history", "GET"),
        ("/status/shop/", "POST"),
        ("/status/other/", "GET"),
        ("/status/shop/key/short/", "GET"),
        ("/incidents/", "GET"),
    ):
        assert front.ask(path, method=method).status == 418
        assert front.last_passed()[0] == path


def test_forms_are_negotiated_and_what_is_known_is_not_sent_again(front: Front) -> None:
    brotlied = front.ask("/status/shop/", accept_encoding="gzip, deflate, br")
    assert (brotlied.headers["content-encoding"], brotlied.headers["vary"]) == ("br", "accept-encoding")
    assert front.ask("/status/shop/", accept_encoding="gzip, br;q=0").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in front.ask("/status/shop/", accept_encoding="identity").headers
    tags = {front.ask("/status/shop/", accept_encoding=form).headers["etag"] for form in ("br", "gzip", "identity")}
    assert len(tags) == 3
    for tag in (*tags, f'"else", W/{brotlied.headers["etag"]}', "*"):
        again = front.ask("/status/shop/", if_none_match=tag)
        assert (again.status, again.body) == (304, b"")
        assert "etag" in again.headers
        assert "content-length" not in again.headers
    assert front.ask("/status/shop/", if_none_match='"else"').status == 200
    assert front.ask("/status/shop/", if_modified_since="Thu, 01 Jan 1970 00:16:40 GMT").status == 304
    assert front.ask("/status/shop/", if_modified_since="Thu, 01 Jan 1970 00:16:39 GMT").status == 200
    assert front.ask("/status/shop/", if_modified_since="soon").status == 200


def test_a_changed_file_is_seen_by_the_next_request_and_a_removed_page_by_none(front: Front) -> None:
    assert front.ask("/status/shop/").body == PAGE
    front.store.write(Site("shop"), "index", copy_of(b"<p>Other</p>"))
    assert front.ask("/status/shop/").body == b"<p>Other</p>"
    front.store.remove(Site("shop"))
    assert front.ask("/status/shop/").status == 418
    assert front.ask("/status/shop/api/v2/summary.json").status == 418
    front.store.write(Site("shop"), "index", copy_of(PAGE))
    assert front.store.sweep(keep=[Site("shop")]) == 0
    assert front.store.sweep(keep=[]) == 1
    assert front.ask("/status/shop/").status == 418


def test_a_page_that_was_not_renewed_for_long_says_so(front: Front) -> None:
    etag = front.ask("/status/shop/").headers["etag"]
    front.now += 360
    assert front.ask("/status/shop/", if_none_match=etag).status == 304
    front.now += 1
    late = front.ask("/status/shop/", if_none_match=etag, if_modified_since="Thu, 01 Jan 1970 00:16:40 GMT")
    assert late.status == 200
    assert b"could not be renewed since 01 January 1970, 00:16 UTC" in late.body
    assert late.headers["content-length"] == str(len(late.body))
    assert "max-age=15" in late.headers["cache-control"]
    assert front.ask("/status/shop/", if_none_match=late.headers["etag"]).status == 304
    assert front.ask("/status/shop/api/v2/summary.json").headers["x-as-of"] == "1970-01-01T00:16:40Z"


def test_a_private_page_opens_with_its_key_alone_and_no_log_sees_it(front: Front) -> None:
    hidden = private(
        copy_of(f'<a href="/status/team/key/{KEY_MARK}/history">'.encode()),
        key_hashes=[hashlib.sha256(KEY.encode()).hexdigest()],
    )
    front.store.write(Site("team"), "index", hidden)
    opened = front.ask(f"/status/team/key/{KEY}/")
    assert opened.body == f'<a href="/status/team/key/{KEY}/history">'.encode()
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert opened.headers["cache-control"] == "private, no-cache"
    assert opened.headers["x-robots-tag"] == "noindex, nofollow"
    assert "access-control-allow-origin" not in opened.headers
    assert front.ask("/status/team/", x_status_page_key=KEY).body == opened.body
    assert front.ask(f"/status/team/key/{KEY}/", if_none_match=opened.headers["etag"]).status == 304
    for path, key in (("/status/team/", ""), (f"/status/team/key/{KEY[::-1]}/", ""), ("/status/team/", KEY[1:])):
        assert front.ask(path, **({"x_status_page_key": key} if key else {})).status == 418
    assert front.ask(f"/status/team/key/{KEY}/history").status == 418
    path, headers = front.last_passed()
    assert (path, headers["x-status-page-key"]) == ("/status/team/history", KEY)
    assert KEY not in str(front.passed[-1].get("raw_path"))


def test_a_domain_of_its_own_shows_the_page_and_nothing_else_of_us(front: Front) -> None:
    site = Site("shop", "status.example.com")
    front.store.write_slug(site)
    front.store.write(site, "index", copy_of(b"<p>at its domain</p>"))
    assert front.ask("/", host="status.example.com:443").body == b"<p>at its domain</p>"
    assert front.ask("/status/shop/", host="STATUS.example.com").body == b"<p>at its domain</p>"
    assert front.ask("/status/shop/").body == PAGE
    for path, reached in (
        ("/subscribe", "/status/shop/subscribe"),
        ("/sign-in/", "/status/shop/sign-in/"),
        ("/healthz", "/status/shop/healthz"),
        ("/static/web/app.css", "/static/web/app.css"),
    ):
        assert front.ask(path, host="status.example.com", x_status_page_domain="forged").status == 418
        passed, headers = front.last_passed()
        assert (passed, headers["host"]) == (reached, "ours.example.org")
        assert headers.get("x-status-page-domain", "status.example.com") != "forged" or "/static/" in path
    assert front.ask("/", host="unknown.example.com").status == 418
    assert front.last_passed()[1]["host"] == "unknown.example.com"


def test_memory_is_bounded_and_hostile_names_find_nothing(front: Front) -> None:
    small = Front(front.store)
    small.app._memory._bytes_max = 1
    assert small.ask("/status/shop/").status == 200
    assert small.ask("/status/shop/api/v2/summary.json").status == 200
    assert len(small.app._memory._kept) == 1
    for name in ("..", "../shop/=index", "%2e%2e", "\x00", "=index", "x" * 119):
        assert front.ask(f"/status/shop/{name}").status == 418
