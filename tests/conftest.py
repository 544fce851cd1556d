"""What every test stands on: the cast of people and teams, a fixed instant, no way off this machine."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

if importlib.util.find_spec("tests.cast") is not None:
    pytest_plugins = ("tests.cast", "tests.racing")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-with-database",
        action="store_true",
        help="for another database: leave out tests that may not use it, those marked same_everywhere, and those of"
        " single pages, which ask what services and selectors ask (each page is visited once by test_every_url.py)",
    )


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


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_alone(django_test_environment: None) -> Iterator[None]:
    """`response.context` is that of the page. Django would copy the context of each of a hundred included templates and
    widgets as well, for a fifth of the time of a test that asks for a page.
    """
    from django.template.base import Template  # noqa: PLC0415 — tests of the domain run without Django
    from django.template.context import RequestContext  # noqa: PLC0415
    from django.test.signals import template_rendered  # noqa: PLC0415

    def render(self: Template, context: Any) -> Any:
        if context.template is self and isinstance(context, RequestContext):
            template_rendered.send(sender=self, template=self, context=context)
        return self.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield
