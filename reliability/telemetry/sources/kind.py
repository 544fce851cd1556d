"""The shape every kind of source has."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

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

    failure: why the source as a whole could not answer; None when it answered anything, be it with query errors.
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
    """Settings of one kind. Fields named in `secret_fields` are stored encrypted and never shown again.

    stored: names of the secrets the source has already, which may be left empty. Those of `forgettable_fields`
    get a box to drop them. rare_fields: what is right as it is for most; folded away on the page.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ()
    forgettable_fields: ClassVar[tuple[str, ...]] = ()
    rare_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, stored: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = frozenset(stored)
        for name in self.stored & set(self.secret_fields):
            self.fields[name].help_text = "Stored, and not shown again. Leave it empty to keep it."
            if name in self.forgettable_fields:
                label = f"Forget the stored {self.fields[name].label}".lower().capitalize()
                self.fields[f"forget_{name}"] = forms.BooleanField(label=label, required=False)

    def usual(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.rare_fields]

    def rare(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.rare_fields]

    def has_rare_errors(self) -> bool:
        return any(name in self.errors for name in self.rare_fields)

    def needed_secrets(self) -> frozenset[str]:
        """Which secrets the cleaned settings use; the others are not stored."""
        return frozenset(self.secret_fields)

    @staticmethod
    def destination(settings: Mapping[str, Any]) -> str:
        """Where secrets are sent, to tell whether an edit sends them elsewhere."""
        return ""


class SourceKind(Protocol):
    """One kind of source. `name` is its folder."""

    name: str
    title: str
    description: str
    form: type[SettingsForm]
    is_read: bool  # False: nothing to fetch, counts are sent to the platform

    def read(
        self,
        *,
        connection: Connection,
        queries: Sequence[SliQuery],
        period: Period,
        now: datetime,
        seconds_max: float | None = None,
    ) -> Reading: ...

    def gap(self, settings: Mapping[str, Any]) -> timedelta:
        """How long after a minute what is read of it may still change: until the sample after a gap has come."""

    def test(self, *, connection: Connection, now: datetime) -> TestResult: ...
