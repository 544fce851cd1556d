"""A kept answer: one representation of a page with what is needed to serve it again. Pure.

In a file: a line of JSON, then the body as it is, as gzip and as brotli. Private copies hold KEY_MARK in place of the
key that opens them, and are not compressed: whoever serves one puts the key in that was presented.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

import brotli

KEY_MARK = "-key-of-whoever-asks-"
# In HTML: replaced by a notice when the copy could not be renewed for too long.
STALE_MARK = b"<!--stale-->"
BODY_BYTES_MAX = 4 * 1024 * 1024
_COMPRESSED_FROM = 400
_VERSION = 1
_SEEN_THROUGH = {"image/svg+xml", "application/json", "application/atom+xml", "application/rss+xml"}


class CopyError(ValueError):
    """A file that is none of ours, or was cut."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Instants are seconds since 1970. modified_at: when the body became what it is; rendered_at: when that was last
    seen to be true; renewed_every: how often that is, in seconds. key_hashes: SHA-256 of keys that open a private one.
    """

    body: bytes
    content_type: str
    etag: str
    modified_at: float
    rendered_at: float
    max_age: int
    renewed_every: int
    is_public: bool = True
    key_hashes: tuple[str, ...] = ()
    gzipped: bytes = b""
    brotlied: bytes = b""

    @property
    def size(self) -> int:
        return len(self.body) + len(self.gzipped) + len(self.brotlied)

    @property
    def is_html(self) -> bool:
        return self.content_type.startswith("text/html")

    def opens_with(self, key: str) -> bool:
        """Compared in constant time with every key, so that the time tells nothing."""
        presented = hashlib.sha256(key.encode()).hexdigest()
        matches = [hmac.compare_digest(presented, known) for known in self.key_hashes]
        return any(matches)


def etag_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def made(*, body: bytes, content_type: str, at: float, max_age: int, renewed_every: int) -> Copy:
    """A public copy with its compressed forms. Raises CopyError for a body beyond the bound."""
    if len(body) > BODY_BYTES_MAX:
        raise CopyError(f"an answer of {len(body)} bytes is not kept: {BODY_BYTES_MAX} at most")
    bare = Copy(
        body=body,
        content_type=content_type,
        etag=etag_of(body),
        modified_at=at,
        rendered_at=at,
        max_age=max_age,
        renewed_every=renewed_every,
    )
    return compressed(bare)


def compressed(copy: Copy) -> Copy:
    """With gzip and brotli, where they are smaller."""
    body = copy.body
    if not _is_text(copy.content_type) or len(body) < _COMPRESSED_FROM:
        return copy
    gzipped, brotlied = gzip.compress(body, 6, mtime=0), brotli.compress(body, quality=5)
    return replace(
        copy,
        gzipped=gzipped if len(gzipped) < len(body) else b"",
        brotlied=brotlied if len(brotlied) < len(body) else b"",
    )


def private(copy: Copy, *, key_hashes: Iterable[str]) -> Copy:
    """Opens with one of the keys only."""
    return replace(copy, is_public=False, key_hashes=tuple(sorted(key_hashes)), gzipped=b"", brotlied=b"")


def renewed(copy: Copy, *, former: Copy | None) -> Copy:
    """An unchanged body keeps the time at which it became so."""
    if former is None or former.etag != copy.etag or former.modified_at > copy.rendered_at:
        return copy
    return replace(copy, modified_at=former.modified_at)


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip()
    return kind.startswith("text/") or kind in _SEEN_THROUGH


def to_bytes(copy: Copy) -> bytes:
    head = {
        "version": _VERSION,
        "content_type": copy.content_type,
        "etag": copy.etag,
        "modified_at": copy.modified_at,
        "rendered_at": copy.rendered_at,
        "max_age": copy.max_age,
        "renewed_every": copy.renewed_every,
        "is_public": copy.is_public,
        "key_hashes": copy.key_hashes,
        "lengths": [len(copy.body), len(copy.gzipped), len(copy.brotlied)],
    }
    return b"".join((json.dumps(head).encode(), b"\n", copy.body, copy.gzipped, copy.brotlied))


def from_bytes(content: bytes) -> Copy:
    """Raises CopyError."""
    line, newline, rest = content.partition(b"\n")
    try:
        head = json.loads(line)
        plain, gzipped, brotlied = (int(length) for length in head["lengths"])
        is_whole = bool(newline) and head["version"] == _VERSION and len(rest) == plain + gzipped + brotlied
        if not is_whole:
            raise CopyError("the copy is cut, or of another version")
        return Copy(
            body=rest[:plain],
            gzipped=rest[plain : plain + gzipped],
            brotlied=rest[plain + gzipped :],
            content_type=str(head["content_type"]),
            etag=str(head["etag"]),
            modified_at=float(head["modified_at"]),
            rendered_at=float(head["rendered_at"]),
            max_age=int(head["max_age"]),
            renewed_every=int(head["renewed_every"]),
            is_public=bool(head["is_public"]),
            key_hashes=tuple(str(one) for one in head["key_hashes"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CopyError(f"the copy cannot be read: {error}") from error
