"""The journal of a run in the Chaos Toolkit's format, so that its reports and tools read ours."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chaoslib import __version__


class Journal:
    """Filled as the run goes; `finished` gives it as the toolkit would have written it.

    status: completed, failed (not steady at the beginning, or a probe broke), aborted or interrupted. Our own verdict
    is another thing: the toolkit calls a run completed whose actions failed.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._began_at = datetime.now(UTC)
        self.status = "completed"
        self.has_deviated = False
        self.before: Mapping[str, Any] | None = None
        self.after: Mapping[str, Any] | None = None
        self.during: list[Mapping[str, Any]] = []
        self.runs: list[Mapping[str, Any]] = []
        self.rollbacks: list[Mapping[str, Any]] = []
        self._document = document

    def finished(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "chaoslib-version": __version__,
            "platform": platform.platform(),
            "node": platform.node(),
            "experiment": dict(self._document),
            "start": self._began_at.isoformat(),
            "status": self.status,
            "deviated": self.has_deviated,
            "steady_states": {"before": self.before, "after": self.after, "during": self.during},
            "run": self.runs,
            "rollbacks": self.rollbacks,
            "end": now.isoformat(),
            "duration": (now - self._began_at).total_seconds(),
        }
