from __future__ import annotations

from typing import Self

from django.db.models import Q

from incidents.postmortems.domain.states import State
from reliability.access.domain.caller import Caller, Scope
from reliability.access.models import TeamScopedQuerySet


class PostmortemQuerySet(TeamScopedQuerySet):
    """What is published to the organisation is read by every person who is signed in, of whatever team."""

    def readable_by(self, caller: Caller) -> Self:
        if Scope.READ not in caller.scopes:
            return self.none()
        if caller.is_administrator:
            return self
        readable = Q(team_id__in=caller.team_ids() | caller.open_team_ids)
        if caller.user_id is not None:
            readable |= Q(state=State.PUBLISHED.value, is_published_to_organisation=True)
        return self.filter(readable)
