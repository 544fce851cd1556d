"""All that the public may see of a page, as values: JSON, feeds, badge and HTML are made of these, never of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from incidents.status_page.domain.days import DayView, Uptime, uptime_of
from incidents.status_page.domain.states import (
    ACTIVE,
    UNRESOLVED,
    ComponentState,
    Impact,
    IncidentStatus,
    MaintenanceStatus,
)


@dataclass(frozen=True, slots=True)
class PageView:
    """root: absolute address of the page without a slash at its end."""

    code: str
    title: str
    description: str
    support_url: str
    zone: str
    root: str
    changed_at: datetime
    is_public: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    code: str
    name: str
    description: str
    position: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class ComponentView:
    """is_stale: its objectives have no fresh data, so the state is the last that was known, at `measured_at`."""

    code: str
    name: str
    description: str
    group_code: str | None
    position: int
    state: ComponentState
    is_stale: bool
    measured_at: datetime | None
    show_uptime: bool
    started_on: date | None
    created_at: datetime
    updated_at: datetime
    days: tuple[DayView, ...] = ()

    @cached_property
    def uptime(self) -> Uptime:
        return uptime_of(self.days)


@dataclass(frozen=True, slots=True)
class Affected:
    code: str
    name: str
    before: ComponentState
    state: ComponentState


@dataclass(frozen=True, slots=True)
class UpdateView:
    code: str
    status: str
    body: str
    at: datetime
    created_at: datetime
    updated_at: datetime
    is_edited: bool
    is_told: bool
    affected: tuple[Affected, ...] = ()

    @property
    def words(self) -> str:
        return self.status.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class IncidentView:
    """updates: newest first. components: codes of all that any update named."""

    code: str
    title: str
    impact: Impact
    status: IncidentStatus
    started_at: datetime
    monitoring_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    updated_at: datetime
    components: tuple[str, ...] = ()
    updates: tuple[UpdateView, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.status in UNRESOLVED

    @property
    def path(self) -> str:
        return f"incidents/{self.code}"


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    code: str
    title: str
    status: MaintenanceStatus
    starts_at: datetime
    ends_at: datetime
    completed_at: datetime | None
    is_cancelled: bool
    created_at: datetime
    updated_at: datetime
    components: tuple[str, ...] = ()
    updates: tuple[UpdateView, ...] = ()

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_upcoming(self) -> bool:
        return self.status is MaintenanceStatus.SCHEDULED

    @property
    def words(self) -> str:
        return "Cancelled" if self.is_cancelled else self.status.words

    @property
    def path(self) -> str:
        return f"maintenances/{self.code}"


@dataclass(frozen=True)
class Content:
    """One page. components include removed ones that incidents name, in `gone`."""

    page: PageView
    groups: tuple[GroupView, ...] = ()
    components: tuple[ComponentView, ...] = ()
    incidents: tuple[IncidentView, ...] = ()
    maintenances: tuple[MaintenanceView, ...] = ()
    gone: dict[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, str]:
        """Of components by code, removed ones included."""
        return {**self.gone, **{one.code: one.name for one in self.components}}

    def names_of(self, codes: Sequence[str]) -> list[str]:
        return [self.names[code] for code in codes if code in self.names]

    @property
    def open_incidents(self) -> list[IncidentView]:
        return [one for one in self.incidents if one.is_open]

    @property
    def active_maintenances(self) -> list[MaintenanceView]:
        return [one for one in self.maintenances if one.is_active]

    @property
    def upcoming_maintenances(self) -> list[MaintenanceView]:
        """Soonest first."""
        return sorted((one for one in self.maintenances if one.is_upcoming), key=lambda one: (one.starts_at, one.code))
