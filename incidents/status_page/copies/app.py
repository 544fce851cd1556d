"""The ASGI layer that answers for status pages from their kept copies, before Django and without a thread.

What is not kept goes on to Django: below `/status/<slug>/`, whatever domain it came by, with the key of a private
page in a header instead of the path, so that it stands in no log.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from incidents.status_page.copies.answers import Answers, Manner
from incidents.status_page.copies.store import Memory, Site, Store
from incidents.status_page.domain.addresses import KEY_HEADER, PREFIX, Asked, asked_of, below_root, is_key, path_of
from incidents.status_page.domain.copies import Copy
from reliability.web.metrics import STATUS_PAGE_ANSWERS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DOMAIN_HEADER = "X-Status-Page-Domain"

_KEY = KEY_HEADER.lower().encode()
_DOMAIN = DOMAIN_HEADER.lower().encode()
_DOMAIN_NAME = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}\Z")
_READING = ("GET", "HEAD")
_SHARED_WITH_DJANGO = ("/static/", "/favicon.ico")
_DOMAINS_REMEMBERED = 500
_DOMAIN_SECONDS = 1.0

_KEPT = STATUS_PAGE_ANSWERS.labels("kept")
_UNCHANGED = STATUS_PAGE_ANSWERS.labels("unchanged")
_LATE = STATUS_PAGE_ANSWERS.labels("late")
_PASSED = STATUS_PAGE_ANSWERS.labels("passed_on")


class KeptPages:
    """own_hosts: names of the installation itself, which are no page's domain; the first is told to Django instead of
    a page's domain. clock: seconds since 1970."""

    def __init__(
        self,
        app: App,
        *,
        store: Store,
        bytes_max: int,
        manner: Manner,
        own_hosts: Collection[str],
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._store = store
        self._memory: Memory[Answers] = Memory(store, bytes_max=bytes_max, prepare=lambda copy: Answers(copy, manner))
        self._host, *_ = own_hosts
        self._own_hosts = frozenset(own_hosts)
        self._clock = clock
        self._domains: dict[str, tuple[float, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        slug, domain = self._page_of(headers.get(b"host", b""))
        path = scope["path"]
        if not slug and not path.startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        asked = _asked(path, slug=slug)
        if asked is None:
            await self._app(self._without_domain(scope, domain=domain, slug=slug), receive, send)
            return
        key = asked.key or _key_of(headers)
        if scope["method"] in _READING and await self._answer(
            scope, send, asked, domain=domain, key=key, headers=headers
        ):
            return
        _PASSED.inc()
        await self._app(_passed_on(scope, asked, key=key, domain=domain, host=self._host), receive, send)

    async def _answer(
        self, scope: Scope, send: Send, asked: Asked, *, domain: str, key: str, headers: dict[bytes, bytes]
    ) -> bool:
        kept = self._memory.get(Site(asked.slug, domain), asked.kind)
        if kept is None or not _may_open(kept.copy, key):
            return False
        now = self._clock()
        answer = kept.answer(request=headers, is_head=scope["method"] == "HEAD", key=key, now=now)
        if answer.status != 200:
            _UNCHANGED.inc()
        elif kept.is_late(now=now):
            _LATE.inc()
        else:
            _KEPT.inc()
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})
        return True

    def _page_of(self, host: bytes) -> tuple[str, str]:
        """(slug, domain) of a page with a domain of its own; blank for all other hosts."""
        name = host.decode("latin-1").partition(":")[0].lower()
        if name in self._own_hosts or not _DOMAIN_NAME.match(name):
            return "", ""
        now = self._clock()
        at, slug = self._domains.get(name, (0.0, ""))
        if not 0 <= now - at < _DOMAIN_SECONDS:
            slug = self._store.slug_of(name)
            if len(self._domains) >= _DOMAINS_REMEMBERED:
                self._domains.clear()
            self._domains[name] = (now, slug)
        return (slug, name) if slug else ("", "")

    def _without_domain(self, scope: Scope, *, domain: str, slug: str) -> Scope:
        """Static files, for Django under a name that it knows; of everything else there is nothing at this domain."""
        if not domain:
            return scope
        path = scope["path"]
        if not path.startswith(_SHARED_WITH_DJANGO):
            path = path_of(slug=slug, rest="nothing-of-that-name")
        return {**scope, "path": path, "raw_path": path.encode(), "headers": _named(scope, self._host)}


def _asked(path: str, *, slug: str) -> Asked | None:
    if not slug:
        return asked_of(path)
    if path.startswith(_SHARED_WITH_DJANGO):
        return None
    if path.startswith(f"{PREFIX}{slug}/"):
        return asked_of(path)
    found = below_root(path.removeprefix("/"))
    return None if found is None else Asked(slug, *found)


def _key_of(headers: dict[bytes, bytes]) -> str:
    key = headers.get(_KEY, b"").decode("latin-1")
    return key if is_key(key) else ""


def _may_open(copy: Copy, key: str) -> bool:
    return copy.is_public or (bool(key) and copy.opens_with(key))


def _passed_on(scope: Scope, asked: Asked, *, key: str, domain: str, host: str) -> Scope:
    path = path_of(slug=asked.slug, rest=asked.rest)
    headers = [(name, value) for name, value in scope["headers"] if name not in (_KEY, _DOMAIN)]
    if key:
        headers.append((_KEY, key.encode()))
    if domain:
        headers = [*((name, value) for name, value in headers if name != b"host"), (b"host", host.encode())]
        headers.append((_DOMAIN, domain.encode()))
    return {**scope, "path": path, "raw_path": path.encode(), "headers": headers}


def _named(scope: Scope, host: str) -> list[tuple[bytes, bytes]]:
    return [*((name, value) for name, value in scope["headers"] if name != b"host"), (b"host", host.encode())]
