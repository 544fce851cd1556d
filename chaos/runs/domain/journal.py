"""A journal in the Chaos Toolkit's format for a run whose process did not live to write one: from its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chaos.runs.domain.looks import AFTER, BEFORE, DURING, Look


@dataclass(frozen=True, slots=True)
class Done:
    """An activity that ended, as the log has it."""

    at: datetime
    data: Mapping[str, Any]

    @property
    def section(self) -> str:
        return str(self.data.get("section", ""))

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def has_failed(self) -> bool:
        return self.data.get("type") == "action" and self.data.get("status") != "succeeded"


def journal_of(
    *,
    document: Mapping[str, Any],
    looks: Sequence[Look],
    done: Sequence[Done],
    has_deviated: bool,
    began_at: datetime,
    ended_at: datetime,
) -> dict[str, Any]:
    """status is "interrupted", as the toolkit calls a run that was cut off. What was never seen is null."""
    return {
        "experiment": dict(document),
        "start": began_at.isoformat(),
        "status": "interrupted",
        "deviated": has_deviated,
        "steady_states": {
            "before": next((_state(one) for one in looks if one.phase == BEFORE), None),
            "after": next((_state(one) for one in reversed(looks) if one.phase == AFTER), None),
            "during": [_state(one) for one in looks if one.phase == DURING],
        },
        "run": [_run(one) for one in done if one.section == "method"],
        "rollbacks": [_run(one) for one in done if one.section == "rollbacks"],
        "end": ended_at.isoformat(),
        "duration": (ended_at - began_at).total_seconds(),
    }


def _state(look: Look) -> dict[str, Any]:
    return {
        "steady_state_met": look.is_met,
        "probes": [
            {
                "activity": {"type": "probe", "name": one.name, "tolerance": one.tolerance},
                "output": one.value,
                "status": "failed" if one.error else "succeeded",
                "tolerance_met": one.is_met,
            }
            for one in look.probes
        ],
    }


def _run(done: Done) -> dict[str, Any]:
    return {
        "activity": {"type": done.data.get("type", ""), "name": done.name},
        "output": done.data.get("output"),
        "status": done.data.get("status", ""),
        "duration": done.data.get("seconds"),
        "end": done.at.isoformat(),
    }
