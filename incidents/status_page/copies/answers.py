"""One kept copy as answers: which form of it, whether it is news, and the headers. Made once, given many times."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from incidents.status_page.domain.copies import KEY_MARK, STALE_MARK, Copy, compressed, etag_of

Headers = list[tuple[bytes, bytes]]

# How long others may go on with what they have: while it is renewed, and while we do not answer at all.
_SHARED = "public, max-age={}, stale-while-revalidate=60, stale-if-error=86400"
_NOT_SHARED = "private, no-cache"
_NOTICE = (
    '<p class="late" role="status">This page could not be renewed since {:%d %B %Y, %H:%M} UTC. '
    "What it says may be out of date.</p>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Manner:
    """What holds for all answers. late_after: seconds without renewal after which a page says so.

    page_headers: of HTML besides, such as the Content-Security-Policy; headers: of everything.
    """

    late_after: float
    page_headers: Mapping[str, str]
    headers: Mapping[str, str]


class Answers:
    """Of one copy. `size`: bytes that it holds in memory, late form included."""

    def __init__(self, copy: Copy, manner: Manner) -> None:
        self.copy = copy
        self.size = 2 * copy.size
        self._manner = manner
        self._made: dict[tuple[bool, str], tuple[Headers, Headers, bytes]] = {}
        self._late: Copy | None = None

    def is_late(self, *, now: float) -> bool:
        return now - self.copy.rendered_at > self.copy.renewed_every + self._manner.late_after

    def answer(self, *, request: Mapping[bytes, bytes], is_head: bool, key: str, now: float) -> Answer:
        """request: its headers, names in lower case. key: one that opens a private copy."""
        is_late = self.is_late(now=now)
        copy = self._late_copy() if is_late else self.copy
        if not copy.is_public:
            return self._private(copy, request=request, is_head=is_head, key=key)
        form = _form(copy, request.get(b"accept-encoding", b""))
        made = self._made.get((is_late, form))
        if made is None:
            made = self._made[(is_late, form)] = self._make(copy, form)
        whole, short, body = made
        if _is_known(copy, request, is_late=is_late):
            return Answer(304, short, b"")
        return Answer(200, whole, b"" if is_head else body)

    def _make(self, copy: Copy, form: str) -> tuple[Headers, Headers, bytes]:
        body = {"": copy.body, "gzip": copy.gzipped, "br": copy.brotlied}[form]
        etag = f'"{copy.etag}{"-" + form if form else ""}"'
        short = self._headers(copy, etag=etag)
        whole = [*short, (b"content-type", copy.content_type.encode()), (b"content-length", str(len(body)).encode())]
        if form:
            whole.append((b"content-encoding", form.encode()))
        if copy.is_html or "svg" in copy.content_type:
            whole += _encoded(self._manner.page_headers)
        return whole, short, body

    def _headers(self, copy: Copy, *, etag: str) -> Headers:
        at = datetime.fromtimestamp(copy.rendered_at, UTC)
        headers = {
            "etag": etag,
            "last-modified": format_datetime(datetime.fromtimestamp(copy.modified_at, UTC), usegmt=True),
            "cache-control": _SHARED.format(copy.max_age) if copy.is_public else _NOT_SHARED,
            "vary": "accept-encoding" if copy.is_public else "x-status-page-key",
            "x-as-of": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "x-content-type-options": "nosniff",
        }
        if copy.is_public:
            headers["referrer-policy"] = "strict-origin-when-cross-origin"
            if not copy.is_html:  # other sites may read and show what is public anyway
                headers |= {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
        else:
            headers |= {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}
        return _encoded({**headers, **self._manner.headers})

    def _private(self, copy: Copy, *, request: Mapping[bytes, bytes], is_head: bool, key: str) -> Answer:
        mark = hashlib.sha256(key.encode()).hexdigest()[:8]
        own = replace(copy, body=copy.body.replace(KEY_MARK.encode(), key.encode()), etag=f"{copy.etag}-{mark}")
        whole, short, body = self._make(own, "")
        if _is_known(own, request, is_late=copy is not self.copy):
            return Answer(304, short, b"")
        return Answer(200, whole, b"" if is_head else body)

    def _late_copy(self) -> Copy:
        """A page with a notice; other formats have no place for it, `x-as-of` tells."""
        if self._late is None:
            copy = self.copy
            if copy.is_html and STALE_MARK in copy.body:
                notice = _NOTICE.format(datetime.fromtimestamp(copy.rendered_at, UTC)).encode()
                body = copy.body.replace(STALE_MARK, notice, 1)
                copy = replace(copy, body=body, etag=etag_of(body), gzipped=b"", brotlied=b"")
                copy = compressed(copy) if copy.is_public else copy
            self._late = replace(copy, max_age=min(copy.max_age, 15))
        return self._late


def _form(copy: Copy, accepted: bytes) -> str:
    """The smallest form that the client takes (RFC 9110 §12.5.3, as far as clients use it)."""
    if not accepted or not (copy.gzipped or copy.brotlied):
        return ""
    taken = {}
    for part in accepted.lower().split(b","):
        name, _, weight = part.partition(b";")
        taken[name.strip()] = weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    if copy.brotlied and taken.get(b"br", False):
        return "br"
    return "gzip" if copy.gzipped and taken.get(b"gzip", False) else ""


def _is_known(copy: Copy, request: Mapping[bytes, bytes], *, is_late: bool) -> bool:
    """Whether the client has this already. A date says nothing about a late form: the notice has none."""
    tags = request.get(b"if-none-match")
    if tags is not None:
        own = copy.etag.encode()
        return tags.strip() == b"*" or any(_bare(tag) == own for tag in tags.split(b","))
    since = request.get(b"if-modified-since")
    if since is None or is_late:
        return False
    try:
        return int(copy.modified_at) <= parsedate_to_datetime(since.decode("ascii")).timestamp()
    except (ValueError, TypeError, UnicodeDecodeError, OverflowError):
        return False


def _bare(tag: bytes) -> bytes:
    """W/"abc-gzip" is "abc" in another form: whoever has one has the same content."""
    bare = tag.strip().removeprefix(b"W/").strip(b'"')
    return bare.removesuffix(b"-gzip").removesuffix(b"-br")


def _encoded(headers: Mapping[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
