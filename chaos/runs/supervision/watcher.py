"""One run, from the start of its process until every fault was seen to be gone and the verdict is written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from chaos.experiments.selectors.jobs import JobParts, job_of
from chaos.injectors.protocol import Reach
from chaos.runner.manner import manner_of
from chaos.runner.protocol import End, Job
from chaos.runs.domain.states import Mode, State
from chaos.runs.domain.verdict import RunEnd, StopKind
from chaos.runs.models import Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import leases, running, undoing
from chaos.runs.services.leases import LeaseLostError
from chaos.runs.supervision import places
from chaos.runs.supervision.conversing import Bell, Conversation
from chaos.runs.supervision.desk import Desk
from chaos.runs.supervision.faults import Fault, fault_of
from chaos.runs.supervision.log import AbandonedError, RunLog, once
from chaos.runs.supervision.office import Office, host_of
from chaos.runs.supervision.orders import Deadline, Order, order_asked, order_of
from chaos.runs.supervision.process import ChildProcess, end_leftovers, mark_of
from chaos.runs.supervision.taking_back import TakingBack

logger = structlog.get_logger(__name__)

_ROLLBACKS_TRIES = 3
_ROLLBACKS_SECONDS = 300.0
_RECOVERY_EXTRA_SECONDS = 30.0


class Watcher(threading.Thread):
    """former: the row as it was before it was taken over from a lost agent; None for a run that begins here."""

    def __init__(self, *, office: Office, run: Run, fence: int, former: Run | None = None) -> None:
        super().__init__(name=f"run {run.pk}", daemon=True)
        self.run_id, self.fence = run.pk, fence
        self._office, self._run, self._former = office, run, former
        self._log = RunLog(run_id=run.pk, fence=fence, is_abandoned=office.is_abandoned)
        self._bell = Bell()
        self._order: Order | None = None
        self._is_lost = False
        self._is_taking_back = self._is_told = False
        self._parts: JobParts | None = None
        self._desk: Desk | None = None
        self._lost_words = ""
        self.deadline = Deadline()
        self.has_ended = threading.Event()

    @property
    def is_guarded(self) -> bool:
        """Whether its method may be under way: what is being taken back is not stopped by guards."""
        return self._former is None and not self._is_taking_back and self._run.mode == Mode.REAL

    def stop(self, order: Order) -> None:
        """The first order counts. From any thread."""
        if self._order is None and not self._is_taking_back:
            self._office.rush.begin(self.run_id)
        self._order = self._order or order
        self._bell.ring()

    def lose(self) -> None:
        """Somebody else holds the run: kill the process and write nothing more."""
        self._is_lost = True
        self._bell.ring()

    def run(self) -> None:
        try:
            self._watch()
        except LeaseLostError as error:
            logger.warning("run_lost", run=self.run_id, error=str(error))
        except AbandonedError as error:
            with suppress(DatabaseError):
                once(lambda: leases.give_up(run_id=self.run_id, fence=self.fence, now=timezone.now()))
            logger.warning("run_abandoned", run=self.run_id, error=str(error))
        except Exception:  # its lease runs out, and another watcher takes everything back
            logger.exception("run_not_watched", run=self.run_id)
        finally:
            connection.close()
            self._bell.close()
            self._office.rush.end(self.run_id)
            self.has_ended.set()

    def _watch(self) -> None:
        self._parts = self._log.surely(lambda: job_of(version=self._run.version))
        self._desk = Desk(
            office=self._office,
            run=self._run,
            fence=self.fence,
            parts=self._parts,
            log=self._log,
            why_no_fault=self._why_no_fault,
            look_for_stop=self._look_for_stop,
        )
        if self._former is None:
            self._finish(self._do())
        elif self._former.state == State.ENDED:
            self._load(self._former)
            self._take_back(seconds=min(settings.CHAOS_UNDO_SECONDS, 20.0))
            self._roll_back(tries=1)
            self._log.surely(self._write)
            self._log.surely(lambda: running.close_again(run_id=self.run_id, fence=self.fence, now=timezone.now()))
        else:
            self._load(self._former)
            self._finish(self._end_of_lost(self._former))

    def _load(self, former: Run) -> None:
        """What the lost agent has left: programs of its process on this machine, and records."""
        if host_of(former.supervisor) == self._office.host:
            end_leftovers(run=former.pk, instance=former.supervisor, session=former.process_id)
            places.sweep()
        records = self._log.surely(lambda: undoing.unsure(run_id=self.run_id))
        self.desk.faults = [fault_of(record=record) for record in records]

    @property
    def desk(self) -> Desk:
        assert self._desk is not None  # noqa: S101  made before anything else is done
        return self._desk

    @property
    def parts(self) -> JobParts:
        assert self._parts is not None  # noqa: S101  as above
        return self._parts

    def _end_of_lost(self, former: Run) -> RunEnd:
        self._order = Order(StopKind.AGENT_LOST, f"{former.supervisor} was not heard of any more")
        if former.stop_requested_at is not None and former.stop_kind:
            self._order = order_of(former)
        return RunEnd(fence=self.fence, stop=self._order.kind, stop_reason=self._order.reason)

    def _do(self) -> RunEnd:
        end = self._converse(part="all", must_stop=self._must_stop, on_start=self._begin)
        stopped = "" if end is None else str(end.outcome.get("stopped") or "")
        if stopped and self._order is None:
            self._order = Order(StopKind.PROCESS_LOST, stopped)  # somebody else has sent it a signal
        if end is not None and self._order is None:
            return RunEnd(fence=self.fence, outcome=dict(end.outcome), journal=end.journal or None)
        self._order = order = self._order or Order(StopKind.PROCESS_LOST, self._lost_words)
        told: dict[str, Any] = {} if end is None else {"outcome": dict(end.outcome), "journal": end.journal or None}
        return RunEnd(fence=self.fence, stop=order.kind, stop_reason=order.reason, guard=order.guard, **told)

    def _look_for_stop(self) -> None:
        row = self._log.surely(lambda: Run.objects.get(pk=self.run_id))
        if (order := order_asked(row, stop=self._log.surely(in_force))) is not None:
            self.stop(order)

    def _must_stop(self) -> bool:
        return self._order is not None or self._is_lost

    def _begin(self, process_id: int) -> None:
        self._log.surely(
            lambda: running.begin(run_id=self.run_id, fence=self.fence, process_id=process_id, now=timezone.now())
        )

    def _finish(self, end: RunEnd) -> None:
        """Nothing of the run acts any more: take everything back, look until it is steady, and write the verdict."""
        self._take_back(seconds=settings.CHAOS_UNDO_SECONDS)
        self._roll_back(tries=_ROLLBACKS_TRIES)
        if self._office.is_abandoned.is_set() and any(not fault.is_gone for fault in self.desk.faults):
            raise AbandonedError("there was no time to take all of it back")  # nothing has failed: others go on
        if end.stop is not StopKind.NONE and self.desk.faults:
            self._recover()
        self._log.surely(self._write)  # the verdict is made of it
        left = self._log.surely(
            lambda: running.close(run_id=self.run_id, fence=self.fence, end=end, now=timezone.now())
        )
        if left:
            logger.error("run_not_undone", run=self.run_id, left=left)

    def _take_back(self, *, seconds: float) -> list[Fault]:
        """Begins without the database: the faults are known here."""
        self._is_taking_back = True
        taking = TakingBack(
            faults=self.desk.faults,
            present=self._present,
            outbound=self.parts.allowed["outbound"],
            why_not=self._why_not,
            is_abandoned=self._office.is_abandoned,
        )
        rush = self._office.rush
        try:
            left = taking.run(seconds=seconds, meanwhile=lambda: None if rush.is_on() else self._flush())
        finally:
            rush.end(self.run_id)
        rush.wait()
        self._flush()
        return left

    def _roll_back(self, *, tries: int) -> None:
        """The declared rollbacks by a fresh process, unless the first one did them."""
        fault = self.desk.rollbacks()
        if fault is None or fault.is_gone:
            return
        fault.error = self._why_not(fault) or fault.error
        for number in range(tries if not self._why_not(fault) else 0):
            end = self._converse(part="rollbacks", must_stop=self._office.is_abandoned.is_set, most=_ROLLBACKS_SECONDS)
            outcome: dict[str, Any] = dict(end.outcome) if end is not None else {"error": self._lost_words or "stopped"}
            problem = outcome.get("error") or outcome.get("stopped") or ", ".join(outcome.get("failed_rollbacks") or [])
            self.desk.rolled_back([problem] if problem else [])
            self._flush()
            if fault.is_gone or self._office.is_abandoned.wait(1.0 + number):
                return

    def _recover(self) -> None:
        """Look whether it is steady again, when the run's own process could not."""
        is_looking = manner_of(self.parts.document).recovery_seconds > 0
        if self._run.mode == Mode.DRY or self.parts.problems or not is_looking or not self._has_probes():
            return
        if any(not fault.is_gone for fault in self.desk.faults) or self._office.is_ending.is_set():
            return
        most = manner_of(self.parts.document).recovery_seconds + _RECOVERY_EXTRA_SECONDS
        self._converse(part="recovery", must_stop=self._office.is_ending.is_set, most=most)

    def _has_probes(self) -> bool:
        return bool((self.parts.document.get("steady-state-hypothesis") or {}).get("probes"))

    def _converse(
        self,
        *,
        part: str,
        must_stop: Callable[[], bool],
        on_start: Callable[[int], None] | None = None,
        most: float = float("inf"),
    ) -> End | None:
        """Serve a process to its end. None when it was stopped, took too long or was lost: it is gone then, too."""
        office = self._office
        child = ChildProcess(server=office.fork_server, mark=mark_of(run=self.run_id, instance=office.instance))
        talk = Conversation(child=child, desk=self.desk, bell=self._bell, meanwhile=self._flush)
        try:
            if on_start is not None:
                on_start(child.pid)
            undo_all = partial(self._take_back, seconds=settings.CHAOS_UNDO_SECONDS)
            return talk.hold(job=self._job(part), must_stop=must_stop, seconds=most, undo_all=undo_all)
        finally:
            self._lost_words = talk.end()  # what it said last is written once its faults are being taken back

    def _job(self, part: str) -> Job:
        return Job(
            run_id=self.run_id,
            part=part,
            is_dry=self._run.mode == Mode.DRY,
            document=self.parts.document,
            targets=self.parts.targets_of_job(),
            secrets={group: dict(names) for group, names in self.parts.secrets.items()},
            allowed=self.parts.allowed,
            fault_prefix=self.desk.prefix,
        )

    def _flush(self) -> None:
        """Write down what is new; what the database does not take now is written later. Raises LeaseLostError."""
        if self._is_lost:
            raise LeaseLostError(f"run {self.run_id} is held by another agent")
        with suppress(DatabaseError):
            once(self._write)

    def _write(self) -> None:
        """What was not written down yet. Raises LeaseLostError, DatabaseError."""
        if self._is_taking_back and not self._is_told:
            self._begin_undoing()
        self.desk.tell_injected()
        self._log.write()
        self.desk.tell_progress()

    def _begin_undoing(self) -> None:
        if self._former is None or self._former.state != State.ENDED:
            order = self._order
            text = "" if order is None else f"ended: {order.reason or order.kind.value.replace('_', ' ')}"
            running.begin_undoing(run_id=self.run_id, fence=self.fence, text=text, now=timezone.now())
        self._is_told = True

    def _why_no_fault(self) -> str:
        if self._order is not None:
            return f"the run ends: {self._order.reason}"
        if self._former is not None or self._is_taking_back or self._office.is_ending.is_set():
            return "no fault is put in place any more"
        return ""

    def _present(self, slug: str) -> Reach | None:
        """A target as it is now, as far as that can be known."""
        try:
            parts = once(lambda: job_of(version=self._run.version))
        except DatabaseError:
            parts = self.parts
        return parts.targets.get(slug)

    def _why_not(self, fault: Fault) -> str:
        return self._office.why_not(kind=fault.plan.kind, agent=self._run.agent, host=fault.host)
