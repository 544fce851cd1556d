"""Who hears what the engine does: rooms above register a listener at start-up (see decision 55)."""

from __future__ import annotations

from typing import Protocol

from incidents.paging.models import Escalation, EscalationEvent


class Listener(Protocol):
    def __call__(self, *, escalation: Escalation, event: EscalationEvent) -> None: ...


_listeners: list[Listener] = []


def register_listener(listener: Listener) -> Listener:
    """Call *listener* for each EscalationEvent, in the transaction that writes it. What it raises undoes both."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def forget_listener(listener: Listener) -> None:
    """For tests that register their own."""
    if listener in _listeners:
        _listeners.remove(listener)


def tell_listeners(*, escalation: Escalation, event: EscalationEvent) -> None:
    for listener in tuple(_listeners):
        listener(escalation=escalation, event=event)
