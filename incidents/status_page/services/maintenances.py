"""Maintenance: announced, moved, begun, ended, cancelled; by people, or by itself at its times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from incidents.status_page.domain import bounds
from incidents.status_page.domain.filling import left_in
from incidents.status_page.domain.states import ACTIVE, MaintenanceStatus
from incidents.status_page.facts import MAINTENANCE_PLANNED
from incidents.status_page.models import Component, Maintenance, StatusPage
from incidents.status_page.services import effects, states
from incidents.status_page.services.due_kinds import MAINTENANCE
from incidents.status_page.services.holding import changed, check_revision, check_texts, held, tell
from incidents.status_page.services.updates import UpdateDraft, write_of_maintenance
from reliability.access.domain.caller import SYSTEM, Caller, Role
from reliability.access.services.audit import changes_between
from reliability.kit.instants import InstantError, format_instant, require_bounded
from reliability.outbox.services import due
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict, NotFound

_MOST = {"title": bounds.TITLE_MAX}
_NEEDED = {"title": "say what is done as users would, such as Faster search index"}
_FOLLOWS = {
    MaintenanceStatus.SCHEDULED: {MaintenanceStatus.IN_PROGRESS, MaintenanceStatus.COMPLETED},
    MaintenanceStatus.IN_PROGRESS: {MaintenanceStatus.VERIFYING, MaintenanceStatus.COMPLETED},
    MaintenanceStatus.VERIFYING: {MaintenanceStatus.IN_PROGRESS, MaintenanceStatus.COMPLETED},
    MaintenanceStatus.COMPLETED: set(),
}
_BEGUN = "The maintenance has begun."
_DONE = "The maintenance is completed."


@dataclass(frozen=True, slots=True)
class MaintenanceDraft:
    """What is announced. excludes_budget, silences_alerts: for the objectives and services of its components."""

    title: str
    starts_at: datetime
    ends_at: datetime
    component_ids: tuple[int, ...] = ()
    is_automatic: bool = True
    excludes_budget: bool = False
    silences_alerts: bool = False


def plan(
    *, caller: Caller, page_id: int, draft: MaintenanceDraft, body: str, is_told: bool = True, now: datetime
) -> Maintenance:
    """Announce it. Responders; the role that exclusions and silences need is asked by their rooms.

    Raises NotFound, Forbidden, Invalid by field, Conflict.
    """
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        values, components = _checked(page, draft, now)
        planned = page.maintenances.exclude(status=MaintenanceStatus.COMPLETED.value).count()
        if planned >= bounds.PLANNED_MAX:
            raise Conflict(f"{bounds.PLANNED_MAX} are planned already: cancel some", reason="too_many")
        row = Maintenance.objects.create(
            page=page, created_at=now, created_by_name=caller.name[:160], updated_at=now, **values
        )
        row.components.set(components)
        new = _plain(values) | {"components": [one.name for one in components]}
        tell(
            caller=caller,
            page=page,
            action="status_maintenance.plan",
            name=row.title,
            now=now,
            changes=changes_between(old={}, new=new),
        )
        effects.sync(caller=caller, maintenance=row, now=now)
        said = UpdateDraft(status=MaintenanceStatus.SCHEDULED.value, body=body, is_told=is_told)
        write_of_maintenance(caller=caller, page=page, maintenance=row, draft=said, now=now)
        if is_told:
            _tell_others(page, row, components, body, now)
        _wake(row)
    return row


def edit(
    *,
    caller: Caller,
    page_id: int,
    maintenance: str,
    draft: MaintenanceDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Maintenance:
    """Change or move it; under way, its start stays. What it made elsewhere moves with it. Say so in an update.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = maintenance_of(page=page, code=maintenance)
        check_revision(stored=row.revision, expected=expected_revision)
        if row.status == MaintenanceStatus.COMPLETED:
            raise Conflict("it is over: what was announced stays as it was", reason="wrong_state")
        values, components = _checked(page, draft, now)
        if row.began_at is not None and values["starts_at"] != row.starts_at:
            raise Conflict("it has begun: its start stays as it was announced", reason="wrong_state")
        former = list(row.components.order_by("position", "pk").values_list("name", flat=True))
        old = _plain({name: getattr(row, name) for name in values}) | {"components": former}
        new = _plain(values) | {"components": [one.name for one in components]}
        changes = changes_between(old=old, new=new)
        if not changes:
            return row
        for name, value in values.items():
            setattr(row, name, value)
        row.revision, row.updated_at = row.revision + 1, now
        row.save(update_fields=(*values, "revision", "updated_at"))
        row.components.set(components)
        tell(caller=caller, page=page, action="status_maintenance.edit", name=row.title, now=now, changes=changes)
        effects.sync(caller=caller, maintenance=row, now=now)
        states.apply(page=page, now=now)
        changed(page=page, now=now)
        _wake(row)
    return row


