"""Which function does due work of a kind, and who subscribes to a fact. Filled by `<room>/handlers.py` at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol, TypeVar, runtime_checkable

FACT_KIND_PREFIX = "fact:"
STANDING_KEY = "all"
LEASE_DEFAULT = timedelta(seconds=60)
# For kinds that mostly wait for somebody else, such as a telemetry source.
HALF_OF_THE_SLOTS = Fraction(1, 2)


class DueHandler(Protocol):
    def __call__(self, *, key: str, payload: dict[str, Any], now: datetime) -> datetime | None: ...


@runtime_checkable
class Underway(Protocol):
    """Work that was begun: `work` is called once that is committed, `end` in the transaction that ends the row."""

    def work(self) -> None: ...

    def end(self, *, now: datetime) -> datetime | None: ...


class StagedHandler(Protocol):
    def __call__(self, *, key: str, payload: dict[str, Any], now: datetime) -> Underway | datetime | None: ...


class FactHandler(Protocol):
    def __call__(self, *, fact_id: int, payload: dict[str, Any], now: datetime) -> None: ...


_Due = TypeVar("_Due", bound=DueHandler)
_Staged = TypeVar("_Staged", bound=StagedHandler)
_Fact = TypeVar("_Fact", bound=FactHandler)


class RegistrationError(Exception):
    """Two handlers for one kind, or one name for two subscribers."""


@dataclass(frozen=True, slots=True)
class Registration:
    """How due rows of one kind are done.

    lease: how long one run may take before the row is given to another worker.
    batch: bulk work that may wait; only a bounded number of these rows is in hand at any time.
    at_once: how many rows of this kind are in hand at any time: a number, or a share of all worker slots.
    kept: the lease is a few seconds, renewed while the worker lives and at most for *lease*: who dies is noticed soon.
    standing: one row with the key `all` exists at all times, such as for housekeeping.
    begin: of work in stages; `run` is not called then.
    urgent: rows of this kind go before all others, unless whoever asks for one says otherwise.
    """

    kind: str
    run: DueHandler
    lease: timedelta
    batch: bool
    standing: bool
    at_once: int | Fraction | None = None
    kept: bool = False
    begin: StagedHandler | None = None
    urgent: bool = False

    @property
    def is_slow(self) -> bool:
        """Slow kinds together leave a slot free, whatever they wait for."""
        return self.batch or self.at_once is not None

    def rows_at_once(self, *, slots: int) -> int:
        """At least one; as many as there are slots when the kind has no bound of its own."""
        if self.at_once is None:
            return slots
        return max(int(self.at_once * slots), 1) if isinstance(self.at_once, Fraction) else self.at_once


@dataclass(frozen=True, slots=True)
class Subscription:
    fact_kind: str
    name: str
    run: FactHandler

    @property
    def due_kind(self) -> str:
        return f"{FACT_KIND_PREFIX}{self.name}"


_registrations: dict[str, Registration] = {}
_subscriptions: dict[str, Subscription] = {}


def due_work(
    kind: str,
    *,
    lease: timedelta = LEASE_DEFAULT,
    batch: bool = False,
    standing: bool = False,
    at_once: int | Fraction | None = None,
    kept: bool = False,
    urgent: bool = False,
) -> Callable[[_Due], _Due]:
    """Register a handler `(*, key, payload, now) -> next due instant, or None when nothing is left to do`.

    It runs at least once for each due row and must be safe to run twice. A handler that raises is run again
    after a growing pause; one that has more to do returns *now* and is called again at once.
    """

    def register(handler: _Due) -> _Due:
        _add(
            Registration(
                kind=kind,
                run=handler,
                lease=lease,
                batch=batch,
                standing=standing,
                at_once=at_once,
                kept=kept,
                urgent=urgent,
            )
        )
        return handler

    return register


def staged_work(
    kind: str, *, lease: timedelta = LEASE_DEFAULT, kept: bool = False, urgent: bool = False
) -> Callable[[_Staged], _Staged]:
    """Register a handler whose writes cost no transaction of their own: two for each run instead of four.

    It runs in the transaction that takes the row up, and answers as a handler of `due_work` does, or with what is
    Underway: its `work` is done outside of any transaction, its `end` in the one that moves or deletes the row.
    Whoever dies between the two has committed what the handler wrote, and the row is begun anew.
    """

    def register(handler: _Staged) -> _Staged:
        _add(
            Registration(
                kind=kind,
                run=_never,
                lease=lease,
                batch=False,
                standing=False,
                kept=kept,
                begin=handler,
                urgent=urgent,
            )
        )
        return handler

    return register


def _never(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    raise RegistrationError("work in stages has no handler that does it in one")


def _add(registration: Registration) -> None:
    kind = registration.kind
    if kind in _registrations:
        former = _registrations[kind]
        raise RegistrationError(f"due work {kind!r} has two handlers: {former} and {registration}")
    _registrations[kind] = registration


def subscriber(fact_kind: str, name: str) -> Callable[[_Fact], _Fact]:
    """Register a handler `(*, fact_id, payload, now)` that is run at least once for each fact of the kind.

    *name* is stored in rows: it is unique over all facts and does not change once released.
    """

    def register(handler: _Fact) -> _Fact:
        subscription = Subscription(fact_kind=fact_kind, name=name, run=handler)
        if name in _subscriptions:
            raise RegistrationError(f"two subscribers are named {name!r}: give each its own name")

        def run(*, key: str, payload: dict[str, Any], now: datetime) -> None:
            handler(fact_id=int(key), payload=payload, now=now)

        due_work(subscription.due_kind)(run)
        _subscriptions[name] = subscription
        return handler

    return register


def registration_of(kind: str) -> Registration | None:
    return _registrations.get(kind)


def known_kinds() -> frozenset[str]:
    return frozenset(_registrations)


def slow_kinds() -> dict[str, Registration]:
    return {kind: registration for kind, registration in _registrations.items() if registration.is_slow}


def standing_kinds() -> frozenset[str]:
    return frozenset(kind for kind, registration in _registrations.items() if registration.standing)


def subscriptions_of(fact_kind: str) -> tuple[Subscription, ...]:
    return tuple(entry for entry in _subscriptions.values() if entry.fact_kind == fact_kind)


def forget(*, kind: str) -> None:
    """Remove a handler or subscriber, for tests that register their own."""
    _registrations.pop(kind, None)
    _subscriptions.pop(kind.removeprefix(FACT_KIND_PREFIX), None)
