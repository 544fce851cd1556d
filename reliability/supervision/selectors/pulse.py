"""The pulse of the engine, read without Django's models: beat has none, which halves its memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection

from reliability.supervision.domain.pulse import Pulse

# Facts, monitors and silences that end lead to incidents, and those to pages. A receiver that hangs holds up its own
# messages only, and is shown with its channel. (tests/supervision/test_auditor.py compares the names with the models.)
_LEADS_TO_PAGES = (
    "(kind LIKE 'paging.%%' OR kind LIKE 'fact:%%'"
    " OR kind IN ('intake.monitor', 'response.silenced', 'response.still_burning'))"
)
_WAITING = f"""
    SELECT MIN(due_at), COUNT(*) FROM outbox_due
    WHERE due_at <= %s AND {_LEADS_TO_PAGES}
    AND lane NOT IN (SELECT name FROM outbox_slowlane WHERE until_at > %s)
"""  # noqa: S608  no value of anybody's is in it
# After a failure a row is due again later, so that it is never late.
_FAILURES_MIN = 4
_FAILING = f"""
    SELECT kind, key, last_error, COUNT(*) OVER () FROM outbox_due
    WHERE attempts >= %s AND last_error <> '' AND {_LEADS_TO_PAGES} ORDER BY last_error_at LIMIT 1
"""  # noqa: S608  as above
# In minutes every place of a step was tried. Acknowledged ones are nobody's worry any more.
_UNHEARD_AFTER = timedelta(minutes=3)
_UNHEARD = """
    SELECT subject, COUNT(*) OVER () FROM paging_escalation AS one
    WHERE state IN ('active', 'exhausted')
    AND (state = 'exhausted' OR EXISTS (
        SELECT 1 FROM paging_notification WHERE escalation_id = one.id AND epoch = one.epoch
        AND purpose = 'page' AND first_attempt_at <= %s))
    AND NOT EXISTS (
        SELECT 1 FROM paging_notification WHERE escalation_id = one.id AND epoch = one.epoch
        AND purpose = 'page' AND (sent_at IS NOT NULL OR state = 'bundled'))
    ORDER BY began_at LIMIT 1
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
            cursor.execute(_FAILING, [_FAILURES_MIN])
            failing = cursor.fetchone()
            cursor.execute(_UNHEARD, [connection.ops.adapt_datetimefield_value(now - _UNHEARD_AFTER)])
            unheard = cursor.fetchone()
    except DatabaseError as error:
        return Pulse(error=str(error).strip() or type(error).__name__)
    return Pulse(
        oldest_due_at=_instant(oldest),
        waiting=waiting,
        last_tick_at=None if tick is None else _instant(tick[0]),
        failing=0 if failing is None else failing[3],
        failure="" if failing is None else f"{failing[0]} {failing[1]}: {failing[2]}",
        unheard=0 if unheard is None else unheard[1],
        unheard_first="" if unheard is None else unheard[0],
    )


def _instant(stored: Any) -> datetime | None:
    """SQLite gives back text, or an instant without its zone: UTC."""
    if stored is None:
        return None
    instant = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