def say(
    *,
    caller: Caller,
    page_id: int,
    maintenance: str,
    draft: UpdateDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Maintenance:
    """An update, which may begin or end it. Responders. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = maintenance_of(page=page, code=maintenance)
        check_revision(stored=row.revision, expected=expected_revision)
        _move(caller, page, row, draft, now)
    return row


def cancel(
    *, caller: Caller, page_id: int, maintenance: str, body: str, is_told: bool = True, now: datetime
) -> Maintenance:
    """It does not take place, or stops: exclusions and silences are taken back. Responders.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = maintenance_of(page=page, code=maintenance)
        if row.status == MaintenanceStatus.COMPLETED:
            raise Conflict("it is over already: there is nothing left to cancel", reason="wrong_state")
        row.cancelled_at = row.cancelled_at or now
        draft = UpdateDraft(status=MaintenanceStatus.COMPLETED.value, body=body, is_told=is_told)
        _move(caller, page, row, draft, now)
    return row


def tick(*, maintenance_id: int, now: datetime) -> datetime | None:
    """Due work: begin or end it when its time has come. Returns when to look again."""
    found = Maintenance.objects.filter(pk=maintenance_id).values_list("page_id", flat=True).first()
    if found is None:
        return None
    with transaction.atomic():
        page = StatusPage.objects.select_for_update(of=("self",)).get(pk=found)
        row = Maintenance.objects.filter(pk=maintenance_id).first()
        if row is None or not row.is_automatic:
            return None
        if row.status == MaintenanceStatus.SCHEDULED and row.starts_at <= now:
            _move(SYSTEM, page, row, UpdateDraft(MaintenanceStatus.IN_PROGRESS.value, _BEGUN), now)
        if row.status in ACTIVE and row.ends_at <= now:
            _move(SYSTEM, page, row, UpdateDraft(MaintenanceStatus.COMPLETED.value, _DONE), now)
        return _next(row)


def maintenance_of(*, page: StatusPage, code: str) -> Maintenance:
    """Raises NotFound for one of another page."""
    row = page.maintenances.filter(code=code[:16]).first()
    if row is None:
        raise NotFound("there is no such maintenance on this page")
    return row


def draft_of(*, maintenance: Maintenance) -> MaintenanceDraft:
    return MaintenanceDraft(
        title=maintenance.title,
        starts_at=maintenance.starts_at,
        ends_at=maintenance.ends_at,
        component_ids=tuple(maintenance.components.order_by("pk").values_list("pk", flat=True)),
        is_automatic=maintenance.is_automatic,
        excludes_budget=maintenance.excludes_budget,
        silences_alerts=maintenance.silences_alerts,
    )


def _move(caller: Caller, page: StatusPage, row: Maintenance, draft: UpdateDraft, now: datetime) -> None:
    """The update, and what it means: components, exclusions, silences and due rows follow."""
    before = MaintenanceStatus(row.status)
    after = MaintenanceStatus(draft.status) if draft.status in list(MaintenanceStatus) else before
    if after is not before and after not in _FOLLOWS[before]:
        raise Conflict(f"it is {before.words.lower()}: it cannot become {after.words.lower()}", reason="wrong_state")
    row.status = after.value
    if after in ACTIVE and row.began_at is None:
        row.began_at = now
    if after is MaintenanceStatus.COMPLETED and row.completed_at is None:
        row.completed_at = now
        if row.cancelled_at is None and row.began_at is None:
            row.cancelled_at = now  # completed without having begun: it did not take place
        # Ended by itself a moment after its time: what it made ends as announced.
        if row.is_automatic and caller is SYSTEM:
            row.completed_at = max(row.ends_at, row.began_at or row.ends_at)
    row.revision, row.updated_at = row.revision + 1, now
    row.save(update_fields=("status", "began_at", "completed_at", "cancelled_at", "revision", "updated_at"))
    effects.sync(caller=caller, maintenance=row, now=now)
    write_of_maintenance(caller=caller, page=page, maintenance=row, draft=draft, now=now)
    _wake(row)


def _tell_others(page: StatusPage, row: Maintenance, components: list[Component], body: str, now: datetime) -> None:
    """The fact MaintenancePlanned, for rooms that tell people in words of their own."""
    payload = {
        "team_id": page.team_id,
        "maintenance_id": row.pk,
        "title": row.title,
        "summary": body[:2_000],
        "starts_at": format_instant(row.starts_at),
        "service_ids": sorted({one.service_id for one in components if one.service_id is not None}),
    }
    emit(kind=MAINTENANCE_PLANNED, payload=payload, team_id=page.team_id, now=now)


def _wake(row: Maintenance) -> None:
    at = _next(row)
    if at is None:
        due.cancel(kind=MAINTENANCE, key=row.pk)
    else:
        due.schedule(kind=MAINTENANCE, key=row.pk, due_at=at, reschedule=True)


def _next(row: Maintenance) -> datetime | None:
    if not row.is_automatic or row.status == MaintenanceStatus.COMPLETED:
        return None
    return row.starts_at if row.status == MaintenanceStatus.SCHEDULED else row.ends_at


def _checked(page: StatusPage, draft: MaintenanceDraft, now: datetime) -> tuple[dict[str, Any], list[Component]]:
    others: list[dict[str, str]] = []
    for name in ("starts_at", "ends_at"):
        try:
            require_bounded(getattr(draft, name))
        except InstantError as error:
            others.append({"field": name, "message": str(error)})
    if draft.ends_at <= draft.starts_at:
        others.append({"field": "ends_at", "message": "must be later than the start"})
    elif draft.ends_at - draft.starts_at > timedelta(days=bounds.MAINTENANCE_DAYS_MAX):
        others.append(
            {"field": "ends_at", "message": f"must be at most {bounds.MAINTENANCE_DAYS_MAX} days after the start"}
        )
    elif draft.ends_at <= now:
        others.append({"field": "ends_at", "message": "must be in the future: what is over is not announced"})
    if draft.starts_at > now + timedelta(days=bounds.AHEAD_DAYS_MAX):
        others.append({"field": "starts_at", "message": f"must be within {bounds.AHEAD_DAYS_MAX} days"})
    if blanks := left_in(draft.title):
        others.append({"field": "title", "message": f"still holds {{{blanks[0]}}}: write what stands there"})
    components = list(page.components.filter(pk__in=draft.component_ids, removed_at=None).order_by("position", "pk"))
    if len(components) != len(set(draft.component_ids)):
        others.append({"field": "components", "message": "one of them is not on this page (any more)"})
    if (draft.excludes_budget or draft.silences_alerts) and not components:
        others.append({"field": "components", "message": "name what is excluded or silenced"})
    check_texts(texts={"title": draft.title}, most=_MOST, needed=_NEEDED, others=others)
    values = {
        "title": draft.title.strip(),
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "is_automatic": draft.is_automatic,
        "excludes_budget": draft.excludes_budget,
        "silences_alerts": draft.silences_alerts,
    }
    return values, components


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: format_instant(one) if isinstance(one, datetime) else one for name, one in values.items()}
