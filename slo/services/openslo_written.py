"""What one application of documents has looked up and written so far, and what is left to do for all of it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from reliability.access.domain.caller import Caller
from reliability.catalog.selectors import services as catalog
from reliability.kit.problems import Problem
from reliability.telemetry.selectors import sources
from slo.domain.openslo.desired import Kind
from slo.models import OpenSloDocument, Slo
from slo.selectors import slis
from slo.services import evaluations, schedules

_EVALUATED_TOGETHER = 500


class References:
    """The ids that names stand for, each looked up once. Raises NotFound for what the caller may not see."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._ids: dict[tuple[Kind, str], int] = {}

    def source_id(self, name: str) -> int:
        return self._id(Kind.DATA_SOURCE, name, lambda: sources.source(caller=self._caller, name=name).pk)

    def service_id(self, name: str) -> int:
        return self._id(Kind.SERVICE, name, lambda: catalog.service(caller=self._caller, name=name).pk)

    def sli_id(self, name: str) -> int:
        return self._id(Kind.SLI, name, lambda: slis.get_sli(caller=self._caller, name=name).pk)

    def note_sli(self, name: str, pk: int) -> None:
        """An SLI that was written just now."""
        self._ids[Kind.SLI, name] = pk

    def _id(self, kind: Kind, name: str, look_up: Callable[[], int]) -> int:
        if (kind, name) not in self._ids:
            self._ids[kind, name] = look_up()
        return self._ids[kind, name]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object. document: to be kept beside it; slo: to be judged again."""

    document: OpenSloDocument | None = None
    slo: Slo | None = None


@dataclass(slots=True)
class Written:
    """All that was written, in the transaction that writes it, and what was refused."""

    problems: list[Problem] = field(default_factory=list)
    documents: list[OpenSloDocument] = field(default_factory=list)
    slos: list[Slo] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.documents += [outcome.document] if outcome.document else []
        self.slos += [outcome.slo] if outcome.slo else []

    def finish(self, now: datetime) -> None:
        """Keep the documents, and ask for the teams' evaluation: what `evaluate` may miss is judged soon."""
        OpenSloDocument.objects.bulk_create(
            self.documents,
            update_conflicts=True,
            unique_fields=["kind", "name"],
            update_fields=["team", "document", "updated_at"],
        )
        for team_id in sorted({slo.team_id for slo in self.slos}):
            schedules.evaluate(team_id=team_id, now=now)

    def evaluate(self, now: datetime) -> None:
        """Judge the objectives, after the commit: nobody waits for the database meanwhile."""
        ids = [slo.pk for slo in self.slos]
        for first in range(0, len(ids), _EVALUATED_TOGETHER):
            evaluations.evaluate(slo_ids=ids[first : first + _EVALUATED_TOGETHER], now=now)
