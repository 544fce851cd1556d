"""Who hears what the engine does: rooms above register a listener at start-up (see decision 55)."""

from __future__ import annotations

from typing import Protocol

from incidents.paging.models import Escalation, EscalationEvent


class Listener(Protocol):
    def __call__(self, *, escalation: Escalation, event: EscalationEvent) -> None: ...


class SubjectLock(Protocol):
    def __call__(self, *, subject: str) -> None: ...


_listeners: list[Listener] = []
_subject_locks: list[SubjectLock] = []


def register_listener(listener: Listener) -> Listener:
    """Call *listener* for each EscalationEvent, in the transaction that writes it. What it raises undoes both."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def register_subject_lock(lock: SubjectLock) -> SubjectLock:
    """Call *lock* before the engine locks the escalation of a subject by itself, so that a room whose listener writes
    to its own row, and which locks that row before it calls the engine, takes the locks in the same order here."""
    if lock not in _subject_locks:
        _subject_locks.append(lock)
    return lock


def lock_subject(*, subject: str) -> None:
    for lock in tuple(_subject_locks):
        lock(subject=subject)


def forget_listener(listener: Listener) -> None:
    """For tests that register their own."""
    if listener in _listeners:
        _listeners.remove(listener)


def tell_listeners(*, escalation: Escalation, event: EscalationEvent) -> None:
    for listener in tuple(_listeners):
        listener(escalation=escalation, event=event)
