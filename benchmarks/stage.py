"""A database of its own for a benchmark: SQLite in a temporary directory, or one on the server of BENCH_DATABASE_URL.

Importing this module sets Django up: import it before anything of the product.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
DIRECTORY = Path(tempfile.mkdtemp(prefix="reliability-bench-"))
_SERVER_URL = os.environ.get("BENCH_DATABASE_URL", "")
_NAME = f"reliability_bench_{os.getpid()}"


def _set_up() -> None:
    sys.path.insert(0, str(ROOT))
    atexit.register(shutil.rmtree, DIRECTORY, ignore_errors=True)
    os.environ |= {"DATA_DIR": str(DIRECTORY), "DJANGO_SETTINGS_MODULE": "reliability.settings", "DEBUG": "0"}
    os.environ.pop("DATABASE_URL", None)
    if _SERVER_URL:
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(_SERVER_URL)._replace(path=f"/{_NAME}"))
    django.setup()
    logging.disable(logging.WARNING)  # requests and changes of state would stand between the figures


@contextmanager
def stage() -> Iterator[Path]:
    """Migrate an empty database and hand out its data directory; both are gone afterwards."""
    if not _SERVER_URL:
        call_command("migrate", verbosity=0)
        yield DIRECTORY
        connections.close_all()
        return
    with psycopg.connect(_SERVER_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {_NAME}")
        try:
            call_command("migrate", verbosity=0)
            yield DIRECTORY
        finally:
            connections.close_all()
            connections["default"].close_pool()
            server.execute(f"DROP DATABASE {_NAME} WITH (FORCE)")


_set_up()
