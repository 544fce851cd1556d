"""API tokens: made, shown once, used, revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.domain.secret import new_token_secret
from reliability.access.models import ApiToken, Team
from reliability.access.services import audit
from reliability.access.services.authorize import require, require_installation
from reliability.web.errors import Forbidden, Invalid

USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewToken:
    """The token and its secret, which nobody sees again."""

    token: ApiToken
    secret: str


def create(
    *,
    caller: Caller,
    name: str,
    team: Team | None,
    role: Role,
    scopes: Iterable[Scope],
    expires_at: datetime | None,
    now: datetime,
    reason: str = "",
) -> NewToken:
    """A token of *team*, or of the whole installation without one.

    Raises Forbidden unless the caller administers what the token reaches (and, being a token itself, has every
    scope and all the time it gives away); Invalid without a scope or with an expiry in the past.
    """
    if team is None:
        require_installation(caller=caller)
    else:
        require(caller=caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    wanted = frozenset(scopes)
    _check_limits(caller=caller, scopes=wanted, expires_at=expires_at, now=now)
    secret = new_token_secret()
    with transaction.atomic():
        token = ApiToken.objects.create(
            team=team,
            name=name,
            role=role.value,
            scopes=sorted(scope.value for scope in wanted),
            prefix=secret.prefix,
            secret_hash=secret.hash,
            created_by_id=caller.user_id,
            expires_at=expires_at,
        )
        changes = {
            "role": [None, role.name.lower()],
            "scopes": [None, token.scopes],
            "expires_at": [None, expires_at],
            "reach": [None, team.slug if team else "installation"],
        }
        _record(caller=caller, action="token.create", token=token, now=now, changes=changes, reason=reason)
    return NewToken(token=token, secret=secret.text)


def revoke(*, caller: Caller, token: ApiToken, now: datetime, reason: str = "") -> None:
    """End the token at once; revoking it again changes nothing. Raises Forbidden, NotFound."""
    if token.team_id is None:
        require_installation(caller=caller)
    else:
        require(caller=caller, team_id=token.team_id, role=Role.ADMINISTRATOR)
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            changes = {"revoked_at": [None, now]}
            _record(caller=caller, action="token.revoke", token=token, now=now, changes=changes, reason=reason)


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Remember that the token was used, at most once a minute: reading must not write on every request."""
    if token.last_used_at is not None and now - token.last_used_at < USE_NOTED_EVERY:
        return
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)


def _check_limits(*, caller: Caller, scopes: frozenset[Scope], expires_at: datetime | None, now: datetime) -> None:
    if not scopes:
        raise Invalid(details=[{"field": "scopes", "message": "choose at least one scope"}])
    if expires_at is not None and expires_at <= now:
        raise Invalid(details=[{"field": "expires_at", "message": "choose an expiry in the future"}])
    if not scopes <= caller.scopes:
        missing = ", ".join(sorted(scope.value for scope in scopes - caller.scopes))
        raise Forbidden(f"a token cannot give away what it lacks: {missing}", reason="scope_too_low")
    if caller.token_id is None:
        return
    limit = ApiToken.objects.values_list("expires_at", flat=True).get(pk=caller.token_id)
    if limit is not None and (expires_at is None or expires_at > limit):
        raise Forbidden(
            f"a token cannot make one that outlives it: choose an expiry until {limit:%Y-%m-%d %H:%M} UTC",
            reason="expiry_too_late",
        )


def _record(
    *, caller: Caller, action: str, token: ApiToken, now: datetime, changes: audit.Changes, reason: str
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="token",
        object_name=f"{token.name} ({token.prefix})",
        team_id=token.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
