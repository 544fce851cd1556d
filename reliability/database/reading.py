"""Reads that something urgent is made better by, and must not wait for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def brief_reads(*, seconds: float) -> Iterator[None]:
    """Each query within fails after so many seconds, and leaves a transaction around it as it was.

    On PostgreSQL, where a read may wait for a lock or a bad plan. On SQLite reads wait for nobody, while a transaction
    would wait for its turn to write, so none is begun.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        yield
