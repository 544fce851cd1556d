"""Stakeholders and groups, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from incidents.stakeholders.models import Group, Stakeholder
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound

_ID_END = 2**63
_WORDS_MAX = 8


@dataclass(frozen=True, slots=True)
class StakeholderFilters:
    """Empty fields do not filter. state: "told", or "stopped" for those who are told nothing."""

    text: str = ""
    team_slug: str = ""
    audience: str = ""
    state: str = ""


def list_stakeholders(*, caller: Caller, filters: StakeholderFilters | None = None) -> QuerySet[Stakeholder]:
    """Readable ones by name, with team, user and channel joined, services and groups at hand."""
    wanted = filters or StakeholderFilters()
    found: QuerySet[Stakeholder] = Stakeholder.objects.readable_by(caller)
    for word in wanted.text.split()[:_WORDS_MAX]:
        found = found.filter(Q(name__icontains=word) | Q(role__icontains=word))
    given = {"team__slug": wanted.team_slug, "audience": wanted.audience}
    found = found.filter(**{name: value for name, value in given.items() if value})
    stopped = Q(is_enabled=False) | Q(unsubscribed_at__isnull=False)
    if wanted.state == "stopped":
        found = found.filter(stopped)
    elif wanted.state == "told":
        found = found.exclude(stopped)
    return _joined(found).order_by("name", "pk")


def stakeholder(*, caller: Caller, pk: int) -> Stakeholder:
    """One readable stakeholder, joined as in the list. Raises NotFound."""
    found: Stakeholder | None = _joined(Stakeholder.objects.readable_by(caller)).filter(pk=min(pk, _ID_END - 1)).first()
    if found is None:
        raise NotFound(f"there is no stakeholder {pk}, or it is not yours to see")
    return found


def list_groups(*, caller: Caller, text: str = "", team_slug: str = "") -> QuerySet[Group]:
    """Readable groups by name, with their team and `members_count`."""
    found: QuerySet[Group] = Group.objects.readable_by(caller).select_related("team")
    for word in text.split()[:_WORDS_MAX]:
        found = found.filter(Q(name__icontains=word) | Q(description__icontains=word))
    if team_slug:
        found = found.filter(team__slug=team_slug)
    return found.annotate(members_count=Count("members")).order_by("name", "pk")


def group(*, caller: Caller, pk: int) -> Group:
    """One readable group with its members at hand. Raises NotFound."""
    readable: QuerySet[Group] = Group.objects.readable_by(caller).select_related("team")
    members = Prefetch("members", queryset=Stakeholder.objects.select_related("user", "channel").order_by("name", "pk"))
    found = readable.prefetch_related(members).filter(pk=min(pk, _ID_END - 1)).first()
    if found is None:
        raise NotFound(f"there is no group {pk}, or it is not yours to see")
    return found


def groups_of_team(*, team_id: int) -> QuerySet[Group]:
    found: QuerySet[Group] = Group.objects.filter(team_id=team_id)
    return found.annotate(members_count=Count("members")).order_by("name", "pk")


def _joined(found: QuerySet[Stakeholder]) -> QuerySet[Stakeholder]:
    return found.select_related("team", "user", "channel").prefetch_related("services", "slos", "groups")
