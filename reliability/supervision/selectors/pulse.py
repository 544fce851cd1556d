"""The pulse of the engine, read without Django's models: beat has none, which halves its memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, connection

from reliability.supervision.domain.pulse import Pulse

# Facts lead to incidents, and those to pages. A receiver that hangs holds up its own messages only, and is shown
# with its channel. (tests/supervision/test_auditor.py compares the names with the models.)
_WAITING = """
    SELECT MIN(due_at), COUNT(*) FROM outbox_due
    WHERE due_at <= %s AND (kind LIKE 'paging.%%' OR kind LIKE 'fact:%%')
    AND lane NOT IN (SELECT name FROM outbox_slowlane WHERE until_at > %s)
"""
_TICK = "SELECT at FROM outbox_heartbeat WHERE name = 'tick'"


def pulse(*, now: datetime) -> Pulse:
    """An error of the database is part of the answer."""
    try:
        with connection.cursor() as cursor:
            instant = connection.ops.adapt_datetimefield_value(now)
            cursor.execute(_WAITING, [instant, instant])
            oldest, waiting = cursor.fetchone()
            cursor.execute(_TICK)
            tick = cursor.fetchone()
    except DatabaseError as error:
        return Pulse(error=str(error).strip() or type(error).__name__)
    return Pulse(
        oldest_due_at=_instant(oldest), waiting=waiting, last_tick_at=None if tick is None else _instant(tick[0])
    )


def _instant(stored: Any) -> datetime | None:
    """SQLite gives back text, or an instant without its zone: UTC."""
    if stored is None:
        return None
    instant = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
