"""Where pages lie: below `/status/<slug>/`, a private one below `/status/<slug>/key/<key>/`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIX = "/status/"
KEY_SEGMENT = "key"
# Tells Django the key of the path, which stands in no log this way; clients may send it themselves.
KEY_HEADER = "X-Status-Page-Key"
INDEX = "index"

_SLUG = re.compile(r"[a-z0-9_-]{1,63}\Z")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}\Z")
_KIND_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a path asks for. key: of the path, blank when it has none. rest: behind the root, "" for the page itself."""

    slug: str
    key: str
    rest: str

    @property
    def kind(self) -> str:
        return self.rest or INDEX


def asked_of(path: str) -> Asked | None:
    """None: no address of a status page."""
    if not path.startswith(PREFIX):
        return None
    slug, slash, rest = path[len(PREFIX) :].partition("/")
    if not slash or not _SLUG.match(slug):
        return None
    found = below_root(rest)
    return None if found is None else Asked(slug, *found)


def below_root(rest: str) -> tuple[str, str] | None:
    """(key, rest) of what stands behind the root of a page; None for a key that cannot be one."""
    key = ""
    if rest.startswith(f"{KEY_SEGMENT}/"):
        key, slash, rest = rest[len(KEY_SEGMENT) + 1 :].partition("/")
        if not slash or not _KEY.match(key):
            return None
    return None if len(rest) > _KIND_LENGTH_MAX else (key, rest)


def is_key(text: str) -> bool:
    return bool(_KEY.match(text))


def path_of(*, slug: str, rest: str) -> str:
    return f"{PREFIX}{slug}/{rest}"


def root_of(*, public_url: str, slug: str, domain: str, key: str = "") -> str:
    """The absolute address of a page's root, without a slash at its end."""
    scheme = public_url.partition("://")[0]
    root = f"{scheme}://{domain}" if domain else f"{public_url}{PREFIX}{slug}"
    return f"{root}/{KEY_SEGMENT}/{key}" if key else root
