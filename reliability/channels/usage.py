"""What tells a channel things, and what was told: rooms above this one register what they know at start-up.

    register_usage("policies", policies_of_channel)

A provider reads only what `request.caller` may.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reliability.access.requests import AccessRequest
from reliability.channels.models import Channel


@dataclass(frozen=True, slots=True)
class Row:
    """One object: its title, its page, a word on it, and when that was."""

    title: str
    url: str
    detail: str = ""
    state: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """title: of the section. rows: the first of `total`; all_url leads to the rest."""

    title: str
    rows: Sequence[Row]
    total: int
    empty: str
    all_url: str = ""


Provider = Callable[[AccessRequest, Channel], Usage]
_PROVIDERS: dict[str, Provider] = {}


def register_usage(name: str, provider: Provider) -> None:
    """Add a provider; the same name again replaces it."""
    _PROVIDERS[name] = provider


def usages_of(request: AccessRequest, channel: Channel) -> list[Usage]:
    return [provider(request, channel) for _name, provider in sorted(_PROVIDERS.items())]
