"""A world with something hidden of everything, made once for a thousand tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.access.addresses import hide
from tests.cast import Cast, make_cast
from tests.worlds import kept


@dataclass(frozen=True)
class World:
    """below: as `hide` gives it."""

    cast: Cast
    below: Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Each test is taken back to it. A module that uses it takes its cast from it, too."""
    with kept(django_db_blocker):
        cast = make_cast()
        yield World(cast, hide(cast))
