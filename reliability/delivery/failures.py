"""Which deployments broke production, as rooms above know it: each registers a source at start-up.

    register_failures("incidents", FailureSource(named=deployments_of_incidents, unlinked=incidents_without_link))

Rollbacks and hotfixes need no source: they follow from the deployments themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reliability.access.domain.caller import Caller
from reliability.delivery.domain.dora import Failure
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that names the deployment as what broke production.

    restored_at: when users had their service back; None: not yet. title, url: blank when the caller may not read it.
    is_inferred: found by the platform, said by nobody. why: what it did, in words, blank for an incident.
    """

    deployment_id: int
    restored_at: datetime | None
    title: str
    url: str
    is_inferred: bool = False
    why: str = ""

    @property
    def failure(self) -> Failure:
        return Failure(self.deployment_id, self.restored_at)


class Named(Protocol):
    """What names deployments that finished in the period. deployment_ids: only these; None: any."""

    def __call__(
        self, *, caller: Caller, period: Period, deployment_ids: Collection[int] | None
    ) -> Iterable[Cause]: ...


class Unlinked(Protocol):
    """How many failures of these services began in the period and name no deployment. service_ids None: any the
    caller may read."""

    def __call__(self, *, caller: Caller, period: Period, service_ids: Collection[int] | None) -> int: ...


@dataclass(frozen=True, slots=True)
class Note:
    """What a source has to say of the figures. count: of deployments, or of whatever the title names."""

    slug: str
    title: str
    count: int
    effect: str


class Notes(Protocol):
    """Lines for "What the data leaves unsaid". team_slug: of this team only; blank: of all that the caller may read."""

    def __call__(self, *, caller: Caller, period: Period, team_slug: str) -> Iterable[Note]: ...


@dataclass(frozen=True, slots=True)
class FailureSource:
    named: Named
    unlinked: Unlinked | None = None
    notes: Notes | None = None


_SOURCES: dict[str, FailureSource] = {}


def register_failures(name: str, source: FailureSource) -> None:
    """Add a source. Raises ValueError when another has the name."""
    if _SOURCES.setdefault(name, source) != source:
        raise ValueError(f"there is a source of failures {name!r} already: choose another name")


def causes(*, caller: Caller, period: Period, deployment_ids: Collection[int] | None = None) -> list[Cause]:
    """Of all sources."""
    return _all(lambda source: source.named(caller=caller, period=period, deployment_ids=deployment_ids))


def unlinked_failures(*, caller: Caller, period: Period, service_ids: Collection[int] | None) -> int:
    """Of all sources: failures that might belong to a deployment, but name none."""
    return sum(
        source.unlinked(caller=caller, period=period, service_ids=service_ids)
        for source in _SOURCES.values()
        if source.unlinked is not None
    )


def notes(*, caller: Caller, period: Period, team_slug: str) -> list[Note]:
    """Of all sources, in the order of their names."""
    told = [_SOURCES[name].notes for name in sorted(_SOURCES)]
    return [note for tell in told if tell for note in tell(caller=caller, period=period, team_slug=team_slug)]


def _all(ask: Callable[[FailureSource], Iterable[Cause]]) -> list[Cause]:
    return [cause for name in sorted(_SOURCES) for cause in ask(_SOURCES[name])]
