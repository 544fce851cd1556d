"""The shape every kind of source has."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django import forms

from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery

Answers = dict[Hashable, Counts | SourceError]


@dataclass(frozen=True, slots=True)
class Connection:
    """What a kind needs to reach one source: its validated settings and its decrypted secrets."""

    source_id: int | None
    name: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers per query key, and how the source behaved.

    failure: why the source as a whole could not answer; None when it answered, be it with query errors.
    latency_seconds: mean time of one request, None when none was made.
    """

    answers: Answers
    failure: SourceError | None = None
    latency_seconds: float | None = None
    requests: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a connection test found, in words. `facts` are (what, value) pairs; advice is what to change."""

    __test__ = False  # pytest: not a test class

    is_success: bool
    reason: Reason | None
    message: str
    facts: tuple[tuple[str, str], ...] = ()
    advice: tuple[str, ...] = ()
    latency_seconds: float | None = None
    warnings: tuple[str, ...] = ()


class SettingsForm(forms.Form):
    """Settings of one kind. Fields named in `secret_fields` are stored encrypted and never shown again."""

    secret_fields: tuple[str, ...] = ()


class SourceKind(Protocol):
    """One kind of source. `name` is its folder."""

    name: str
    title: str
    description: str
    form: type[SettingsForm]
    is_read: bool  # False: nothing to fetch, counts are sent to the platform

    def read(
        self, *, connection: Connection, queries: Sequence[SliQuery], period: Period, now: datetime
    ) -> Reading: ...

    def test(self, *, connection: Connection, now: datetime) -> TestResult: ...
