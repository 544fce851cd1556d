"""What the process of a run tells and asks, and what it is answered. No fault without its record."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone

from chaos.experiments.selectors.jobs import JobParts
from chaos.injectors.protocol import Plan, Reach
from chaos.runner.masking import Mask
from chaos.runner.protocol import Answer, Ask, Event, ProtocolError
from chaos.runs.domain.states import UndoState
from chaos.runs.models import Run
from chaos.runs.services import undoing
from chaos.runs.services.events import Entry
from chaos.runs.supervision.faults import Fault, draft_of
from chaos.runs.supervision.log import RunLog, once
from chaos.runs.supervision.office import Office
from chaos.runs.supervision.probing import NoValueError, value_of

Reply = Callable[[Answer], None]


class Desk:
    """Of one run. faults: what was recorded so far. why_no_fault: blank while faults may be put in place.

    look_for_stop: called when a stop was found before the agent's own look, so that what it makes fail ends no run.
    """

    def __init__(
        self,
        *,
        office: Office,
        run: Run,
        fence: int,
        parts: JobParts,
        log: RunLog,
        why_no_fault: Callable[[], str],
        look_for_stop: Callable[[], None],
    ) -> None:
        self._office = office
        self._run = run
        self._fence = fence
        self._parts = parts
        self._log = log
        self._why_no_fault = why_no_fault
        self._look_for_stop = look_for_stop
        hidden = [value for names in parts.secrets.values() for value in names.values()]
        hidden += [value for reach in parts.targets.values() for value in reach.secrets.values()]
        self._mask = Mask(hidden)
        # Keys of the run's faults begin so; several installations may share a machine.
        self.prefix = f"run-{run.pk}-{secrets.token_hex(4)}"
        self.faults: list[Fault] = []

    def heard(self, event: Event, *, is_over: bool = False) -> None:
        """Raises LeaseLostError, ProtocolError. is_over: faults are to be taken back first, so nothing is written."""
        data = dict(event.data)
        if event.kind == "injected":
            self._injected(event, data)
            if not is_over:
                with suppress(DatabaseError):  # later: who waits here does not hear that the run is to stop
                    once(self.tell_injected)
            return
        self._log.tell(event.kind, event.text, data)

    def answer(self, ask: Ask, *, reply: Reply, undo_all: Callable[[], list[Fault]]) -> None:
        """Raises LeaseLostError, ProtocolError for what is not to be asked."""
        match ask.what:
            case "record_undo":
                reply(self._recorded(ask, lambda: self._plan(ask.arguments)))
            case "record_rollbacks":
                reply(self._recorded(ask, lambda: self._rollbacks(ask.arguments)))
            case "begin":
                reply(self._held(ask))
            case "undo_all":
                left = undo_all()
                words = "; ".join(f"{fault.activity}: {fault.error}" for fault in left)
                reply(Answer(number=ask.number, is_ok=not left, value={}, reason=words))
            case "rolled_back":
                self.rolled_back(ask.arguments.get("failed") or [])
                reply(Answer(number=ask.number, is_ok=True, value={}))
            case "probe":
                self._office.ask_for_probe(lambda: reply(self._probed(ask)))
            case _:
                raise ProtocolError(f"the process of the run asks for {ask.what!r}, which is unknown")

    def rollbacks(self) -> Fault | None:
        return next((fault for fault in self.faults if fault.is_rollbacks), None)

    def _injected(self, event: Event, data: Mapping[str, Any]) -> None:
        fault = next((one for one in self.faults if one.plan.fault_key == data.get("fault_key")), None)
        if fault is None:
            raise ProtocolError("the process of the run tells of a fault that was not recorded")
        fault.is_confirmed = True
        fault.untold = Entry(event.kind, event.text, timezone.now(), data)

    def tell_injected(self) -> None:
        """Write down which faults are in place, in the order of the log. Raises LeaseLostError, DatabaseError."""
        for fault in self.faults:
            if fault.untold is not None:
                self._log.write()
                undoing.note_injected(
                    run_id=self._run.pk, fence=self._fence, record_id=fault.record_id, entry=fault.untold
                )
                fault.untold = None

    def tell_progress(self) -> None:
        """Write down how far taking back has come. Raises LeaseLostError, DatabaseError."""
        changed = [(fault, now) for fault in self.faults if (now := fault.progress()) != fault.told]
        changed = [(fault, now) for fault, now in changed if now.attempts or now.state is not UndoState.RECORDED]
        progress = [now for _, now in changed]
        if progress:
            undoing.note(run_id=self._run.pk, fence=self._fence, progress=progress, now=timezone.now())
        for fault, now in changed:
            fault.told = now

    def _recorded(self, ask: Ask, made: Callable[[], tuple[Plan, Reach, str]]) -> Answer:
        reason = self._why_no_fault()
        if not reason:
            try:
                self._record(*made())
            except undoing.StopAskedError as error:
                reason = str(error)
                self._look_for_stop()
            except (undoing.NotRecordedError, ProtocolError) as error:
                reason = str(error)
            except DatabaseError as error:
                reason = f"the way to take it back could not be written down: {error}"
        return Answer(number=ask.number, is_ok=not reason, value={}, reason=reason)

    def _held(self, ask: Ask) -> Answer:
        reason = self._why_no_fault()
        if not reason:
            try:
                once(lambda: undoing.check_held(run_id=self._run.pk, fence=self._fence))
            except undoing.NotRecordedError as error:
                reason = str(error)
                self._look_for_stop()
            except DatabaseError as error:
                reason = f"it is not known whether the run is still held: {error}"
        return Answer(number=ask.number, is_ok=not reason, value={}, reason=reason)

    def _record(self, plan: Plan, reach: Reach, activity: str) -> None:
        host = self._office.host
        draft = draft_of(plan=plan, reach=reach, activity=activity, host=host, mask=self._mask)
        record = once(lambda: undoing.write(run_id=self._run.pk, fence=self._fence, draft=draft, now=timezone.now()))
        self.faults.append(Fault(record.pk, record.number, activity, plan, reach, host))

    def _plan(self, values: Mapping[str, Any]) -> tuple[Plan, Reach, str]:
        slug, kind, key = str(values["target"]), str(values["kind"]), str(values["fault_key"])
        if slug not in self._parts.targets or self._parts.kinds[slug] != kind:
            raise ProtocolError(f"{slug} is no target of this run for the injector {kind}")
        number = key.removeprefix(f"{self.prefix}-")
        if number == key or not (number.isascii() and number.isdigit()):  # it becomes the name of files
            raise ProtocolError(f"{key[:80]} is no key of a fault of this run")
        seconds = values["expires_after_seconds"]
        plan = Plan(
            kind=kind,
            action=str(values["action"]),
            fault_key=key,
            arguments=values["arguments"],
            undo=values["undo"],
            expires_after=None if seconds is None else timedelta(seconds=float(seconds)),
        )
        return plan, self._parts.targets[slug], str(values["activity"])

    def _rollbacks(self, values: Mapping[str, Any]) -> tuple[Plan, Reach, str]:
        names = [str(name) for name in values.get("names") or []]
        plan = Plan(undoing.ROLLBACKS, "", "", {"names": self._mask(names)}, {}, None)
        return plan, Reach("", {}), "declared rollbacks"

    def rolled_back(self, failed: list[str]) -> None:
        fault = self.rollbacks()
        if fault is None:
            return
        fault.attempts += 1
        if failed:
            fault.error = f"failed: {', '.join(failed[:5])}"
            return
        fault.undone_at = fault.verified_at = timezone.now()
        fault.error, fault.how, fault.state = "", "all of them were done", UndoState.VERIFIED

    def _probed(self, ask: Ask) -> Answer:
        try:
            value = once(
                lambda: value_of(
                    team_id=self._run.team_id,
                    probe=str(ask.arguments.get("probe", "")),
                    arguments=ask.arguments.get("arguments") or {},
                    now=timezone.now(),
                )
            )
        except (NoValueError, DatabaseError) as error:
            return Answer(number=ask.number, is_ok=False, reason=str(error))
        return Answer(number=ask.number, is_ok=True, value=value)
