"""Changing what a team asks of its services: each edit is a version. Editors of the team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.readiness.domain import bounds
from reliability.readiness.domain.checklist import EMPTY, mistakes_of, with_own, with_rule
from reliability.readiness.models import Checklist, ChecklistVersion
from reliability.readiness.selectors.checklists import (
    REMIND_DAYS,
    REVIEW_DAYS,
    TeamChecklist,
    checklist_of,
    known_items,
)
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "readiness checklist"
CHANNELS_MAX = 20


def define(
    *,
    caller: Caller,
    team: Team,
    definition: Mapping[str, Any],
    expected_revision: int | None = None,
    reason: str = "",
    now: datetime,
) -> TeamChecklist:
    """Put this definition in the place of the former. The same one again changes nothing.

    Raises NotFound, Forbidden, Invalid with every mistake and its path, Conflict for a revision that is stale.
    """
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    mistakes = mistakes_of(definition, known=known_items())
    if mistakes:
        raise Invalid(details=mistakes)
    wanted = {"items": dict(definition.get("items", {})), "own": [dict(one) for one in definition.get("own", [])]}
    with transaction.atomic():
        row = _locked(team, expected_revision, now)
        if wanted != {**EMPTY, **row.definition}:
            changes = _changes(row.definition, wanted)
            _save(row, caller, now, definition=wanted)
            if row.revision > bounds.VERSIONS_MAX:
                raise Conflict(f"a checklist has at most {bounds.VERSIONS_MAX:,} versions", reason="too_many")
            ChecklistVersion.objects.create(
                checklist=row,
                number=row.revision,
                definition=wanted,
                created_at=now,
                author_name=caller.name[:160],
                reason=reason.strip()[: bounds.REASON_MAX],
            )
            _tell(caller, "readiness_checklist.change", team, now, changes, reason)
    return checklist_of(team=team)


def set_rule(
    *,
    caller: Caller,
    team: Team,
    slug: str,
    rule: Mapping[str, Any],
    expected_revision: int | None = None,
    reason: str = "",
    now: datetime,
) -> TeamChecklist:
    """Settings of one item: tiers, off, and of evidence expires_days and needs_second. Raises as define."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    current = checklist_of(team=team)
    current.item(slug)
    item = next((one for one in known_items() if one.slug == slug), current.item(slug))
    definition = with_rule(current.definition, item=item, rule=rule)
    return define(
        caller=caller,
        team=team,
        definition=definition,
        expected_revision=current.version if expected_revision is None else expected_revision,
        reason=reason,
        now=now,
    )


def put_own(
    *,
    caller: Caller,
    team: Team,
    own: Mapping[str, Any],
    is_new: bool,
    expected_revision: int | None = None,
    reason: str = "",
    now: datetime,
) -> TeamChecklist:
    """Add an own item, or put it in the place of the one with its name. Raises as define."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    current = checklist_of(team=team)
    stored: Sequence[Mapping[str, Any]] = current.definition.get("own", [])
    kept = list(stored) if is_new else [one for one in stored if one["slug"] != own["slug"]]
    definition = with_own(current.definition, own=[*kept, own])
    return define(
        caller=caller,
        team=team,
        definition=definition,
        expected_revision=current.version if expected_revision is None else expected_revision,
        reason=reason,
        now=now,
    )


def remove_own(*, caller: Caller, team: Team, slug: str, reason: str = "", now: datetime) -> TeamChecklist:
    """Take an own item off; evidence that was given stays, and reviews keep what they froze. Raises as define."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    current = checklist_of(team=team)
    if not current.item(slug).is_own:
        raise Conflict("a built-in item is switched off, not removed", reason="built_in")
    kept = [one for one in current.definition.get("own", []) if one["slug"] != slug]
    return define(
        caller=caller,
        team=team,
        definition=with_own(current.definition, own=kept),
        expected_revision=current.version,
        reason=reason,
        now=now,
    )


def configure(
    *,
    caller: Caller,
    team: Team,
    remind_days: int,
    review_days: int,
    channels: Sequence[str] = (),
    now: datetime,
) -> TeamChecklist:
    """When and where people are reminded, and how long a review is good for. Raises NotFound, Forbidden, Invalid."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    places = _channels(team, channels)
    _check_days(remind_days, review_days)
    with transaction.atomic():
        row = _locked(team, None, now)
        before = _settings(row)
        row.remind_days, row.review_days = remind_days, review_days
        row.updated_at, row.updated_by_name = now, caller.name[:160]
        row.save(update_fields=("remind_days", "review_days", "updated_at", "updated_by_name"))
        row.channels.set(places)
        changes = audit.changes_between(old=before, new=_settings(row))
        if changes:
            _tell(caller, "readiness_checklist.configure", team, now, changes, "")
    return checklist_of(team=team)


def _locked(team: Team, expected_revision: int | None, now: datetime) -> Checklist:
    fields = {"definition": dict(EMPTY), "created_at": now, "updated_at": now}
    fields |= {"remind_days": REMIND_DAYS, "review_days": REVIEW_DAYS}
    Checklist.objects.get_or_create(team=team, defaults=fields)
    row: Checklist | None = Checklist.objects.select_for_update().filter(team=team).first()
    if row is None:
        raise NotFound("the team is not there any more")
    if expected_revision is not None and row.revision != expected_revision:
        message = (
            f"{row.updated_by_name or 'somebody'} changed the checklist at "
            f"{row.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: your change is not saved; "
            "compare both and save again"
        )
        raise Conflict(message, reason="changed_meanwhile")
    return row


def _save(row: Checklist, caller: Caller, now: datetime, *, definition: Mapping[str, Any]) -> None:
    row.definition = dict(definition)
    row.revision += 1
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    row.save(update_fields=("definition", "revision", "updated_at", "updated_by_name"))


def _by_item(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {**definition.get("items", {}), **{one["slug"]: one for one in definition.get("own", [])}}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """By item, also of those that are gone."""
    old, new = _by_item(before), _by_item(after)
    return {slug: [old.get(slug), new.get(slug)] for slug in {**old, **new} if old.get(slug) != new.get(slug)}


def _channels(team: Team, names: Sequence[str]) -> list[Channel]:
    if len(names) > CHANNELS_MAX:
        raise Invalid(details=[{"field": "channels", "message": f"at most {CHANNELS_MAX} channels"}])
    found = list(Channel.objects.filter(team=team, name__in=names).order_by("name"))
    lacking = sorted(set(names) - {one.name for one in found})
    if lacking:
        message = f"there is no channel of the team {lacking[0]!r}"
        raise Invalid(details=[{"field": "channels", "message": message}])
    return found


def _check_days(remind_days: int, review_days: int) -> None:
    found = []
    if not 0 <= remind_days <= bounds.REMIND_DAYS_MAX:
        found.append({"field": "remind_days", "message": f"is 0 to {bounds.REMIND_DAYS_MAX} days"})
    if not 1 <= review_days <= bounds.REVIEW_DAYS_MAX:
        found.append({"field": "review_days", "message": f"is 1 to {bounds.REVIEW_DAYS_MAX:,} days"})
    if found:
        raise Invalid(details=found)


def _settings(row: Checklist) -> dict[str, Any]:
    channels = list(row.channels.order_by("name").values_list("name", flat=True))
    return {"remind_days": row.remind_days, "review_days": row.review_days, "channels": channels}


def _tell(caller: Caller, action: str, team: Team, now: datetime, changes: audit.Changes, reason: str) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=team.slug,
        team_id=team.pk,
        now=now,
        changes=changes,
        reason=reason,
    )
