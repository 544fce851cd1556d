"""GET /api/v1/audit: the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema
from pydantic import Field

from reliability.access.models import AuditEntry
from reliability.access.references import shown_to
from reliability.access.requests import AccessRequest
from reliability.access.selectors.audit import AuditFilter, entries
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant

router = Router(tags=["Access"])


class AuditOut(Schema):
    id: int
    at: datetime
    actor: str
    action: str = Field(examples=["slo.create"])
    object_kind: str
    object_name: str
    team: str | None = Field(description="null: the installation")
    changes: dict[str, list[Any]] = Field(description="[old, new] by field")
    reason: str


class AuditQuery(PageQuery):
    team: str = Field("", max_length=63, description="slug")
    person: str = Field("", max_length=120, description="part of who did it")
    action: str = Field("", max_length=64)
    object_kind: str = Field("", max_length=64)
    object_name: str = Field("", max_length=200, description="part of the name")
    start: Instant | None = Field(None, alias="from", description="first instant")
    end: Instant | None = Field(None, alias="to", description="the instant before which entries end")


@router.get("", response=Page[AuditOut], operation_id="listAudit", summary="The audit trail, newest first")
def list_entries(request: AccessRequest, query: Query[AuditQuery]) -> dict[str, Any]:
    """Entries of the teams you administer; all of them for administrators of the installation."""
    wanted = AuditFilter(**query.model_dump(exclude={"limit", "offset"}))
    page = page_of(queryset=entries(caller=request.caller, wanted=wanted), query=query)
    return {**page, "items": [_entry(entry) for entry in shown_to(caller=request.caller, entries=list(page["items"]))]}


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at,
        "actor": entry.actor_name,
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_name": entry.object_name,
        "team": entry.team.slug if entry.team else None,
        "changes": entry.changes,
        "reason": entry.reason,
    }
