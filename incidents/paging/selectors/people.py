"""People whom a caller may name and be told of: oneself, and the members of teams that are open to the caller."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller, Scope
from reliability.access.models import User
from reliability.access.selectors.teams import readable_teams


def visible_people(*, caller: Caller) -> QuerySet[User]:
    """Active or not, by name; everybody for an administrator of the installation."""
    people = User.objects.order_by("name", "email", "pk")
    if Scope.READ not in caller.scopes:
        return people.none()
    if caller.is_administrator:
        return people
    teams = readable_teams(caller=caller).values("pk")
    return people.filter(Q(pk=caller.user_id) | Q(memberships__team__in=teams)).distinct()


def visible_ids(*, caller: Caller, user_ids: set[int]) -> set[int]:
    """Those of *user_ids* whose names the caller may read: one query."""
    return set(visible_people(caller=caller).order_by().filter(pk__in=user_ids).values_list("pk", flat=True))
