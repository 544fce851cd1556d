"""Whether this installation can do its work now, and if not, why."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from reliability.outbox.selectors.backlog import last_tick_at

TICK_AGE_MAX = timedelta(seconds=60)
FREE_BYTES_MIN = 50 * 1024 * 1024
_BROKER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Check:
    """One part. reason: why it is not well and what to do; empty when it is."""

    name: str
    reason: str = ""

    @property
    def is_well(self) -> bool:
        return not self.reason


def readiness(*, now: datetime) -> list[Check]:
    """Every part, whether well or not. What depends on the database is not asked when that is down."""
    database = _database()
    checks = [database]
    if database.is_well:
        migrations = _migrations()
        checks.append(migrations)
        if migrations.is_well:
            checks.append(_tick(now=now))
    return [*checks, _broker(), _disk()]


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return Check("database", f"the database does not answer: {error}")
    return Check("database")


def missing_migrations() -> int:
    """How many migrations of this release the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


_is_migrated = False


def _migrations() -> Check:
    """Asked once per process until they are applied: a running release does not become unmigrated."""
    global _is_migrated
    if not _is_migrated:
        missing = missing_migrations()
        if missing:
            return Check("migrations", f"{missing} migrations are not applied: run `./run manage prepare`")
        _is_migrated = True
    return Check("migrations")


def _tick(*, now: datetime) -> Check:
    last = last_tick_at()
    if last is None:
        return Check("tick", "no tick has run yet: are a worker and beat running?")
    if now - last > TICK_AGE_MAX:
        return Check("tick", f"the last tick ran at {last:%Y-%m-%d %H:%M:%S} UTC: are a worker and beat running?")
    return Check("tick")


def _broker() -> Check:
    url = settings.REDIS_URL.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(
            url, socket_timeout=_BROKER_SECONDS, socket_connect_timeout=_BROKER_SECONDS
        ) as client:
            client.ping()
    except redis.RedisError as error:
        return Check("broker", f"the broker does not answer: {error}")
    return Check("broker")


def _disk() -> Check:
    try:
        free = shutil.disk_usage(settings.DATA_DIR).free
        is_writable = os.access(settings.DATA_DIR, os.W_OK)
    except OSError as error:
        return Check("disk", f"the data directory cannot be read: {error}")
    if not is_writable:
        return Check("disk", f"{settings.DATA_DIR} cannot be written")
    if free < FREE_BYTES_MIN:
        return Check("disk", f"only {free // 1024 // 1024} MiB are left on the disk of {settings.DATA_DIR}")
    return Check("disk")
