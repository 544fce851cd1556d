"""One fault as its holder in memory has it: enough to take it back also while the database is away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chaos.injectors.protocol import Plan, Reach
from chaos.runner.masking import Mask
from chaos.runs.domain.states import UndoState
from chaos.runs.models import UndoRecord
from chaos.runs.services.events import Entry
from chaos.runs.services.undoing import ROLLBACKS, Draft, Progress, opened
from reliability.access.services.vault import VaultError


@dataclass(slots=True)
class Fault:
    """record_id: of its UndoRecord. host: of the agent that put it in place. is_confirmed: the injector said that it
    is in place; untold: its words, while they were not written down. problem: why it cannot be taken back at all.
    told: what was last written down of it.
    """

    record_id: int
    number: int
    activity: str
    plan: Plan
    reach: Reach
    host: str
    is_confirmed: bool = False
    untold: Entry | None = None
    problem: str = ""
    state: UndoState = UndoState.RECORDED
    attempts: int = 0
    error: str = ""
    how: str = ""
    undone_at: datetime | None = None
    verified_at: datetime | None = None
    told: Progress | None = field(default=None, repr=False)

    @property
    def is_rollbacks(self) -> bool:
        return self.plan.kind == ROLLBACKS

    @property
    def is_gone(self) -> bool:
        return self.state is UndoState.VERIFIED

    def progress(self) -> Progress:
        return Progress(
            record_id=self.record_id,
            state=self.state,
            attempts=self.attempts,
            error=self.error,
            undone_at=self.undone_at,
            verified_at=self.verified_at,
            how=self.how,
        )


def draft_of(*, plan: Plan, reach: Reach, activity: str, host: str, mask: Mask) -> Draft:
    """What to store: the target as it is now, since somebody may edit it before the fault is taken back."""
    values = {
        "action": plan.action,
        "fault_key": plan.fault_key,
        "arguments": dict(plan.arguments),
        "undo": dict(plan.undo),
        "config": dict(reach.config),
        "host": host,
    }
    shown = mask(values)
    sealed: dict[str, Any] = {}
    if shown != values:
        sealed["values"] = values
    if reach.secrets:
        sealed["secrets"] = dict(reach.secrets)
    return Draft(
        kind=plan.kind,
        activity=activity,
        target=reach.slug,
        values=shown,
        sealed=sealed or None,
        expires_after=plan.expires_after,
    )


def fault_of(*, record: UndoRecord) -> Fault:
    """From the row alone; one whose secrets no key opens says so in `problem`."""
    problem = ""
    sealed: Mapping[str, Any] = {}
    try:
        sealed = opened(record=record)
    except VaultError as error:
        problem = str(error)
    values = {**record.arguments, **sealed.get("values", {})}
    slug = record.target.slug if record.target is not None else ""
    plan = Plan(
        kind=record.kind,
        action=str(values.get("action", "")),
        fault_key=str(values.get("fault_key", "")),
        arguments=values.get("arguments", {}),
        undo=values.get("undo", {}),
        expires_after=None if record.expires_at is None else max(record.expires_at - record.recorded_at, timedelta()),
    )
    fault = Fault(
        record_id=record.pk,
        number=record.number,
        activity=record.activity,
        plan=plan,
        reach=Reach(slug=slug, config=values.get("config", {}), secrets=sealed.get("secrets", {})),
        host=str(values.get("host", "")),
        is_confirmed=record.injected_at is not None,
        problem=problem,
        state=UndoState(record.state),
        attempts=record.attempts,
        error=record.last_error,
        undone_at=record.undone_at,
    )
    fault.told = fault.progress()
    return fault
