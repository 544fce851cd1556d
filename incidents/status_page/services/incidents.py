"""Public incidents: opened with their first update, their own fields edited, deleted when they were a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.response.models import Incident
from incidents.status_page.domain import bounds
from incidents.status_page.domain.filling import left_in
from incidents.status_page.domain.states import UNRESOLVED, Impact
from incidents.status_page.models import PublicIncident
from incidents.status_page.services import states
from incidents.status_page.services.holding import changed, check_revision, check_texts, held, tell
from incidents.status_page.services.updates import UpdateDraft, incident_of, write
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.audit import changes_between
from reliability.kit.instants import InstantError, format_instant, require_bounded
from reliability.web.errors import Conflict

_MOST = {"title": bounds.TITLE_MAX}
_NEEDED = {"title": "say it as users would: what they notice, such as Payments are slow"}


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """incident_id: of ours, which the public never sees. started_at: when users began to notice; now by default."""

    title: str
    impact: str = Impact.MINOR.value
    started_at: datetime | None = None
    incident_id: int | None = None


def open_incident(
    *, caller: Caller, page_id: int, draft: IncidentDraft, update: UpdateDraft, now: datetime
) -> PublicIncident:
    """Tell the public of a trouble. One that is over may be told afterwards: its update says resolved.

    Responders of the team. Raises NotFound, Forbidden, Invalid by field, Conflict.
    """
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        _check(caller, draft, update=update, now=now)
        still_open = page.incidents.filter(status__in=[one.value for one in UNRESOLVED]).count()
        if still_open >= bounds.OPEN_INCIDENTS_MAX and update.status in UNRESOLVED:
            most = bounds.OPEN_INCIDENTS_MAX
            raise Conflict(f"{most} incidents are open on this page: resolve some first", reason="too_many")
        row = PublicIncident.objects.create(
            page=page,
            incident_id=draft.incident_id,
            title=draft.title.strip(),
            impact=draft.impact,
            status=update.status,
            started_at=draft.started_at or update.at or now,
            created_at=now,
            created_by_name=caller.name[:160],
            updated_at=now,
        )
        changes: dict[str, list[Any]] = {
            "title": [None, row.title],
            "impact": [None, row.impact],
            "incident": [None, draft.incident_id],
        }
        tell(caller=caller, page=page, action="status_incident.open", name=row.title, now=now, changes=changes)
        write(caller=caller, page=page, incident=row, draft=update, now=now)
    return row


def edit(
    *,
    caller: Caller,
    page_id: int,
    incident: str,
    draft: IncidentDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> PublicIncident:
    """Title, impact, start and our own incident. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = incident_of(page=page, code=incident)
        check_revision(stored=row.revision, expected=expected_revision)
        _check(caller, draft, update=None, now=now, known_id=row.incident_id)
        new = {
            "title": draft.title.strip(),
            "impact": draft.impact,
            "started_at": draft.started_at or row.started_at,
            "incident_id": draft.incident_id,
        }
        changes = changes_between(old={name: getattr(row, name) for name in new}, new=new)
        if not changes:
            return row
        for name, value in new.items():
            setattr(row, name, value)
        row.revision, row.updated_at = row.revision + 1, now
        row.save(update_fields=(*new, "revision", "updated_at"))
        told = {name: [_plain(one) for one in pair] for name, pair in changes.items()}
        tell(caller=caller, page=page, action="status_incident.edit", name=row.title, now=now, changes=told)
        changed(page=page, now=now)
    return row


def delete(*, caller: Caller, page_id: int, incident: str, reason: str, now: datetime) -> None:
    """Off the page with all its updates: for what was told by mistake. Editors. Raises NotFound, Forbidden, Invalid."""
    needed = {"reason": "say why: the record keeps it"}
    check_texts(texts={"reason": reason}, most={"reason": bounds.REASON_MAX}, needed=needed)
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        row = incident_of(page=page, code=incident)
        changes: dict[str, list[Any]] = {
            "title": [row.title, None],
            "updates": [[one.body for one in row.updates.all()], None],
        }
        tell(
            caller=caller,
            page=page,
            action="status_incident.delete",
            name=row.title,
            now=now,
            changes=changes,
            reason=reason,
        )
        row.delete()
        states.apply(page=page, now=now)
        changed(page=page, now=now)


def draft_of(*, incident: PublicIncident) -> IncidentDraft:
    return IncidentDraft(incident.title, incident.impact, incident.started_at, incident.incident_id)


def _check(
    caller: Caller, draft: IncidentDraft, *, update: UpdateDraft | None, now: datetime, known_id: int | None = None
) -> None:
    others = []
    if draft.impact not in list(Impact):
        others.append({"field": "impact", "message": f"must be one of {', '.join(Impact)}"})
    if blanks := left_in(draft.title):
        others.append({"field": "title", "message": f"still holds {{{blanks[0]}}}: write what stands there"})
    if draft.started_at is not None:
        try:
            require_bounded(draft.started_at)
        except InstantError as error:
            others.append({"field": "started_at", "message": str(error)})
        if draft.started_at > ((update and update.at) or now):
            words = "must not be later than its first update" if update else "must not be in the future"
            others.append({"field": "started_at", "message": words})
    is_new = draft.incident_id is not None and draft.incident_id != known_id
    if is_new and not Incident.objects.readable_by(caller).filter(pk=draft.incident_id).exists():
        others.append({"field": "incident", "message": "is gone, or not yours to see"})
    check_texts(texts={"title": draft.title}, most=_MOST, needed=_NEEDED, others=others)


def _plain(value: object) -> object:
    return format_instant(value) if isinstance(value, datetime) else value
