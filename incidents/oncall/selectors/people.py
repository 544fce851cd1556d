"""Who may be put on call."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Membership, User


def candidates(*, caller: Caller, team_id: int, named: Collection[int] = ()) -> QuerySet[User]:
    """Active members of the team, by name. An administrator of the installation may put anybody on call.

    named: people whom the schedule names already: they stay, also after they left the team.
    """
    people = User.objects.filter(is_active=True)
    if not caller.is_administrator:
        people = people.filter(Q(memberships__team_id=team_id) | Q(pk__in=list(named))).distinct()
    return people.order_by("name", "email", "pk")


def participants(*, caller: Caller, team_id: int, named: Collection[int] = ()) -> QuerySet[User]:
    """Who may stand in a rotation: the candidates, and everybody who stands there already, also when deactivated.

    Were they left out when something else is edited, everybody after them would change turns.
    """
    allowed = candidates(caller=caller, team_id=team_id).order_by().values("pk")
    return User.objects.filter(Q(pk__in=allowed) | Q(pk__in=list(named))).order_by("name", "email", "pk")


def responders(*, user_ids: Collection[int], team_ids: Collection[int]) -> set[tuple[int, int]]:
    """(team, person) of those who may work on incidents of the team; of administrators of the installation, all."""
    members = Membership.objects.filter(user_id__in=user_ids, team_id__in=team_ids, role__gte=Role.RESPONDER.value)
    chiefs = User.objects.filter(pk__in=user_ids, is_administrator=True).values_list("pk", flat=True)
    everywhere = {(team_id, user_id) for user_id in chiefs for team_id in team_ids}
    return everywhere | set(members.values_list("team_id", "user_id"))


def without_role(*, user_ids: Collection[int], team_ids: Collection[int]) -> set[int]:
    """Who is a responder in none of these teams: paged, they may answer that page, and nothing else."""
    return set(user_ids) - {user_id for _, user_id in responders(user_ids=user_ids, team_ids=team_ids)}
