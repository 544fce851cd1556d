"""Who may be put on call."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.models import User


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
