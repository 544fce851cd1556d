"""Duties as lists, the next due first, and single ones with their log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.models import Membership, User
from reliability.catalog.models import Service
from reliability.duties.domain.kinds import Responsible
from reliability.duties.models import Duty, DutyEntry
from reliability.duties.oncall import on_call_of_team
from reliability.web.errors import NotFound

_ID_END = 2**63


@dataclass(frozen=True, slots=True)
class DutyFilters:
    """Empty fields do not filter. due: "overdue", "coming" or "off"; without it those that are off come last."""

    text: str = ""
    team_slug: str = ""
    service_name: str = ""
    kind: str = ""
    due: str = ""


def list_duties(*, caller: Caller, filters: DutyFilters | None = None, now: datetime) -> QuerySet[Duty]:
    """Readable ones, the next due first, with team, service and who is responsible."""
    wanted = filters or DutyFilters()
    found: QuerySet[Duty] = Duty.objects.readable_by(caller)
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(instructions__icontains=word))
    given = {"team__slug": wanted.team_slug, "kind": wanted.kind}
    found = found.filter(**{name: value for name, value in given.items() if value})
    if wanted.service_name:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=wanted.service_name))
    if wanted.due == "overdue":
        found = found.filter(is_enabled=True, due_at__lte=now)
    elif wanted.due == "coming":
        found = found.filter(is_enabled=True, due_at__gt=now)
    elif wanted.due == "off":
        found = found.filter(is_enabled=False)
    return found.select_related("team", "service", "responsible_user").order_by("-is_enabled", "due_at", "pk")


def duty(*, caller: Caller, pk: int) -> Duty:
    """One readable duty with team, service and who is responsible. Raises NotFound."""
    rows: QuerySet[Duty] = Duty.objects.readable_by(caller).select_related("team", "service", "responsible_user")
    found = rows.filter(pk=min(pk, _ID_END - 1)).first()
    if found is None:
        raise NotFound(f"there is no duty {pk}, or it is not yours to see")
    return found


def log_of(*, duty: Duty) -> QuerySet[DutyEntry]:
    """The newest first."""
    return duty.entries.order_by("-at", "-pk")


def count_overdue(*, caller: Caller, now: datetime) -> int:
    rows: QuerySet[Duty] = Duty.objects.readable_by(caller)
    return rows.filter(is_enabled=True, due_at__lte=now).count()


def who_is_responsible(*, duty: Duty, at: datetime) -> list[User]:
    """Active people: the one named, if still of the team, or who is on call then. Empty: nobody."""
    if duty.responsible == Responsible.ON_CALL:
        return on_call_of_team(team_id=duty.team_id, at=at)
    user = duty.responsible_user
    if user is None or not user.is_active:
        return []
    return [user] if Membership.objects.filter(team_id=duty.team_id, user=user).exists() else []


def responsible_words(*, duty: Duty) -> str:
    if duty.responsible == Responsible.ON_CALL:
        return "whoever is on call"
    return str(duty.responsible_user) if duty.responsible_user is not None else "nobody"
