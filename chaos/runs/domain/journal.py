"""A journal in the Chaos Toolkit's format for a run whose process did not live to write one: from its log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chaos.runs.domain.looks import AFTER, BEFORE, DURING, Look, number_of


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
    version: str,
    node: str,
    began_at: datetime,
    ended_at: datetime,
) -> dict[str, Any]:
    """version: of the toolkit; node: where the run was. What was never seen is null.

    status is "interrupted", as the toolkit calls a run that was cut off.
    """
    known = {str(one.get("name", "")): dict(one) for one in _activities(document)}
    return {
        "chaoslib-version": version,
        "platform": "",
        "node": node,
        "experiment": dict(document),
        "start": began_at.isoformat(),
        "status": "interrupted",
        "deviated": has_deviated,
        "steady_states": {
            "before": next((_state(one, known) for one in looks if one.phase == BEFORE), None),
            "after": next((_state(one, known) for one in reversed(looks) if one.phase == AFTER), None),
            "during": [_state(one, known) for one in looks if one.phase == DURING],
        },
        "run": [_run(one, known) for one in done if one.section == "method"],
        "rollbacks": [_run(one, known) for one in done if one.section == "rollbacks"],
        "end": ended_at.isoformat(),
        "duration": (ended_at - began_at).total_seconds(),
    }


def _activities(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    hypothesis = document.get("steady-state-hypothesis") or {}
    for section in (hypothesis.get("probes"), document.get("method"), document.get("rollbacks")):
        yield from (one for one in section or () if isinstance(one, Mapping))


def _state(look: Look, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "steady_state_met": look.is_met,
        "probes": [
            {
                "activity": {**known.get(one.name, {}), "type": "probe", "name": one.name, "tolerance": one.tolerance},
                "start": look.at.isoformat(),
                "end": look.at.isoformat(),
                "duration": None,
                "output": one.value,
                "status": "failed" if one.error else "succeeded",
                "tolerance_met": one.is_met,
            }
            for one in look.probes
        ],
    }


def _run(done: Done, known: Mapping[str, Any]) -> dict[str, Any]:
    seconds = number_of(done.data.get("seconds"))
    return {
        "activity": {**known.get(done.name, {}), "type": done.data.get("type", ""), "name": done.name},
        "start": (done.at - timedelta(seconds=seconds or 0.0)).isoformat(),
        "output": done.data.get("output"),
        "status": done.data.get("status", ""),
        "duration": seconds,
        "end": done.at.isoformat(),
    }
