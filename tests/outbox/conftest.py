"""Handlers that tests register for their own kinds, and that are forgotten afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from reliability.outbox.registry import LEASE_DEFAULT, due_work, forget

Answer = Callable[..., datetime | None]
Register = Callable[..., list[tuple[str, dict[str, Any]]]]


@pytest.fixture
def handler() -> Iterator[Register]:
    """`handler("kind", answer)` registers a handler that notes its calls and answers with answer(now=…)."""
    kinds: list[str] = []

    def register(
        kind: str,
        answer: Answer | None = None,
        *,
        lease: timedelta = LEASE_DEFAULT,
        batch: bool = False,
        at_once: int | Fraction | None = None,
    ) -> list[tuple[str, dict[str, Any]]]:
        calls: list[tuple[str, dict[str, Any]]] = []

        @due_work(kind, lease=lease, batch=batch, at_once=at_once)
        def run(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
            calls.append((key, payload))
            return None if answer is None else answer(now=now)

        kinds.append(kind)
        return calls

    yield register
    for kind in kinds:
        forget(kind=kind)
