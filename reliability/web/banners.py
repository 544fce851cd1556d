"""The banner: only what matters now. Rooms register providers; each is asked on every page, so it must be cheap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.http import HttpRequest

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Banner:
    """tone: bad, warn or info. message: one sentence; url and action: the way to what it is about."""

    tone: str
    message: str
    url: str = ""
    action: str = ""


Provider = Callable[[HttpRequest], Sequence[Banner]]
_PROVIDERS: dict[str, Provider] = {}
_URGENCY = {"bad": 0, "warn": 1, "info": 2}


def register_banner(name: str, provider: Provider) -> None:
    """`provider(request)` returns what its room has to say now; at start-up only."""
    _PROVIDERS[name] = provider


def banners_for(request: HttpRequest) -> list[Banner]:
    """The most urgent first. A provider that fails is logged and left out: a banner must not take a page down."""
    found: list[Banner] = []
    for name, provider in _PROVIDERS.items():
        try:
            found.extend(provider(request))
        except Exception:
            log.exception("banner_failed", provider=name)
    return sorted(found, key=lambda banner: _URGENCY.get(banner.tone, 3))
