"""Where kept copies lie, and which names are the installation's own, as the settings say."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from incidents.status_page.copies.store import Store


def store_of_settings() -> Store:
    """Below DATA_DIR, which all processes share."""
    return Store(settings.DATA_DIR / "status-pages")


def own_hosts() -> list[str]:
    """Names by which Django answers. The first is one it knows for certain."""
    own = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    named = [host for host in settings.ALLOWED_HOSTS if not host.startswith(("*", "."))]
    first = own if own in named or not named else named[0]
    return [first, *sorted({own, *named} - {first})]
