"""Connections of the product's SQLite backend to files of a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reliability.database.sqlite3.base import DatabaseWrapper


def open_wrapper(path: Path | str, *, timeout: float = 20) -> DatabaseWrapper:
    """Opened at its first use. timeout: in seconds."""
    settings: dict[str, Any] = {
        "ENGINE": "reliability.database.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": timeout},
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
        "TEST": {"NAME": None},
    }
    wrapper = DatabaseWrapper(settings, alias="of a test")
    wrapper.inc_thread_sharing()
    return wrapper
