"""Templates of updates, written while it is calm."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from incidents.status_page.domain import bounds
from incidents.status_page.domain.filling import PLACEHOLDERS, unknown_in
from incidents.status_page.domain.states import IncidentStatus, MaintenanceStatus
from incidents.status_page.models import StatusPage, Template
from incidents.status_page.services.holding import check_revision, check_texts, held, tell
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.audit import changes_between
from reliability.web.errors import Conflict, NotFound

_MOST = {"kind": 16, "name": bounds.NAME_MAX, "title": bounds.TITLE_MAX, "status": 16, "body": bounds.BODY_MAX}
_NEEDED = {"name": "write one, such as First word on an outage", "body": "write what the public will read"}
_STATUSES = {
    Template.Kind.INCIDENT.value: [one.value for one in IncidentStatus],
    Template.Kind.MAINTENANCE.value: [one.value for one in MaintenanceStatus],
}


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """kind: incident or maintenance. title: only for the first update, may be blank."""

    name: str
    body: str
    kind: str = Template.Kind.INCIDENT.value
    status: str = IncidentStatus.INVESTIGATING.value
    title: str = ""


def create(*, caller: Caller, page_id: int, draft: TemplateDraft, now: datetime) -> Template:
    """Editors. Raises NotFound, Forbidden, Invalid by field, Conflict for too many."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        if page.templates.count() >= bounds.TEMPLATES_MAX:
            raise Conflict(f"the page has {bounds.TEMPLATES_MAX} templates already: delete one", reason="too_many")
        values = _checked(page, draft, pk=None)
        row = Template.objects.create(
            page=page, created_at=now, updated_at=now, updated_by_name=caller.name[:160], **values
        )
        tell(caller=caller, page=page, action="status_template.create", name=row.name, now=now)
    return row


def edit(
    *,
    caller: Caller,
    page_id: int,
    template_id: int,
    draft: TemplateDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Template:
    """Editors. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        row = template_of(page=page, template_id=template_id)
        check_revision(stored=row.revision, expected=expected_revision)
        values = _checked(page, draft, pk=row.pk)
        changes = changes_between(old={name: getattr(row, name) for name in values}, new=values)
        for name, value in values.items():
            setattr(row, name, value)
        row.revision, row.updated_at, row.updated_by_name = row.revision + 1, now, caller.name[:160]
        row.save(update_fields=(*values, "revision", "updated_at", "updated_by_name"))
        tell(caller=caller, page=page, action="status_template.update", name=row.name, now=now, changes=changes)
    return row


def delete(*, caller: Caller, page_id: int, template_id: int, now: datetime) -> None:
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        row = template_of(page=page, template_id=template_id)
        tell(caller=caller, page=page, action="status_template.delete", name=row.name, now=now)
        row.delete()


def template_of(*, page: StatusPage, template_id: int) -> Template:
    """Raises NotFound for one of another page."""
    row = page.templates.filter(pk=template_id).first()
    if row is None:
        raise NotFound("there is no such template of this page")
    return row


def _checked(page: StatusPage, draft: TemplateDraft, *, pk: int | None) -> dict[str, str]:
    values = {name: value.strip() for name, value in asdict(draft).items()}
    others = []
    allowed = _STATUSES.get(values["kind"])
    if allowed is None:
        others.append({"field": "kind", "message": "must be incident or maintenance"})
    elif values["status"] not in allowed:
        others.append({"field": "status", "message": f"must be one of {', '.join(allowed)}"})
    for name in ("title", "body"):
        if unknown := unknown_in(values[name]):
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            others.append({"field": name, "message": f"{{{unknown[0]}}} is no placeholder: there are {known}"})
    if page.templates.filter(name=values["name"]).exclude(pk=pk or 0).exists():
        others.append({"field": "name", "message": "another template of this page has it: choose another"})
    check_texts(texts=values, most=_MOST, needed=_NEEDED, others=others)
    return values
