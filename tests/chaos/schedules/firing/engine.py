"""The real engine of due work on a clock that a test moves: ticks claim rows, handlers do them, workers may die."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from chaos.runs.domain.states import OPEN, State, Verdict
from chaos.runs.models import Run
from chaos.schedules.services.firing import FIRE
from reliability.outbox.models import Due
from reliability.outbox.registry import registration_of
from reliability.outbox.services import runs
from reliability.outbox.services.claims import Claim
from reliability.outbox.services.tick import tick


@dataclass
class Engine:
    """ends_runs: as if an agent did every run at once."""

    now: datetime
    ends_runs: bool = True

    def play(self, *, until: datetime) -> None:
        """A worker is there and does each row as it becomes due, up to *until*, which is not reached."""
        self.work()
        while (at := self._next_due()) is not None and at < until:
            self.now = max(self.now, at)
            self.work()
        self.now = until

    def work(self) -> None:
        """Everything that is due now."""
        while tick(now=self.now, hand_over=self._run):
            self._end_runs()

    def die_before(self) -> None:
        """Workers take up what is due, and are killed before they do it."""
        tick(now=self.now, hand_over=lambda claim: None)

    def die_after(self) -> None:
        """Workers do what is due, and are killed before they can say so."""
        tick(now=self.now, hand_over=self._handle)
        self._end_runs()

    def _run(self, claim: Claim) -> None:
        runs.run(due_id=claim.due_id, token=claim.token, owner="worker", clock=lambda: self.now)

    def _handle(self, claim: Claim) -> None:
        registration = registration_of(claim.kind)
        assert registration is not None
        registration.run(key=claim.key, payload={}, now=self.now)

    def _next_due(self) -> datetime | None:
        return Due.objects.filter(kind=FIRE).order_by("due_at").values_list("due_at", flat=True).first()

    def _end_runs(self) -> None:
        if self.ends_runs:
            ended = {"state": State.ENDED, "verdict": Verdict.HELD, "ended_at": timezone.now()}
            Run.objects.filter(state__in=OPEN).update(**ended)
