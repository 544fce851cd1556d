from __future__ import annotations

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

    def of_readable_services(self, caller: Caller) -> Self:
        """Those whose `service` *caller* may know of, too: it may have moved to a private team since."""
        if caller.is_administrator:
            return self
        return self.filter(service__team_id__in=caller.team_ids() | caller.open_team_ids)

    def writable_by(self, caller: Caller, *, role: Role = Role.EDITOR, scope: Scope = Scope.WRITE) -> Self:
        if scope not in caller.scopes:
            return self.none()
        if caller.is_administrator:
            return self
        return self.filter(team_id__in=caller.team_ids(role))
