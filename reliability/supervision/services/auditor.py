"""The auditor: looks each quarter of a minute whether work is being done, and wakes the operators when it is not.

It runs in the process of beat and in `manage.py tick --loop`, needs neither broker nor worker, and tells by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import import_string

from reliability.supervision.domain.pulse import REPEAT, Watch, judge, why_stalled
from reliability.supervision.selectors.pulse import pulse

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 15.0
LOOK = timedelta(seconds=LOOK_SECONDS)
_MARK = "operators"  # the heartbeat's name: of several auditors one tells


def look(*, watch: Watch, now: datetime) -> Watch:
    """One look. Returns what to remember."""
    reason = why_stalled(pulse=pulse(now=now), now=now)
    verdict = judge(watch=watch, reason=reason, now=now)
    if verdict.alarm and _is_first_to_tell(now=now):
        text = f"The platform does not do its work: {reason}\nPages may be late or missing until this is mended."
        _tell(title="Pages are not being sent", text=text, now=now)
    if verdict.all_clear and _is_first_to_clear():
        _tell(title="Pages are being sent again", text="The platform does its work again.", now=now)
    return verdict.watch


def _tell(*, title: str, text: str, now: datetime) -> None:
    tell = import_string("reliability.supervision.services.operators.tell")  # only now: 18 MB that beat seldom needs
    tell(title=title, text=text, now=now)


def start(*, clock: Callable[[], datetime]) -> threading.Thread:
    """Look for ever, in a thread that ends with the process."""
    thread = threading.Thread(target=_run, args=(clock,), name="auditor", daemon=True)
    thread.start()
    return thread


def _run(clock: Callable[[], datetime]) -> None:
    watch = Watch()
    pause = threading.Event()
    while True:
        try:
            watch = look(watch=watch, now=clock())
        except Exception:  # the auditor outlives whatever it meets
            logger.exception("audit_failed")
        finally:
            connection.close()
        pause.wait(LOOK_SECONDS)


def _is_first_to_tell(*, now: datetime) -> bool:
    """Whether no other auditor told of it lately. Without a database everybody tells."""
    adapt = connection.ops.adapt_datetimefield_value
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbox_heartbeat SET at = %s WHERE name = %s AND at <= %s",
                [adapt(now), _MARK, adapt(now - REPEAT + LOOK)],
            )
            if cursor.rowcount:
                return True
            cursor.execute(
                "INSERT INTO outbox_heartbeat (name, at) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING",
                [_MARK, adapt(now)],
            )
            return bool(cursor.rowcount)
    except DatabaseError:
        return True


def _is_first_to_clear() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM outbox_heartbeat WHERE name = %s", [_MARK])
            return bool(cursor.rowcount)
    except DatabaseError:
        return False
