from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models import Q

from reliability.access.domain.caller import Caller, Role, Scope


class TeamScopedQuerySet(models.QuerySet[Any, Any]):
    """Rows of a model with a `team`, narrowed to what a caller may see. Every look-up starts here."""

    def readable_by(self, caller: Caller) -> Self:
        if Scope.READ not in caller.scopes:
            return self.none()
        if caller.is_administrator:
            return self
        return self.filter(Q(team_id__in=caller.team_ids() | caller.open_team_ids))

    def writable_by(self, caller: Caller, *, role: Role = Role.EDITOR, scope: Scope = Scope.WRITE) -> Self:
        if scope not in caller.scopes:
            return self.none()
        if caller.is_administrator:
            return self
        return self.filter(team_id__in=caller.team_ids(role))


class ServiceScopedQuerySet(TeamScopedQuerySet):
    """Rows of a model with a `service`, which says whose they are, also once it has moved to another team.

    Those without one, where the model allows it, are their own `team`'s.
    """

    def readable_by(self, caller: Caller) -> Self:
        if Scope.READ not in caller.scopes:
            return self.none()
        if caller.is_administrator:
            return self
        return self.of_teams(caller.team_ids() | caller.open_team_ids)

    def writable_by(self, caller: Caller, *, role: Role = Role.EDITOR, scope: Scope = Scope.WRITE) -> Self:
        if scope not in caller.scopes:
            return self.none()
        if caller.is_administrator:
            return self
        return self.of_teams(caller.team_ids(role))

    def of_team(self, slug: str) -> Self:
        return self.filter(self._owned("__slug", slug))

    def of_teams(self, ids: Collection[int]) -> Self:
        return self.filter(self._owned("_id__in", ids))

    def _owned(self, look_up: str, value: object) -> Q:
        owned = Q(**{f"service__team{look_up}": value})
        if self.model._meta.get_field("service").null:
            owned |= Q(**{"service": None, f"team{look_up}": value})
        return owned
