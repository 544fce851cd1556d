"""Reading teams and their members."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.models import Membership, Team
from reliability.web.errors import NotFound


def readable_teams(*, caller: Caller) -> QuerySet[Team]:
    """Own and open teams; every team for an administrator of the installation."""
    if Scope.READ not in caller.scopes:
        return Team.objects.none()
    if caller.is_administrator:
        return Team.objects.all()
    return Team.objects.filter(pk__in=caller.team_ids() | caller.open_team_ids)


def writable_teams(*, caller: Caller, role: Role = Role.EDITOR) -> QuerySet[Team]:
    """Teams in which the caller holds at least *role*: what a form offers as owner."""
    if Scope.WRITE not in caller.scopes:
        return Team.objects.none()
    if caller.is_administrator:
        return Team.objects.all()
    return Team.objects.filter(pk__in=caller.team_ids(role))


def list_teams(*, caller: Caller, text: str = "") -> QuerySet[Team]:
    """Readable teams with `members_count`, by name."""
    teams = readable_teams(caller=caller).annotate(members_count=Count("memberships"))
    if text:
        teams = teams.filter(Q(name__icontains=text) | Q(slug__icontains=text))
    return teams.order_by("name", "pk")


def team(*, caller: Caller, slug: str) -> Team:
    """One readable team. Raises NotFound, for a private team of others, too."""
    found = readable_teams(caller=caller).filter(slug=slug).first()
    if found is None:
        raise NotFound(f"there is no team {slug!r}, or it is not yours to see")
    return found


def members_of(*, team: Team) -> QuerySet[Membership]:
    """The members with their people at hand, highest role first. Ask `team()` for the team: it checks the caller."""
    return team.memberships.select_related("user").order_by("-role", "user__name", "pk")


def member(*, team: Team, person_id: int) -> Membership:
    """One member with the person at hand. Raises NotFound."""
    found = team.memberships.select_related("user").filter(user_id=person_id).first()
    if found is None:
        raise NotFound("this person is no member of the team")
    return found


def slugs_of_caller(*, caller: Caller) -> dict[int, str]:
    """The teams the caller holds a role in, by id."""
    return dict(Team.objects.filter(pk__in=caller.team_ids()).order_by("slug").values_list("pk", "slug"))
