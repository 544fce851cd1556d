"""Starts the children in order, starts again what dies, and ends all of them in order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

from reliability.supervision.child import Child, Plan, describe_status
from reliability.supervision.console import Console, say

_PUMP_SECONDS = 0.1
_READY_SECONDS_MAX = 15.0
# Together below the ten seconds in which everything has ended.
_END_SECONDS = 7.0
_END_LAST_SECONDS = 1.5


class Supervisor:
    def __init__(self, plans: Sequence[Plan], *, on_answer: Callable[[], bool]) -> None:
        """on_answer: asked repeatedly after the start until it returns True, which it does when it has greeted."""
        self._children = [Child(plan) for plan in plans]
        self._console = Console()
        self._on_answer = on_answer
        self._is_ending = False
        self._is_hurried = False
        self._is_rolling = False

    def run(self) -> None:
        """Return when a signal has asked for the end and every child has ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_end)
        signal.signal(signal.SIGHUP, self._ask_to_roll)
        try:
            self._start_in_order()
            self._watch()
        finally:
            self._end()

    def _ask_to_end(self, _number: int, _frame: FrameType | None) -> None:
        self._is_hurried = self._is_ending
        self._is_ending = True

    def _ask_to_roll(self, _number: int, _frame: FrameType | None) -> None:
        self._is_rolling = True

    def _start_in_order(self) -> None:
        for child in self._children:
            if self._is_ending:
                return
            self._start(child)
            self._await_ready(child)

    def _start(self, child: Child) -> None:
        try:
            child.start()
        except OSError as error:
            child.restarts = child.restarts.after_end(lived_seconds=0.0)
            child.start_due_at = time.monotonic() + child.restarts.pause_seconds
            say(f"{child.plan.name} cannot be started: {error}")
            return
        if child.output is not None:
            self._console.listen(child.plan.name, child.output)

    def _await_ready(self, child: Child) -> None:
        is_ready = child.plan.is_ready
        deadline = time.monotonic() + _READY_SECONDS_MAX
        while is_ready is not None and not is_ready() and not self._is_ending and child.ended() is None:
            if time.monotonic() > deadline:
                say(f"{child.plan.name} is not ready after {_READY_SECONDS_MAX:.0f} s; going on without it")
                return
            self._console.pump(_PUMP_SECONDS)

    def _watch(self) -> None:
        has_greeted = False
        while not self._is_ending:
            self._console.pump(_PUMP_SECONDS)
            self._restart_what_died()
            if self._is_rolling:
                self._is_rolling = False
                self._roll()
            if not has_greeted:
                has_greeted = self._on_answer()

    def _restart_what_died(self) -> None:
        now = time.monotonic()
        for child in self._children:
            status = child.ended()
            if status is not None and not child.is_asked_to_end:
                pause = child.restarts.pause_seconds
                say(f"{child.plan.name} {describe_status(status)}; starting it again in {pause:.1f} s")
            if not child.is_running and now >= child.start_due_at:
                self._start(child)

    def _roll(self) -> None:
        """Replace the children one after the other. The listening socket stays open, so no request is refused."""
        say("restarting each process in turn")
        for child in self._children:
            if child.plan.stops_last:
                continue
            child.ask_to_end()
            deadline = time.monotonic() + _END_SECONDS
            while child.ended() is None and child.is_running and not self._is_ending:
                self._console.pump(_PUMP_SECONDS)
                if time.monotonic() > deadline:
                    child.kill()
            if self._is_ending:
                return
            self._start(child)

    def _end(self) -> None:
        say("ending")
        first = [child for child in self._children if not child.plan.stops_last]
        last = [child for child in self._children if child.plan.stops_last]
        self._end_these(first, seconds=_END_SECONDS)
        self._end_these(last, seconds=_END_LAST_SECONDS)
        self._console.pump(0.0)
        say("ended")

    def _end_these(self, children: list[Child], *, seconds: float) -> None:
        for child in children:
            child.ask_to_end()
        deadline = time.monotonic() + seconds
        while any(child.is_running for child in children):
            self._console.pump(_PUMP_SECONDS)
            for child in children:
                child.ended()
                if child.is_running and (self._is_hurried or time.monotonic() > deadline):
                    child.kill()
