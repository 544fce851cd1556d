"""Worlds that are made once for many tests: each test is taken back to them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextlib.contextmanager
def kept(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written within stays until the end, and is gone after it. For a fixture wider than one test, which needs
    `django_db_setup`; the tests that stand on it use `db`."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as Django's TestCase does: durable blocks may be inside
    with blocker.unblock(), around:
        yield
        transaction.set_rollback(True)
