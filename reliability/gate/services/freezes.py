"""Freeze windows: written, changed, deleted; each audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require, require_installation
from reliability.catalog.models import Service
from reliability.delivery.domain.environments import environment_mistake, environment_name
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.models import FreezeWindow
from reliability.kit.cron import zone_mistake
from reliability.kit.instants import EARLIEST, END
from reliability.kit.repeats import Repeat
from reliability.web.errors import Conflict, Invalid, NotFound

TITLE_MAX = 120
REASON_MAX = 500
ENVIRONMENT_MAX = 120
SERVICES_MAX = 100
_OWN = (
    "title", "reason", "environment", "time_zone", "start_at", "end_at", "repeats", "repeats_until_at", "passes",
    "may_be_overridden", "names_services",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeDraft:
    """team_id None: of the whole installation, which names no services. services: names, none is all of the team's.

    is_for_all: what is meant by none, which must be said of a window whose services are all gone.
    """

    team_id: int | None
    title: str
    reason: str
    start: datetime
    end: datetime
    time_zone: str
    environment: str = ""
    repeats: str = Repeat.NEVER.value
    repeats_until: datetime | None = None
    passes: Sequence[str] = ()
    may_be_overridden: bool = True
    services: Sequence[str] = ()
    is_for_all: bool | None = None


def require_owner(*, caller: Caller, team_id: int | None) -> None:
    """Editors of the team; of the installation its administrators. Raises Forbidden, NotFound."""
    if team_id is None:
        require_installation(caller=caller)
    else:
        require(caller=caller, team_id=team_id, role=Role.EDITOR)


def create(*, caller: Caller, draft: FreezeDraft, now: datetime) -> FreezeWindow:
    """Raises NotFound, Forbidden, Invalid with each field, Conflict when there are too many."""
    require_owner(caller=caller, team_id=draft.team_id)
    if FreezeWindow.objects.filter(_of_team(draft.team_id)).count() >= settings.GATE_FREEZES_PER_TEAM_MAX:
        most = settings.GATE_FREEZES_PER_TEAM_MAX
        raise Conflict(f"there are {most:,} freeze windows already: delete some first", reason="too_many")
    fields, services = _checked(draft)
    with transaction.atomic():
        row = FreezeWindow.objects.create(
            team_id=draft.team_id, created_at=now, updated_at=now, updated_by_name=caller.name[:160], **fields
        )
        row.services.set(services)
        _record(caller, "create", row, now, "", {n: [None, v] for n, v in _audited(row).items() if v not in ("", [])})
    return row


def change(
    *, caller: Caller, window: FreezeWindow, draft: FreezeDraft, now: datetime, expected_revision: int | None = None
) -> FreezeWindow:
    """Whose it is stays. Raises as create, and Conflict when somebody changed it since."""
    require_owner(caller=caller, team_id=window.team_id)
    if draft.team_id != window.team_id:
        raise Invalid(details=[{"field": "team", "message": "stays as it is: write another window"}])
    with transaction.atomic():
        row = _held(window)
        fields, services = _checked(draft, has_lost_all=has_lost_all(window=row))
        if expected_revision is not None and expected_revision != row.revision:
            raise Conflict(
                f"{row.updated_by_name or 'somebody'} changed this at {row.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} "
                "UTC, after you opened it: your change is not saved; compare both and save again",
                reason="changed_meanwhile",
            )
        before = _audited(row)
        for name, value in fields.items():
            setattr(row, name, value)
        row.services.set(services)
        changes = audit.changes_between(old=before, new=_audited(row))
        if changes:
            row.revision += 1
            row.updated_at, row.updated_by_name = now, caller.name[:160]
            row.save(update_fields=(*_OWN, "revision", "updated_at", "updated_by_name"))
            _record(caller, "update", row, now, "", changes)
    return row


def remove(*, caller: Caller, window: FreezeWindow, now: datetime, reason: str = "") -> None:
    """Raises NotFound, Forbidden."""
    require_owner(caller=caller, team_id=window.team_id)
    with transaction.atomic():
        row = _held(window)
        _record(caller, "delete", row, now, reason, {n: [v, None] for n, v in _audited(row).items()})
        row.delete()


def _of_team(team_id: int | None) -> Q:
    return Q(team=None) if team_id is None else Q(team_id=team_id)


def has_lost_all(*, window: FreezeWindow) -> bool:
    """It names services, and each of them is gone or of another team."""
    return window.names_services and not window.named_services


def _checked(draft: FreezeDraft, *, has_lost_all: bool = False) -> tuple[dict[str, Any], QuerySet[Service]]:
    mistakes = [*_mistakes_of_texts(draft), *_mistakes_of_times(draft), *_mistakes_of_services(draft, has_lost_all)]
    services = Service.objects.filter(_of_team(draft.team_id), name__in=draft.services).order_by("name", "pk")
    if draft.team_id is None and draft.services:
        mistakes.append(("services", "a window of the installation holds for everything: leave them blank"))
    elif len(draft.services) > SERVICES_MAX:
        mistakes.append(("services", f"names at most {SERVICES_MAX}: leave it blank for all"))
    elif services.count() != len(set(draft.services)):
        mistakes.append(("services", "names a service that is gone, or of another team"))
    if mistakes:
        raise Invalid(details=[{"field": field, "message": message} for field, message in mistakes])
    repeat = Repeat(draft.repeats)
    fields = {
        "title": " ".join(draft.title.split()),
        "reason": " ".join(draft.reason.split()),
        "environment": environment_name(draft.environment),
        "time_zone": draft.time_zone,
        "start_at": draft.start,
        "end_at": draft.end,
        "repeats": repeat.value,
        "repeats_until_at": draft.repeats_until if repeat is not Repeat.NEVER else None,
        "passes": [kind.value for kind in ChangeKind if kind.value in draft.passes],
        "may_be_overridden": draft.may_be_overridden,
        "names_services": bool(draft.services),
    }
    return fields, services


def _mistakes_of_texts(draft: FreezeDraft) -> list[tuple[str, str]]:
    found = []
    if not draft.title.strip():
        found.append(("title", "say what it is, such as Black Friday"))
    if not draft.reason.strip():
        found.append(("reason", "say why: pipelines that are kept back print it"))
    texts = (("title", TITLE_MAX), ("reason", REASON_MAX), ("environment", ENVIRONMENT_MAX))
    for name, most in texts:
        text = getattr(draft, name)
        if len(text) > most or "\0" in text:
            found.append((name, f"has at most {most} characters, all of which can be stored"))
    if mistake := environment_mistake(draft.environment):
        found.append(("environment", mistake))
    known = {kind.value for kind in ChangeKind}
    if not set(draft.passes) <= known or ChangeKind.CHANGE.value in draft.passes:
        found.append(("passes", f"are some of {', '.join(sorted(known - {ChangeKind.CHANGE.value}))}"))
    return found


def _mistakes_of_services(draft: FreezeDraft, has_lost_all: bool) -> list[tuple[str, str]]:
    if draft.services and draft.is_for_all:
        return [("services", "it is for all of them, or for those that it names: say one of both")]
    if not draft.services and draft.is_for_all is False:
        return [("services", "name those that it is for")]
    if not draft.services and draft.is_for_all is None and has_lost_all:
        words = "those that it named are gone, or of another team: name others, or say that it is for all of the team's"
        return [("services", words)]
    return []


def _mistakes_of_times(draft: FreezeDraft) -> list[tuple[str, str]]:
    found = []
    if mistake := zone_mistake(draft.time_zone):
        found.append(("time_zone", mistake))
    if draft.repeats not in {one.value for one in Repeat}:
        found.append(("repeats", f"must be one of {', '.join(Repeat)}"))
    margin = timedelta(days=800)
    for name, value in (("start", draft.start), ("end", draft.end), ("repeats_until", draft.repeats_until)):
        if value is not None and not EARLIEST + margin <= value < END - margin:
            found.append((name, "is outside the years 1973 to 2997"))
    if draft.end <= draft.start:
        found.append(("end", "must be later than the start"))
    elif not found and draft.end - draft.start > Repeat(draft.repeats).longest:
        days = Repeat(draft.repeats).longest.days
        found.append(("end", f"lasts at most {days} {'day' if days == 1 else 'days'} when it takes place so often"))
    if draft.repeats_until is not None and draft.repeats_until <= draft.start:
        found.append(("repeats_until", "must be later than the start"))
    return found


def _held(window: FreezeWindow) -> FreezeWindow:
    row: FreezeWindow | None = FreezeWindow.objects.select_for_update(of=("self",)).filter(pk=window.pk).first()
    if row is None:
        raise NotFound("this freeze window has been deleted meanwhile")
    return row


def _audited(row: FreezeWindow) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in _OWN}
    names = list(row.services.order_by("name").values_list("name", flat=True))
    return {**{n: v.isoformat() if isinstance(v, datetime) else v for n, v in plain.items()}, "services": names}


def _record(
    caller: Caller, verb: str, row: FreezeWindow, now: datetime, reason: str, changes: dict[str, list[Any]]
) -> None:
    audit.record(
        caller=caller,
        action=f"freeze_window.{verb}",
        object_kind="freeze_window",
        object_name=f"#{row.pk} {row.title}",
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
