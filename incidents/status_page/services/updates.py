"""Updates: what the public is told, published and edited. Edits keep what was said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from incidents.status_page.domain import bounds
from incidents.status_page.domain.filling import left_in
from incidents.status_page.domain.states import (
    SAYABLE,
    UNRESOLVED,
    ComponentState,
    IncidentStatus,
    MaintenanceStatus,
)
from incidents.status_page.facts import UPDATE_EDITED, UPDATE_PUBLISHED
from incidents.status_page.models import (
    Component,
    Maintenance,
    PublicIncident,
    StatusPage,
    Update,
    UpdateComponent,
    UpdateEdit,
)
from incidents.status_page.services import states
from incidents.status_page.services.holding import changed, check_revision, check_texts, held, tell
from reliability.access.domain.caller import Caller, Role
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict, NotFound

_MOST = {"body": bounds.BODY_MAX}
_NEEDED = {"body": "say it in words that your users would use: what they notice, and when you tell more"}


@dataclass(frozen=True, slots=True)
class UpdateDraft:
    """One message. components: by id, what it says of each. at: when it was said, now by default, never to come."""

    status: str
    body: str
    components: Mapping[int, ComponentState] = field(default_factory=dict)
    at: datetime | None = None
    is_told: bool = True


def publish(
    *,
    caller: Caller,
    page_id: int,
    incident: str,
    draft: UpdateDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Update:
    """Tell more of the public incident with this code. Responders of the team.

    Resolved: whatever it said of components is over. Raises NotFound, Forbidden, Invalid by field, Conflict.
    """
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = incident_of(page=page, code=incident)
        check_revision(stored=row.revision, expected=expected_revision)
        return write(caller=caller, page=page, incident=row, draft=draft, now=now)


def write(*, caller: Caller, page: StatusPage, incident: PublicIncident, draft: UpdateDraft, now: datetime) -> Update:
    """The update of *incident*, in the transaction that locks *page*; the incident's own fields follow it."""
    at = draft.at or now
    components = _checked(page, draft, now, statuses=[one.value for one in IncidentStatus])
    if incident.updates.count() >= bounds.UPDATES_MAX:
        raise Conflict(f"it has {bounds.UPDATES_MAX} updates: open another incident", reason="too_many")
    said = dict(draft.components)
    if draft.status not in UNRESOLVED:
        over = _said_before(incident)
        said = dict.fromkeys(over, ComponentState.OPERATIONAL) | said
        components = {**over, **components}
    update = _insert(caller, page, draft, components=components, said=said, at=at, now=now, incident=incident)
    newest = incident.updates.order_by("-at", "-pk").first()
    if newest is not None and newest.pk == update.pk:
        _follow(incident, IncidentStatus(draft.status), at=at)
    incident.revision += 1
    incident.updated_at = max(incident.updated_at, now)
    incident.save(update_fields=("status", "monitoring_at", "resolved_at", "revision", "updated_at"))
    _published(caller, page, update, name=incident.title, now=now)
    return update


def write_of_maintenance(
    *, caller: Caller, page: StatusPage, maintenance: Maintenance, draft: UpdateDraft, now: datetime
) -> Update:
    """The update of a maintenance, in the transaction that locks *page*. Its status is set by whoever calls."""
    components = _checked(page, draft, now, statuses=[one.value for one in MaintenanceStatus])
    if maintenance.updates.count() >= bounds.UPDATES_MAX:
        raise Conflict(f"it has {bounds.UPDATES_MAX} updates: that is enough", reason="too_many")
    said = dict(draft.components)
    at = draft.at or now
    update = _insert(caller, page, draft, components=components, said=said, at=at, now=now, maintenance=maintenance)
    _published(caller, page, update, name=maintenance.title, now=now)
    return update


