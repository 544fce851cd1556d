"""An agent: takes runs of its name, keeps their leases, hands stops on, and takes over what lost agents have left.

It needs the database and no broker: a broker that is away never keeps a fault in place.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone

from chaos.runs.domain.guards import Guard
from chaos.runs.domain.verdict import StopKind
from chaos.runs.models import Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import agents, guards, leases
from chaos.runs.supervision import places, taking
from chaos.runs.supervision.log import once
from chaos.runs.supervision.office import Office
from chaos.runs.supervision.orders import Order, order_asked
from chaos.runs.supervision.watcher import Watcher

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
_RENEW_SECONDS = 1.0
_TAKE_SECONDS = 0.5
_LOST_EVERY_SECONDS = 2.0
# Longer between two looks for runs, and this agent was held up itself, as others on a machine or database that hangs.
_HELD_UP_SECONDS = 3.0
# When it is told to end: so long for taking everything back, and a little more for leaving the rest to others.
END_SECONDS = 4.5
_ABANDON_SECONDS = 1.5
_TAKING_SECONDS = 1.0
_GUARDS_SILENT_SECONDS = 45.0
_KINDS = {Guard.DEADLINE.value: StopKind.DEADLINE, Guard.STOP.value: StopKind.GLOBAL_STOP}


class Agent:
    """Threads of its own: for stops, which waits for no writer; leases; taking runs; guards; one for each run.

    name: of its queue, blank for the default. runs_max: at once. instead_of: the instance that stood by for it.
    """

    def __init__(self, *, name: str = "", runs_max: int | None = None, instead_of: str = "") -> None:
        self.office = Office(name=name, outbound=list(settings.OUTBOUND_ALLOWED_HOSTS))
        self._runs_max = runs_max or settings.CHAOS_RUNS_MAX
        self._instead_of = instead_of
        self._watchers: dict[int, Watcher] = {}
        self._lock = threading.Lock()
        self._taking = threading.Lock()
        self.has_ended = threading.Event()
        self._lost_at = self._looked_at = 0.0
        self._was_held_up = False
        self._seen_at = 0.0
        self._stops_seen_at = self._renewed_at = self._busy_at = self._guarded_at = time.monotonic()
        self.threads = [
            threading.Thread(target=self._every, args=(seconds, work), name=f"agent {name}", daemon=True)
            for seconds, work, name in (
                (LOOK_SECONDS, self._look, "stops"),
                (_RENEW_SECONDS, self._renew, "leases"),
                (_TAKE_SECONDS, self._take, "taking"),
                (settings.CHAOS_GUARD_SECONDS, self._guard, "guards"),
            )
        ]

    def start(self) -> None:
        places.sweep()
        for thread in self.threads:
            thread.start()

    def end(self, *, seconds: float = END_SECONDS) -> bool:
        """No next fault; every run is aborted, taken back and verified. Returns whether all was done in time.

        What was not is left to other agents at once.
        """
        self.office.is_ending.set()
        if self._taking.acquire(timeout=_TAKING_SECONDS):  # a run that is being taken has its watcher then
            self._taking.release()
        for watcher in self.watchers():
            watcher.stop(Order(StopKind.AGENT_ENDED, f"{self.office.instance} was told to end"))
        is_done = self._wait_for_all(seconds)
        self.office.is_abandoned.set()
        if not is_done:
            self._wait_for_all(_ABANDON_SECONDS)
        self.has_ended.set()
        self.office.close()
        try:
            once(lambda: agents.gone(instance=self.office.instance))
        except DatabaseError as error:
            logger.warning("agent_not_signed_off", error=str(error))
        return is_done

    def retire(self) -> bool:
        """Take nothing any more, if there is nothing. Returns whether it has ended."""
        with self._taking:
            if self.watchers():
                return False
            self.office.is_ending.set()
        return self.end()

    def idle_seconds(self) -> float:
        """How long it has had no run."""
        if self.watchers():
            self._busy_at = time.monotonic()
        return time.monotonic() - self._busy_at

    def watchers(self) -> list[Watcher]:
        """Those that are at work, or about to be: whoever is left out here loses its lease."""
        with self._lock:
            self._watchers = {pk: watcher for pk, watcher in self._watchers.items() if not watcher.has_ended.is_set()}
            return list(self._watchers.values())

    def _wait_for_all(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        for watcher in self.watchers():
            watcher.has_ended.wait(max(deadline - time.monotonic(), 0.0))
        return not self.watchers()

    def _every(self, seconds: float, work: Callable[[], None]) -> None:
        while not self.has_ended.is_set():
            try:
                once(work)
            except DatabaseError as error:
                logger.warning("agent_without_database", error=str(error))
            except Exception:  # an agent that stops looking leaves faults in place
                logger.exception("agent_failed", work=work.__name__)
            self.has_ended.wait(seconds)

    def _look(self) -> None:
        """Whether any of the runs is to end."""
        watchers = {watcher.run_id: watcher for watcher in self.watchers()}
        if watchers:
            self._check_guards(watchers)
            with self._ending_what_is_not_held(watchers.values()):
                self._hand_on_stops(watchers)
        self._stops_seen_at = time.monotonic()

    def _renew(self) -> None:
        """All leases."""
        watchers = self.watchers()
        if watchers:
            with self._ending_what_is_not_held(watchers):
                run_ids = [watcher.run_id for watcher in watchers]
                leases.renew(supervisor=self.office.instance, run_ids=run_ids, now=timezone.now())
        self._renewed_at = time.monotonic()

    @contextmanager
    def _ending_what_is_not_held(self, watchers: Iterable[Watcher]) -> Iterator[None]:
        """Without the database for longer than a lease, others may hold the runs."""
        try:
            yield
        except DatabaseError:
            silent = time.monotonic() - min(self._renewed_at, self._stops_seen_at)
            if silent > settings.CHAOS_LEASE_SECONDS:
                for watcher in watchers:
                    watcher.stop(Order(StopKind.AGENT_LOST, f"its agent was without the database for {silent:.0f} s"))
            raise

    def _check_guards(self, watchers: dict[int, Watcher]) -> None:
        """Guards that hang, or break again and again, guard nothing."""
        silent = time.monotonic() - self._guarded_at
        if silent > max(_GUARDS_SILENT_SECONDS, 4 * settings.CHAOS_GUARD_SECONDS):
            for watcher in watchers.values():
                if watcher.is_guarded:
                    words = f"its guards have not answered for {silent:.0f} s: what is not seen cannot stop it"
                    watcher.stop(Order(StopKind.GUARD, words, Guard.TELEMETRY.value))

    def _hand_on_stops(self, watchers: dict[int, Watcher]) -> None:
        now, stop = timezone.now(), in_force()
        fields = ("fence", "stop_requested_at", "stop_requested_by_name", "stop_reason", "stop_kind", "deadline_at")
        for run in Run.objects.filter(pk__in=list(watchers)).only(*fields):
            watcher = watchers[run.pk]
            if run.fence != watcher.fence:
                watcher.lose()
            elif (order := order_asked(run, stop=stop)) is not None:
                watcher.stop(order)
            elif run.deadline_at is not None and watcher.deadline.is_over(run.deadline_at, now=now):
                watcher.stop(Order(StopKind.DEADLINE, f"its time ran out at {run.deadline_at:%H:%M:%S} UTC"))

    def _take(self) -> None:
        clock = time.monotonic()
        if clock - self._seen_at >= agents.SEEN_EVERY.total_seconds():
            office = self.office
            agents.seen(
                name=office.name, instance=office.instance, host=office.host, kinds=office.kinds, now=timezone.now()
            )
            self._seen_at = clock
            if self._instead_of:
                agents.gone(instance=self._instead_of)
                self._instead_of = ""
        with self._taking:
            self._take_runs(time.monotonic())

    def _take_runs(self, clock: float) -> None:
        if self.office.is_ending.is_set():
            return
        self._was_held_up = not self._was_held_up and 0.0 < self._looked_at < clock - _HELD_UP_SECONDS
        if self._was_held_up:
            self._lost_at = clock  # once: those who were held up as well renew their leases first
        self._looked_at = clock
        if clock - self._lost_at >= _LOST_EVERY_SECONDS:
            self._lost_at = clock
            own = {watcher.run_id for watcher in self.watchers()}
            for run, fence, former in taking.lost(office=self.office, own=own, now=timezone.now()):
                logger.warning("run_taken_over", run=run.pk, former=former.supervisor)
                self._begin([Watcher(office=self.office, run=run, fence=fence, former=former)])
        room = self._runs_max - len(self.watchers())
        for taken in taking.ready(office=self.office, room=room, now=timezone.now()):
            self._begin([Watcher(office=self.office, run=run, fence=fence) for run, fence in taken])

    def _begin(self, watchers: Sequence[Watcher]) -> None:
        """All are known before the first begins, which keeps this thread from the processor: leases are renewed."""
        with self._lock:
            self._watchers |= {watcher.run_id: watcher for watcher in watchers}
        for watcher in watchers:
            try:
                watcher.start()
            except RuntimeError:  # no more threads: its lease runs out, and whoever has room takes everything back
                watcher.has_ended.set()
                logger.exception("run_not_watched", run=watcher.run_id)
            if self.office.is_ending.is_set():
                watcher.stop(Order(StopKind.AGENT_ENDED, f"{self.office.instance} was told to end"))

    def _guard(self) -> None:
        watchers = {watcher.run_id: watcher for watcher in self.watchers() if watcher.is_guarded}
        if not watchers:
            self._guarded_at = time.monotonic()
            return
        runs = list(Run.objects.select_related("experiment", "service", "team", "version").filter(pk__in=watchers))
        found = guards.during_each(runs=runs, now=timezone.now())
        self._guarded_at = time.monotonic()
        for run_id, results in found.items():
            for result in results[:1] if watchers[run_id].is_guarded else ():
                kind = _KINDS.get(result.name, StopKind.GUARD)
                guard = result.name if kind is StopKind.GUARD else ""
                watchers[run_id].stop(Order(kind, result.reason, guard))
