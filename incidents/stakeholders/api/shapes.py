"""From rows to what the API answers."""

from __future__ import annotations

from typing import Any

from incidents.stakeholders.models import Group, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.composing import Preview
from incidents.stakeholders.selectors.messages import Row
from incidents.stakeholders.selectors.places import place_words, why_silent
from incidents.stakeholders.selectors.wordings import InForce
from reliability.access.domain.caller import Caller, Role
from reliability.kit.typed_hours import hours_text


def stakeholder_out(row: Stakeholder, *, caller: Caller) -> dict[str, Any]:
    """As list_stakeholders gives it."""
    names = ("name", "role", "audience", "way", "kinds", "severity_max", "zone", "at_once", "is_enabled")
    silent = why_silent(row)
    may_tell = caller.may(row.team_id, Role.RESPONDER)
    return {
        "id": row.pk,
        "team": row.team.slug,
        **{name: getattr(row, name) for name in (*names, "unsubscribed_at", "revision")},
        "place": place_words(row) if may_tell else row.get_way_display(),
        "is_told": not silent,
        "silent_because": silent,
        "services": [one.name for one in row.services.all()],
        "objectives": [one.name for one in row.slos.all()],
        "hours": hours_text(row.hours),
        "groups": [one.pk for one in row.groups.all()],
    }


def group_out(row: Group) -> dict[str, Any]:
    """Needs its members at hand."""
    return {
        "id": row.pk,
        "team": row.team.slug,
        "name": row.name,
        "description": row.description,
        "members": [one.pk for one in row.members.all()],
        "revision": row.revision,
    }


def words_out(one: InForce) -> dict[str, Any]:
    return {
        "audience": one.audience.value,
        "kind": one.kind.value,
        "subject": one.words.subject,
        "text": one.words.text,
        "is_own": one.row is not None,
        "is_automatic": one.is_automatic,
        "revision": one.revision,
    }


def preview_out(preview: Preview) -> dict[str, Any]:
    return {
        "audience": preview.audience.value,
        "subject": preview.subject,
        "text": preview.text,
        "recipients": [
            {
                "stakeholder": one.stakeholder.pk,
                "name": one.stakeholder.name,
                "place": one.place,
                "hour_at": one.hour_at,
                "silent_because": one.silent,
            }
            for one in preview.planned
        ],
    }


def message_out(row: StakeholderMessage) -> dict[str, Any]:
    """As list_messages gives it."""
    names = ("kind", "title", "mode", "next_update_at", "remind_after_hours", "created_at")
    return {
        "id": row.pk,
        "team": row.team.slug,
        "incident": row.incident_id,
        **{name: getattr(row, name) for name in names},
        "created_by": row.created_by_name,
        "texts": [{"audience": one.audience, "subject": one.subject, "text": one.text} for one in row.texts.all()],
        "recipients": getattr(row, "people_count", 0),
        "read": getattr(row, "read_count", 0),
    }


def recipient_out(row: Row, *, may_tell: bool) -> dict[str, Any]:
    last = row.last
    return {
        "stakeholder": row.recipient.stakeholder_id,
        "name": row.recipient.name,
        "audience": row.recipient.text.audience,
        "place": row.place if may_tell else "",
        "standing": row.standing.value,
        "reason": last.state_reason if last is not None and may_tell else "",
        "due_at": last.due_at if last is not None else None,
        "sent_at": last.sent_at if last is not None else None,
        "read_at": row.recipient.read_at,
        "attempts": last.attempts if last is not None else 0,
        "reminders": row.recipient.reminders,
    }
