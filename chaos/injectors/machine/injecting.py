"""The order in which every fault on this machine is put in place and taken back.

One holder at a time; noted before it is done; a guardian before the fault; and a fault that was taken back is not put
in place any more, however late its injection comes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

from chaos.injectors import guardian
from chaos.injectors.machine import notes
from chaos.injectors.machine.notes import Note
from chaos.injectors.protocol import Action, Argument, Get, InjectorError, Json, Plan, Reach, Verification
from chaos.injectors.schema import check_arguments, check_fields, problems_of_fields

DURATION = Argument(
    name="duration",
    kind="seconds",
    help="after so many seconds it is taken back, even if nothing of the platform runs any more",
    default=60,
    least=1,
    most=3600,
)


class MachineInjector(ABC):
    """An injector that works on its own machine. Each says what it puts in place, how that is taken and seen."""

    kind: ClassVar[str]
    title: ClassVar[str]
    target_fields: ClassVar[Sequence[Argument]]
    actions: ClassVar[Mapping[str, Action]]
    is_local: ClassVar[bool] = True

    @abstractmethod
    def works_here(self) -> str:
        """Blank, or what this machine lacks."""

    @abstractmethod
    def put(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> dict[str, Any]:
        """Put it in place, noting first what taking it back needs. Returns what to log. Raises InjectorError."""

    @abstractmethod
    def take(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> None:
        """Take it back, from what is noted and the key; also after a `put` cut off anywhere. Raises InjectorError."""

    @abstractmethod
    def look(self, *, noted: Json, plan: Plan, config: Mapping[str, Any]) -> Verification:
        """Whether it is gone, seen at the thing itself. Raises InjectorError when it cannot be seen."""

    @abstractmethod
    def seen(self, config: Mapping[str, Any]) -> list[str]:
        """What is there of the target now, in words; changes nothing. Raises InjectorError when no fault could be."""

    def look_at_target(self, *, reach: Reach, get: Get) -> list[str]:
        lacking = self.works_here()
        if lacking:
            raise InjectorError(lacking)
        return self.seen(check_fields(self.target_fields, reach.config))

    def problems_of_target(self, config: Json) -> list[str]:
        return problems_of_fields(self.target_fields, config)

    def undo_of(self, *, action: str, fault_key: str, arguments: Json, config: Json) -> dict[str, Any]:
        """What the undo needs besides the key and the target. Raises InjectorError naming what to change."""
        return {}

    def expires_after(self, *, action: str, arguments: Json, config: Json) -> timedelta | None:
        return timedelta(seconds=float(arguments["duration"]))

    def plan(self, *, action: str, fault_key: str, reach: Reach, arguments: Json) -> Plan:
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise InjectorError(f"{self.kind} has no action {action!r}: it has {known}", is_permanent=True)
        notes.check_key(fault_key)
        problems = self.problems_of_target(reach.config)
        if problems:
            raise InjectorError(f"the target {reach.slug}: {problems[0]}", is_permanent=True)
        config = check_fields(self.target_fields, reach.config)
        checked = check_arguments(self.actions[action], arguments)
        return Plan(
            kind=self.kind,
            action=action,
            fault_key=fault_key,
            arguments=checked,
            undo=self.undo_of(action=action, fault_key=fault_key, arguments=checked, config=config),
            expires_after=self.expires_after(action=action, arguments=checked, config=config),
        )

    def inject(self, *, plan: Plan, reach: Reach) -> Json:
        config = check_fields(self.target_fields, reach.config)
        notes.sweep()
        with notes.held(plan.fault_key) as note:
            lacking = self.works_here()
            if lacking:  # what could not be done need not be taken back, which this machine could not do either
                note.end(was_refused=True)
                raise InjectorError(lacking, is_permanent=True)
            if note.is_undone:
                raise InjectorError("it was taken back before it was put in place", is_permanent=True)
            if "said" in note.values:
                return dict(note.values["said"])
            if note.values:
                raise InjectorError("it was begun and cut off: take it back first", is_permanent=True)
            note.write(has_begun=True)
            try:
                guardian.start(plan=plan, reach=reach)
                said = self.put(note=note, plan=plan, config=config)
                note.write(said=said)
            except BaseException:
                with suppress(InjectorError):  # else the caller's undo and the guardian try again
                    self._take(note=note, plan=plan, config=config)
                raise
            return said

    def undo(self, *, plan: Plan, reach: Reach) -> None:
        with notes.held(plan.fault_key) as note:
            if not note.values.get("was_refused"):
                self._take(note=note, plan=plan, config=check_fields(self.target_fields, reach.config))

    def verify(self, *, plan: Plan, reach: Reach) -> Verification:
        config = check_fields(self.target_fields, reach.config)
        noted = notes.noted(plan.fault_key)
        if noted.get("was_refused"):
            return Verification(is_gone=True, how="it was never put in place: this machine cannot")
        return self.look(noted=noted, plan=plan, config=config)

    def _take(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> None:
        self.take(note=note, plan=plan, config=config)
        note.end()
        guardian.dismiss(plan.fault_key)
