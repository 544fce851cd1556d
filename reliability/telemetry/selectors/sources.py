"""Reading sources: what a caller may see, and how each is."""

from __future__ import annotations

from datetime import datetime

import orjson
from django.db.models import F, Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.services.vault import VaultError, decrypt
from reliability.telemetry.domain.health import Health, health_of
from reliability.telemetry.models import Source
from reliability.telemetry.sources.kind import Connection
from reliability.telemetry.sources.registry import KINDS, kind_of
from reliability.web.errors import NotFound

_PUSHED = tuple(kind.name for kind in KINDS.values() if not kind.is_read)


def list_sources(*, caller: Caller, text: str = "", team: str = "", kind: str = "") -> QuerySet[Source]:
    """The readable sources with their teams, by name; each argument given narrows them."""
    sources: QuerySet[Source] = Source.objects.readable_by(caller).select_related("team").defer("secret")
    if text:
        sources = sources.filter(Q(name__icontains=text) | Q(title__icontains=text))
    if team:
        sources = sources.filter(team__slug=team)
    if kind:
        sources = sources.filter(kind=kind)
    return sources.order_by("name", "pk")


def read_sources(*, caller: Caller) -> QuerySet[Source]:
    """The readable sources that are asked for their counts."""
    return list_sources(caller=caller).exclude(kind__in=_PUSHED)


def pushed_sources(*, caller: Caller) -> QuerySet[Source]:
    """The readable sources that others send counts to, the longest silent first."""
    silent_first = F("answered_at").asc(nulls_first=True)
    return list_sources(caller=caller).filter(kind__in=_PUSHED).order_by(silent_first, "name", "pk")


def source(*, caller: Caller, name: str) -> Source:
    """One readable source with its team. Raises NotFound, for private ones of other teams, too."""
    found: Source | None = Source.objects.readable_by(caller).select_related("team").filter(name=name).first()
    if found is None:
        raise NotFound(f"there is no source {name!r}, or it is not yours to see")
    return found


def source_health(*, source: Source, now: datetime) -> Health:
    """State and words, from the row alone."""
    return health_of(
        is_read=kind_of(source.kind).is_read,
        checked_at=source.checked_at,
        answered_at=source.answered_at,
        latency_seconds=source.latency_seconds,
        failures_in_a_row=source.failures_in_a_row,
        open_until=source.open_until,
        last_error=source.last_error,
        warnings=list(source.warnings),
        now=now,
    )


def secrets_of(source: Source) -> dict[str, str]:
    """The decrypted credentials. Raises VaultError when their key is gone. Never to be shown."""
    return {} if source.secret is None else dict(orjson.loads(decrypt(bytes(source.secret))))


def secret_names(source: Source) -> list[str]:
    """Which credentials are stored, by name. Empty when their key is gone: they have to be entered again."""
    try:
        return sorted(secrets_of(source))
    except VaultError:
        return []


def connection_of(source: Source) -> Connection:
    """What the source's kind needs to reach it. Raises VaultError."""
    return Connection(source_id=source.pk, name=source.name, settings=dict(source.settings), secrets=secrets_of(source))
