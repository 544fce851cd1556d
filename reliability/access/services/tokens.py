"""API tokens: made, shown once, used, revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from reliability.access.models import ApiToken

USE_NOTED_EVERY = timedelta(minutes=1)


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Remember that the token was used, at most once a minute: reading must not write on every request."""
    if token.last_used_at is not None and now - token.last_used_at < USE_NOTED_EVERY:
        return
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
