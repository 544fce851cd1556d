"""The auditor: looks each quarter of a minute whether work is being done, and wakes the operators when it is not.

It runs in the process of beat and in `manage.py tick --loop`, needs neither broker nor worker, and tells by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import import_string

from reliability.supervision.domain.pulse import REPEAT, Watch, judge, why_some_are_lost, why_stalled
from reliability.supervision.selectors.pulse import pulse

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 15.0
LOOK = timedelta(seconds=LOOK_SECONDS)
# What waited while everything was down is no alarm before all of it has come up and had a minute for it.
SETTLING_SECONDS = 75.0
_MARK = "operators"  # the heartbeat's name: of several auditors one tells
# Whoever set out to tell has this long; then another, or the same, tries again.
_TELLING = timedelta(minutes=1)


def look(*, watch: Watch, now: datetime) -> Watch:
    """One look. Returns what to remember."""
    beat = pulse(now=now)
    stalled = why_stalled(pulse=beat, now=now)
    reason = stalled or why_some_are_lost(pulse=beat)
    verdict = judge(watch=watch, reason=reason, now=now)
    if verdict.alarm:
        if not (_is_first_to_tell(now=now) and _alarm(stalled=stalled, reason=reason, now=now)):
            return replace(verdict.watch, told_at=None, is_marked=False)
        # The mark of whoever tells holds for a minute, and from then on for as long as they are not told again.
        return replace(verdict.watch, is_marked=_mark(now=now))
    if not reason and (_is_first_to_clear() or _told_without_a_mark(watch)):
        _tell(title="Pages are being sent again", text="The platform does its work again.", now=now)
    if reason and verdict.watch.told_at is not None and _told_without_a_mark(watch):
        return replace(verdict.watch, is_marked=_mark(now=verdict.watch.told_at))
    return verdict.watch


def _told_without_a_mark(watch: Watch) -> bool:
    """What stalls the work may be the database itself, or who holds its lock: then only this auditor knows."""
    return watch.told_at is not None and not watch.is_marked


def _alarm(*, stalled: str, reason: str, now: datetime) -> bool:
    """Whether the operators heard of it."""
    if stalled:
        title = "Pages are not being sent"
        text = f"The platform does not do its work: {reason}\nPages may be late or missing until this is mended."
    else:
        title = "Some pages are not being sent"
        text = f"The platform does its work, but {reason}\nLook after these yourselves until this is mended."
    return _tell(title=title, text=text, now=now)


def _tell(*, title: str, text: str, now: datetime) -> bool:
    tell = import_string("reliability.supervision.services.operators.tell")  # only now: 18 MB that beat seldom needs
    return bool(tell(title=title, text=text, now=now))


def start(*, clock: Callable[[], datetime], up_since: float = 0.0) -> threading.Thread:
    """Look for ever, in a thread that ends with the process.

    up_since: seconds since 1970 when the whole platform was started; a process of it that is started again waits no
    second time.
    """
    thread = threading.Thread(target=_run, args=(clock, up_since), name="auditor", daemon=True)
    thread.start()
    return thread


def _run(clock: Callable[[], datetime], up_since: float) -> None:
    watch = Watch()
    pause = threading.Event()
    pause.wait(settling_seconds(up_since=up_since, now=clock()))
    while True:
        try:
            watch = look(watch=watch, now=clock())
        except Exception:  # the auditor outlives whatever it meets
            logger.exception("audit_failed")
        finally:
            connection.close()
        pause.wait(LOOK_SECONDS)


def settling_seconds(*, up_since: float, now: datetime) -> float:
    """How long to wait before the first look; at most SETTLING_SECONDS, also when the clock was set back."""
    return min(max(up_since + SETTLING_SECONDS - now.timestamp(), 0.0), SETTLING_SECONDS)


def _is_first_to_tell(*, now: datetime) -> bool:
    """Whether no other auditor told of it lately, or sets out to. Without a database everybody tells."""
    adapt = connection.ops.adapt_datetimefield_value
    mark = adapt(now - REPEAT + LOOK + _TELLING)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbox_heartbeat SET at = %s WHERE name = %s AND at <= %s",
                [mark, _MARK, adapt(now - REPEAT + LOOK)],
            )
            if cursor.rowcount:
                return True
            cursor.execute(
                "INSERT INTO outbox_heartbeat (name, at) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING",
                [_MARK, mark],
            )
            return bool(cursor.rowcount)
    except DatabaseError:
        return True


def _mark(*, now: datetime) -> bool:
    """Whether the database took it. The row is missing when the lock was not to be had before telling."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO outbox_heartbeat (name, at) VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                [_MARK, connection.ops.adapt_datetimefield_value(now)],
            )
    except DatabaseError:
        logger.warning("mark_not_written", exc_info=True)
        return False
    return True


def _is_first_to_clear() -> bool:
    """Whether somebody was told, perhaps by an auditor that has ended meanwhile, and nobody said since that it is
    over."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM outbox_heartbeat WHERE name = %s", [_MARK])
            if cursor.fetchone() is None:
                return False  # the usual case writes nothing
            cursor.execute("DELETE FROM outbox_heartbeat WHERE name = %s", [_MARK])
            return bool(cursor.rowcount)
    except DatabaseError:
        return False