def edit(
    *,
    caller: Caller,
    page_id: int,
    update: str,
    body: str,
    at: datetime | None = None,
    expected_revision: int | None = None,
    now: datetime,
) -> Update:
    """Correct the words (or the time) of the update with this code; subscribers are not told again. Responders.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = update_of(page=page, code=update)
        check_revision(stored=row.revision, expected=expected_revision)
        _check_words(body=body, at=at or row.at, now=now)
        if (row.body, row.at) == (body.strip(), at or row.at):
            return row
        UpdateEdit.objects.create(
            update_said=row,
            body_before=row.body,
            shown_at_before=row.at,
            edited_at=now,
            edited_by_name=caller.name[:160],
        )
        changes = {"body": [row.body, body.strip()]}
        row.body, row.at, row.revision, row.updated_at = body.strip(), at or row.at, row.revision + 1, now
        row.save(update_fields=("body", "at", "revision", "updated_at"))
        owner = row.incident or row.maintenance
        if owner is not None:
            owner.updated_at = now
            owner.save(update_fields=("updated_at",))
        tell(caller=caller, page=page, action="status_update.edit", name=str(owner), now=now, changes=changes)
        emit(kind=UPDATE_EDITED, payload={"page_id": page.pk, "update_id": row.pk}, team_id=page.team_id, now=now)
        changed(page=page, now=now)
    return row


def incident_of(*, page: StatusPage, code: str) -> PublicIncident:
    """Raises NotFound for one of another page."""
    row = page.incidents.filter(code=code[:16]).first()
    if row is None:
        raise NotFound("there is no such incident on this page")
    return row


def update_of(*, page: StatusPage, code: str) -> Update:
    """Of an incident or a maintenance of *page*. Raises NotFound."""
    rows = Update.objects.select_related("incident__page", "maintenance__page").filter(code=code[:16])
    row = rows.first()
    owner = (row.incident or row.maintenance) if row is not None else None
    if row is None or owner is None or owner.page_id != page.pk:
        raise NotFound("there is no such update on this page")
    return row


def _checked(page: StatusPage, draft: UpdateDraft, now: datetime, *, statuses: Sequence[str]) -> dict[int, Component]:
    """The components it names, by id. Raises Invalid."""
    details = []
    if draft.status not in statuses:
        details.append({"field": "status", "message": f"must be one of {', '.join(statuses)}"})
    components = {
        one.pk: one
        for one in page.components.filter(pk__in=draft.components, removed_at=None).order_by("position", "pk")
    }
    if len(components) != len(draft.components):
        details.append({"field": "components", "message": "one of them is not on this page (any more)"})
    if any(state not in SAYABLE for state in draft.components.values()):
        details.append({"field": "components", "message": "say a state of each that is named"})
    _check_words(body=draft.body, at=draft.at or now, now=now, others=details)
    return components


def _check_words(*, body: str, at: datetime, now: datetime, others: Sequence[Mapping[str, str]] = ()) -> None:
    details = list(others)
    if at > now:
        details.append({"field": "at", "message": "must not be in the future: leave it blank for now"})
    if blanks := left_in(body):
        names = ", ".join(f"{{{name}}}" for name in blanks)
        details.append({"field": "body", "message": f"still holds {names}: write what stands there"})
    check_texts(texts={"body": body}, most=_MOST, needed=_NEEDED, others=details)


def _said_before(incident: PublicIncident) -> dict[int, Component]:
    """Components that the newest word of *incident* on them is not operational for."""
    rows = (
        UpdateComponent.objects.filter(update_said__incident=incident, component__removed_at=None)
        .select_related("component")
        .order_by("update_said__at", "update_said_id")
    )
    newest = {row.component_id: row for row in rows}
    return {pk: row.component for pk, row in newest.items() if row.state != ComponentState.OPERATIONAL}


def _insert(
    caller: Caller,
    page: StatusPage,
    draft: UpdateDraft,
    *,
    components: Mapping[int, Component],
    said: Mapping[int, ComponentState],
    at: datetime,
    now: datetime,
    incident: PublicIncident | None = None,
    maintenance: Maintenance | None = None,
) -> Update:
    update = Update.objects.create(
        incident=incident,
        maintenance=maintenance,
        status=draft.status,
        body=draft.body.strip(),
        at=at,
        is_told=draft.is_told,
        created_at=now,
        created_by_name=caller.name[:160],
        updated_at=now,
    )
    UpdateComponent.objects.bulk_create(
        UpdateComponent(update_said=update, component_id=pk, state=state.value, before=components[pk].shown_state)
        for pk, state in said.items()
    )
    return update


def _follow(incident: PublicIncident, status: IncidentStatus, *, at: datetime) -> None:
    """Status and milestones as the newest update says; opened again, it is not resolved any more."""
    incident.status = status.value
    if status is IncidentStatus.MONITORING and incident.monitoring_at is None:
        incident.monitoring_at = at
    if status in UNRESOLVED:
        incident.resolved_at = None
    elif incident.resolved_at is None:
        incident.resolved_at = max(at, incident.started_at)


def _published(caller: Caller, page: StatusPage, update: Update, *, name: str, now: datetime) -> None:
    changes = {"status": [None, update.status], "body": [None, update.body]}
    tell(caller=caller, page=page, action="status_update.publish", name=name, now=now, changes=changes)
    payload = {"page_id": page.pk, "update_id": update.pk, "is_told": update.is_told}
    emit(kind=UPDATE_PUBLISHED, payload=payload, team_id=page.team_id, now=now)
    states.apply(page=page, now=now)
    changed(page=page, now=now)
