"""Links that a service points to: only addresses a browser opens without running anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

URL_LENGTH_MAX = 500
TITLE_LENGTH_MAX = 120
LINKS_MAX = 50
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\\]")


def url_mistake(url: str) -> str | None:
    """What to change about *url*, or None. Only http and https: `javascript:` and `data:` run in the reader's name."""
    if len(url) > URL_LENGTH_MAX:
        return f"an address is at most {URL_LENGTH_MAX} characters long"
    if _UNPRINTABLE.search(url):
        return "an address holds no spaces, control characters or backslashes: encode them"
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return f"{url!r} is not an address: write one such as https://grafana.example.org/d/checkout"
    if parts.scheme not in ("http", "https"):
        return f"an address begins with https:// or http://, got {url[:40]!r}"
    if not host:
        return f"{url!r} names no host"
    if parts.username or parts.password:
        return "an address carries no user name or password: everybody who reads the page would see them"
    return None


def link_mistakes(links: Sequence[Any]) -> list[tuple[int, str]]:
    """(index, what to change) of every link that is not {"title": text, "url": address}."""
    if len(links) > LINKS_MAX:
        return [(LINKS_MAX, f"at most {LINKS_MAX} links")]
    mistakes = ((index, _link_mistake(link)) for index, link in enumerate(links))
    return [(index, mistake) for index, mistake in mistakes if mistake]


def _link_mistake(link: Any) -> str | None:
    if not isinstance(link, Mapping) or set(link) != {"title", "url"}:
        return 'a link is {"title": "…", "url": "https://…"}'
    title, url = link["title"], link["url"]
    if not isinstance(title, str) or not isinstance(url, str):
        return "title and url of a link are texts"
    if not title.strip() or len(title) > TITLE_LENGTH_MAX:
        return f"the title of a link has 1 to {TITLE_LENGTH_MAX} characters"
    return url_mistake(url)
