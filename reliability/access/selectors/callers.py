"""From a person or a presented token to the Caller that selectors and services ask."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, FilteredRelation, Q

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.domain.secret import hash_of_secret
from reliability.access.models import ApiToken, Team, User

ANONYMOUS = Caller(name="anonymous", scopes=frozenset())


def caller_of_user(*, user: User) -> Caller:
    """The caller that is this person: one query for the roles and the open teams together."""
    teams = (
        Team.objects.annotate(own=FilteredRelation("memberships", condition=Q(memberships__user_id=user.pk)))
        .filter(Q(is_private=False) | Q(own__isnull=False))
        .annotate(held=F("own__role"))
        .order_by()
        .values_list("pk", "is_private", "held")
    )
    roles: dict[int, Role] = {}
    open_ids: set[int] = set()
    for team_id, is_private, held in teams:
        if held is not None:
            roles[team_id] = Role(held)
        if not is_private:
            open_ids.add(team_id)
    return Caller(
        name=user.name or user.email,
        user_id=user.pk,
        is_administrator=user.is_administrator,
        roles=roles,
        open_team_ids=frozenset(open_ids),
    )


def token_in_force(*, presented: str, now: datetime) -> ApiToken | None:
    """The token with this secret, unless it is revoked or has expired."""
    return (
        ApiToken.objects.filter(secret_hash=hash_of_secret(presented), revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )


def caller_of_api_token(*, token: ApiToken) -> Caller:
    """The caller that is this token: its role in its team, or in every team when it has none.

    Like everyone signed in it may read open teams, when its scopes allow reading at all.
    """
    role = Role(token.role)
    teams = list(Team.objects.order_by().values_list("pk", "is_private"))
    covered = [pk for pk, _ in teams] if token.team_id is None else [token.team_id]
    return Caller(
        name=f"token {token.name} ({token.prefix}…)",
        token_id=token.pk,
        is_administrator=token.team_id is None and role is Role.ADMINISTRATOR,
        roles=dict.fromkeys(covered, role),
        open_team_ids=frozenset(pk for pk, is_private in teams if not is_private),
        scopes=frozenset(Scope(scope) for scope in token.scopes),
    )
