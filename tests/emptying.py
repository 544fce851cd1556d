"""Tables that tests with transactions of their own have filled are emptied, not all 250.

PostgreSQL takes a quarter of a second to truncate them all, and a hundred and fifty tests ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import sql


def _sql_flush(self: DatabaseOperations, style: Any, tables: Sequence[str], **_: object) -> list[str]:
    """In one transaction, at whose end foreign keys are looked at."""
    asked = (
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(asked))
        filled = [name for (name,) in cursor.fetchall()]
        return [sql.SQL("DELETE FROM {};").format(sql.Identifier(name)).as_string(cursor.connection) for name in filled]


@pytest.fixture(scope="session", autouse=True)
def _only_what_is_filled(django_test_environment: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", _sql_flush)
        yield
