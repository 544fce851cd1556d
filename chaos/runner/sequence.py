"""The order of a run: steady before, method, steady after, everything taken back, steady again.

Ours and not the toolkit's, since there a raising hypothesis skips rollbacks, a SIGTERM lets the next fault in, and
background actions hold rollbacks up. Here no activity of the method begins once the run is to stop, and the rollbacks
that the document declares always run.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from chaoslib.activity import execute_activity
from chaoslib.caching import lookup_activity

from chaos.runner.conversation import RefusedError
from chaos.runner.journal import Journal
from chaos.runner.manner import Manner
from chaos.runner.observing import Observer
from chaos.runner.providers import NOT_BEGUN
from chaos.runner.work import Work

RECOVERY_EVERY_SECONDS = 2.0


@dataclass(slots=True)
class Outcome:
    """What came of it, for the supervisor: see its fields in `as_values`."""

    was_steady: bool | None = None
    has_begun_method: bool = False
    has_completed_method: bool = False
    has_deviated: bool = False
    failed_actions: list[str] = field(default_factory=list)
    failed_rollbacks: list[str] = field(default_factory=list)
    stopped: str = ""
    error: str = ""

    def as_values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class RunSequence:
    """One run of a document in this process."""

    def __init__(self, *, work: Work, manner: Manner) -> None:
        self._work = work
        self._manner = manner
        self._observer = Observer(work=work, stop_after=manner.stop_after_deviations)
        self.journal = Journal(work.document)
        self.outcome = Outcome()

    def run(self) -> None:
        if not self._is_steady_before():
            return
        if self._rollbacks:
            self._work.conversation.ask("record_rollbacks", {"names": [_name(one) for one in self._rollbacks]})
        self.outcome.has_begun_method = True
        with self._observer.watching(every_seconds=self._manner.hypothesis_every):
            self._method()
        self.journal.during = list(self._observer.during)
        self._after()
        self._take_back()

    def run_rollbacks(self) -> None:
        """Only what the document declares to be rolled back, in its order."""
        self._work.is_taking_back = True
        for activity in self._rollbacks:
            done = self._execute(activity, section="rollbacks")
            self.journal.rollbacks.append(done)
            if done["status"] != "succeeded":
                self.outcome.failed_rollbacks.append(_name(activity))

    @property
    def _rollbacks(self) -> Sequence[Mapping[str, Any]]:
        return self._work.document.get("rollbacks") or []

    @property
    def _must_stop(self) -> bool:
        return bool(self._work.conversation.stop_reason) or self._observer.has_deviated

    def _is_steady_before(self) -> bool:
        state = self.journal.before = self._observer.look("before")
        self.outcome.was_steady = None if state is None else state["steady_state_met"]
        if self.outcome.was_steady is False:
            self.journal.status = "failed"
            return False
        return not self._work.conversation.stop_reason

    def _method(self) -> None:
        activities = self._work.document.get("method") or []
        in_background = [activity for activity in activities if activity.get("background")]
        pool = ThreadPoolExecutor(max(len(in_background), 1), thread_name_prefix="background")
        futures: list[Future[None]] = []
        for activity in activities:
            if self._must_stop:
                break
            if activity.get("background"):
                futures.append(pool.submit(self._one, activity))
            else:
                self._one(activity)
        while not self._must_stop and not all(future.done() for future in futures):
            time.sleep(0.1)
        pool.shutdown(wait=False, cancel_futures=True)
        self.outcome.has_completed_method = not self._must_stop
        self._work.method_is_over = self._work.method_is_over or "the method is over"  # also for what pauses before

    def _one(self, activity: Mapping[str, Any]) -> None:
        self._work.of_thread.is_method = True
        try:
            done = self._execute(activity, section="method")
        finally:
            self._work.of_thread.is_method = False
        self.journal.runs.append(done)
        if done["status"] != "succeeded" and done["activity"].get("type") == "action" and NOT_BEGUN not in _why(done):
            self.outcome.failed_actions.append(_name(done["activity"]))

    def _after(self) -> None:
        if self._work.conversation.stop_reason:
            self.outcome.stopped = self._work.conversation.stop_reason
            self.journal.status = "interrupted"
            return
        state = self.journal.after = self._observer.look("after")
        is_out = state is not None and not state["steady_state_met"]
        self.outcome.has_deviated = self.journal.has_deviated = self._observer.has_deviated or is_out

    def _take_back(self) -> None:
        """The faults by the supervisor, who has their records; then what the document declares."""
        with suppress(RefusedError):
            self._work.conversation.ask("undo_all", also_when_stopped=True)
        if self._rollbacks:
            self.run_rollbacks()
            with suppress(RefusedError):
                failed = {"failed": self.outcome.failed_rollbacks}
                self._work.conversation.ask("rolled_back", failed, also_when_stopped=True)
        self.recover()

    def recover(self) -> None:
        """Look until the state is steady again, or as long as the document says."""
        deadline = time.monotonic() + self._manner.recovery_seconds
        while not self._work.conversation.stop_reason:
            state = self._observer.look("recovery")
            if state is None or state["steady_state_met"] or time.monotonic() >= deadline:
                return
            self._work.conversation.pause(RECOVERY_EVERY_SECONDS)

    def _execute(self, activity: Mapping[str, Any], *, section: str) -> dict[str, Any]:
        named = lookup_activity(activity["ref"]) if activity.get("ref") else activity
        name = _name(named or activity)
        self._work.conversation.event("activity_began", name, {"name": name, "section": section})
        done: dict[str, Any] = execute_activity(
            experiment=dict(self._work.document),
            activity=dict(activity),
            configuration=self._work.configuration,
            secrets=self._work.secrets,
            dry=None,
        )
        self._work.conversation.event("activity_ended", f"{name}: {done['status']}", _told(done, name, section))
        return done


def _name(activity: Mapping[str, Any]) -> str:
    return str(activity.get("name") or activity.get("ref") or "")


def _told(done: Mapping[str, Any], name: str, section: str) -> dict[str, Any]:
    return {
        "name": name,
        "section": section,
        "type": done["activity"].get("type", ""),
        "status": done["status"],
        "seconds": done["duration"],
        "output": done["output"],
        "error": _why(done),
    }


def _why(done: Mapping[str, Any]) -> str:
    return str((done.get("exception") or [""])[-1]).strip()
