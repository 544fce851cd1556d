"""Typed settings of a Prometheus source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from django.conf import settings

from reliability.telemetry.sources.kind import Connection

CONNECT_SECONDS = 3.0
# Scrapes closer than this would give more raw points in one query than the bound promises; none are known.
_FINEST_SCRAPE_SECONDS = 2
_GAP_SECONDS = 300


def gap_of(chosen: Mapping[str, Any]) -> timedelta:
    """The longest gap between samples that settings allow."""
    return timedelta(seconds=int(chosen.get("gap_seconds") or _GAP_SECONDS))


@dataclass(frozen=True, slots=True)
class Options:
    """How to reach and how to ask one server.

    gap: samples further apart than this are not connected (five minutes are Prometheus' own look-back).
    concurrency: requests at once from one process of ours.
    points_max: points of one series in one answer.
    """

    url: str
    auth: tuple[str, str] | None
    headers: Mapping[str, str]
    ca_bundle: str
    read_seconds: float
    gap: timedelta
    concurrency: int
    points_max: int
    body_bytes_max: int
    backoff_seconds: float = 0.25

    @classmethod
    def of(cls, connection: Connection) -> Self:
        chosen, secrets = connection.settings, connection.secrets
        scheme = chosen.get("auth", "none")
        headers = parse_headers(secrets.get("headers", ""))
        if scheme == "bearer":
            headers["Authorization"] = f"Bearer {secrets.get('token', '')}"
        return cls(
            url=str(chosen["url"]).rstrip("/"),
            auth=(str(chosen.get("username", "")), secrets.get("password", "")) if scheme == "basic" else None,
            headers=headers,
            ca_bundle=str(chosen.get("ca_bundle") or ""),
            read_seconds=float(chosen.get("read_seconds") or 10),
            gap=gap_of(chosen),
            concurrency=int(chosen.get("concurrency") or 4),
            points_max=min(int(chosen.get("points_max") or settings.SOURCE_POINTS_MAX), settings.SOURCE_POINTS_MAX),
            body_bytes_max=settings.SOURCE_BODY_BYTES_MAX,
        )

    @property
    def piece(self) -> timedelta:
        """The longest stretch measured at once: within points_max for raw samples and for steps of a minute."""
        return timedelta(minutes=max(10, self.points_max * _FINEST_SCRAPE_SECONDS // 60))


def parse_headers(text: str) -> dict[str, str]:
    """One `Name: value` a line. Raises ValueError with what to change."""
    headers: dict[str, str] = {}
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or not value.strip() or not name.strip().replace("-", "").isalnum():
            raise ValueError("write one header a line, as Name: value")
        if not (name.isascii() and value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name.strip()} may hold printable ASCII characters only")
        headers[name.strip()] = value.strip()
    return headers
