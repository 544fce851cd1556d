"""Which experiments of a period held, and which deviated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from chaos.runs.domain.states import Mode, State, Verdict
from chaos.runs.models import Run
from chaos.runs.selectors.runs import RunFilters, list_runs
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period

DEVIATED_SHOWN = 8


@dataclass(frozen=True, slots=True)
class RunsRead:
    """Real runs that ended in the period. deviated: the newest of them, a few, with the experiment."""

    by_verdict: dict[Verdict, int]
    before: dict[Verdict, int]
    deviated: list[Run]

    @property
    def total(self) -> int:
        return sum(self.by_verdict.values())


def runs_read(*, caller: Caller, period: Period, before: Period, team_slug: str, service_name: str) -> RunsRead:
    """Two queries."""
    filters = RunFilters(team_slug=team_slug, service_name=service_name, states=(State.ENDED,), mode=Mode.REAL)
    found = list_runs(caller=caller, filters=filters).filter(ended_at__gte=before.start, ended_at__lt=period.end)
    now: Counter[str] = Counter()
    past: Counter[str] = Counter()
    for verdict, ended_at in found.select_related(None).defer(None).order_by().values_list("verdict", "ended_at"):
        (now if ended_at is not None and ended_at >= period.start else past)[verdict] += 1
    deviated = found.filter(ended_at__gte=period.start, verdict=Verdict.DEVIATED)
    return RunsRead(
        by_verdict={verdict: now[verdict.value] for verdict in Verdict},
        before={verdict: past[verdict.value] for verdict in Verdict},
        deviated=list(deviated.order_by("-ended_at", "-pk")[:DEVIATED_SHOWN]),
    )
