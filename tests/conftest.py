"""What every test stands on: the cast of people and teams, a fixed instant, no way off this machine."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime

import pytest

if importlib.util.find_spec("tests.cast") is not None:
    pytest_plugins = ("tests.cast", "tests.racing")


@pytest.fixture
def now() -> datetime:
    """A fixed instant for services and selectors, which take time as an argument."""
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
