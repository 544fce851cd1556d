"""What every test stands on: the cast of people and teams, a fixed instant, no way off this machine."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest

from tests import examples

examples.choose()

if importlib.util.find_spec("tests.cast") is not None:
    pytest_plugins = ("tests.cast", "tests.clients", "tests.contexts", "tests.emptying", "tests.racing")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-with-database",
        action="store_true",
        help="for another database: leave out tests that may not use it, those marked same_everywhere, and those of"
        " single pages, which ask what services and selectors ask (each page is visited once by test_every_url.py)",
    )
    parser.addoption("--part", default="1/1", help="2/3: every third file, from the second on")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """None: ask others."""
    number, of = (int(text) for text in config.getoption("--part").split("/"))
    path = collection_path.relative_to(config.rootpath).as_posix()
    is_of_others = collection_path.name.startswith("test_") and crc32(path.encode()) % of != number - 1
    return True if is_of_others else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-with-database"):
        kept = [item for item in items if _needs_this_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not _needs_this_database(item)])
        items[:] = kept


def _needs_this_database(item: pytest.Item) -> bool:
    return _uses_database(item) and item.get_closest_marker("same_everywhere") is None and not _is_of_a_page(item)


def _is_of_a_page(item: pytest.Item) -> bool:
    is_edge = bool({"as_", "client"} & set(getattr(item, "fixturenames", ())))
    return is_edge and "pages" in f"{item.path.parent.name} {item.path.stem}"


def _uses_database(item: pytest.Item) -> bool:
    """pytest-django refuses the database to every other test."""
    names = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(names & {"db", "transactional_db", "live_server"})


@pytest.fixture
def now() -> datetime:
    """A fixed instant for services and selectors, which take time as an argument."""
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
