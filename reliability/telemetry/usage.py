"""What measures from a source, as rooms above this one tell: they register a provider at start-up.

register_usage("slis", lambda request, source: Usage(noun="SLI", rows=(...), total=2))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reliability.access.requests import AccessRequest
from reliability.telemetry.models import Source


@dataclass(frozen=True, slots=True)
class User:
    """One object that reads from the source: its name and title, its page, and a word on how it is."""

    name: str
    title: str
    url: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Users of one kind that `request.caller` may read (the first of them), and how many there are.

    create_url: where the caller makes one that measures from the source; empty when they may not.
    """

    noun: str
    users: tuple[User, ...]
    total: int
    create_url: str = ""


Provider = Callable[[AccessRequest, Source], Usage]
_PROVIDERS: dict[str, Provider] = {}


def register_usage(name: str, provider: Provider) -> None:
    """Add a provider; the same name again replaces it."""
    _PROVIDERS[name] = provider


def usages_of(request: AccessRequest, source: Source) -> list[Usage]:
    return [provider(request, source) for provider in _PROVIDERS.values()]
