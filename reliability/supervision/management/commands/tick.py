from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection
from django.utils import timezone

from chaos.runs.supervision.agent import Agent
from reliability.outbox.services import nudge, runs
from reliability.outbox.services.claims import Claim
from reliability.outbox.services.clock import ClockWatch, steady_seconds
from reliability.outbox.services.due import ensure_standing
from reliability.outbox.services.tick import tick
from reliability.supervision.services import auditor

IDLE_SECONDS = 1.0
# Rows that wait for a thread of this process longer than their dispatch lease would be claimed twice.
WAITING_PER_SLOT = 1
# Longer than any receiver is waited for. What still runs then is done again after its lease.
STOP_SECONDS = 12.0


class Command(BaseCommand):
    # They import every address, page and API schema, which due work never needs; `prepare` has run them.
    requires_system_checks = ()
    help = "Do due work in this process, without Celery and a broker: for tiny installations and tests."

    def add_arguments(self, parser: CommandParser) -> None:
        how_long = parser.add_mutually_exclusive_group(required=True)
        how_long.add_argument("--once", action="store_true", help="do what is due until nothing is, then end")
        how_long.add_argument("--loop", action="store_true", help="go on until interrupted, watch over it, and do runs")

    def handle(self, *args: Any, **options: Any) -> None:
        self._owner = f"tick@{socket.gethostname()}:{os.getpid()}"
        self._is_telling = options["verbosity"] > 1
        ensure_standing(now=timezone.now())
        if options["once"]:
            while tick(now=timezone.now(), hand_over=self._do):
                pass
            return
        with self._stopped_by_signals():
            is_done = self._loop()
        self.stdout.write("stopped")
        if not is_done:  # an end of the interpreter would wait for the threads
            self.stdout.flush()
            os._exit(1)

    def _do(self, claim: Claim) -> None:
        outcome = runs.run(due_id=claim.due_id, token=claim.token, owner=self._owner, clock=timezone.now)
        if self._is_telling:
            self.stdout.write(f"{claim.kind} {claim.key}: {outcome.value}")

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        """The signals only note the wish: an exception out of one could leave a lock taken that a slot waits for."""
        self._is_stopping = False

        def note(number: int, frame: FrameType | None) -> None:
            self._is_stopping = True

        former = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _loop(self) -> bool:
        """As many at once as there are slots: a receiver that hangs does not hold up the others.

        Returns whether all that had begun came to its end.
        """
        wake = threading.Event()
        self._clock = ClockWatch(steady_seconds)
        nudge.use(wake.set)
        auditor.start(clock=timezone.now)
        agent = Agent(name=settings.CHAOS_AGENT)
        agent.start()

        def do(claim: Claim) -> None:
            try:
                self._do(claim)
            except DatabaseError as error:  # the row is done again after its lease
                self.stderr.write(f"{claim.kind} {claim.key}: {error}")
            finally:
                connection.close()
                wake.set()  # the end of one makes room for the next

        running: set[Future[None]] = set()
        pool = ThreadPoolExecutor(settings.WORKER_SLOTS, thread_name_prefix="slot")

        def hand_over(claim: Claim) -> None:
            running.add(pool.submit(do, claim))

        while not self._is_stopping:
            running.difference_update([future for future in running if future.done()])
            self._tick(hand_over)
            wake.wait(IDLE_SECONDS)
            wake.clear()
        pool.shutdown(wait=False, cancel_futures=True)
        is_undone = agent.end()
        begun = [future for future in running if not future.done()]
        return not wait(begun, timeout=STOP_SECONDS).not_done and is_undone

    def _tick(self, hand_over: Any) -> None:
        try:
            tick(
                now=timezone.now(),
                hand_over=hand_over,
                waiting=settings.WORKER_SLOTS * WAITING_PER_SLOT,
                clock=self._clock,
            )
        except DatabaseError as error:  # it comes back; the auditor tells the operators meanwhile
            self.stderr.write(f"tick: {error}")
            connection.close()
