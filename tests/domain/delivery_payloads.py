"""The recorded payloads of tests/protocols, written from the documentation of their senders, as they arrive."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from reliability.delivery.domain.told import Payload

_ROOT = Path(__file__).parents[1] / "protocols"
_DAY = datetime(2026, 3, 2, tzinfo=UTC)


def sha(name: str) -> str:
    """Of the commit that the payloads call so."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def at(hour: int, minute: int = 0) -> datetime:
    return _DAY.replace(hour=hour, minute=minute)


def recorded(path: str) -> Any:
    return orjson.loads((_ROOT / path).read_bytes())


def payload(path: str, *, event: str = "", **config: Any) -> Payload:
    return Payload(event=event, body=recorded(path), key="k", received_at=_DAY, config=config)


def story(kind: str) -> list[tuple[str, str, bytes]]:
    """The deliveries of a repository in the order in which they were sent: (event, key, body)."""
    files = sorted((_ROOT / kind).glob("[0-9][0-9]_*.json"))
    return [(path.stem[3:], path.stem, path.read_bytes()) for path in files]
