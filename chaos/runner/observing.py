"""The steady-state hypothesis: every probe at each look, also when one is out already: each has its own record."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chaoslib import substitute
from chaoslib.activity import execute_activity
from chaoslib.hypothesis import within_tolerance

from chaos.runner.work import Work


@dataclass(slots=True)
class Observer:
    """Looks at the hypothesis and tells of each look.

    stop_after: so many looks in a row that are out stop the method; 0: never.
    """

    work: Work
    stop_after: int
    during: list[dict[str, Any]] = field(default_factory=list)
    _out_in_a_row: int = 0
    has_deviated: bool = False

    @property
    def hypothesis(self) -> Mapping[str, Any]:
        return self.work.document.get("steady-state-hypothesis") or {}

    def look(self, phase: str) -> dict[str, Any] | None:
        """The state as the toolkit's journal has it; None without probes."""
        probes = self.hypothesis.get("probes") or []
        if not probes:
            return None
        runs = [self._probe(probe) for probe in probes]
        is_met = all(run["tolerance_met"] for run in runs)
        self.work.conversation.event(
            "hypothesis",
            f"{phase}: {'steady' if is_met else 'not steady'}",
            {"phase": phase, "is_met": is_met, "probes": [_seen(run) for run in runs]},
        )
        return {"steady_state_met": is_met, "probes": runs}

    @contextmanager
    def watching(self, *, every_seconds: float) -> Iterator[None]:
        """Look again and again in the background; 0: not at all."""
        if every_seconds <= 0 or not self.hypothesis.get("probes"):
            yield
            return
        is_over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(every_seconds, is_over), name="hypothesis", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _watch(self, every_seconds: float, is_over: threading.Event) -> None:
        while not is_over.wait(every_seconds) and not self.work.conversation.stop_reason:
            state = self.look("during")
            if state is None:
                return
            self.during.append(state)
            self._out_in_a_row = 0 if state["steady_state_met"] else self._out_in_a_row + 1
            if self.stop_after and self._out_in_a_row >= self.stop_after:
                self.has_deviated, self.work.method_is_over = True, "the hypothesis deviated"
                return

    def _probe(self, probe: Mapping[str, Any]) -> dict[str, Any]:
        run: dict[str, Any] = execute_activity(
            experiment=dict(self.work.document),
            activity=dict(probe),
            configuration=self.work.configuration,
            secrets=self.work.secrets,
            dry=None,
        )
        run["tolerance_met"] = run["status"] == "succeeded" and self._is_within(run)
        return run

    def _is_within(self, run: dict[str, Any]) -> bool:
        tolerance = run["activity"].get("tolerance")
        if isinstance(tolerance, str):
            tolerance = substitute(tolerance, self.work.configuration, self.work.secrets)
            if isinstance(tolerance, Mapping):  # it could be a probe, and what a page answers is no document
                run["exception"] = ["the tolerance is a mapping of the configuration: write it where it is compared"]
                return False
        try:
            met = within_tolerance(
                tolerance, run["output"], configuration=self.work.configuration, secrets=self.work.secrets
            )
        except Exception as error:  # comparing what cannot be compared: the toolkit would end without rollbacks
            run["exception"] = [f"the value cannot be compared with its tolerance: {error}"]
            return False
        return bool(met)


def _seen(run: Mapping[str, Any]) -> dict[str, Any]:
    activity = run["activity"]
    return {
        "name": activity.get("name", ""),
        "weight": activity.get("weight", 1),
        "is_met": run["tolerance_met"],
        "value": run.get("output"),
        "tolerance": activity.get("tolerance"),
        "error": (run.get("exception") or [""])[-1].strip(),
        "seconds": run.get("duration"),
    }
