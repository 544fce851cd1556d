"""Which tests go to the same process of pytest-xdist: those that share a running product.

Its own `--dist loadgroup` writes the group into an attribute that pytest 9.2 does not read any more, so that each test
would go its own way and start a product of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # likewise
    """share: what a test shares with others, by its node id."""

    def __init__(self, config: pytest.Config, log: Any, *, share: Callable[[str], str]) -> None:
        super().__init__(config, log)
        self._share = share

    def _split_scope(self, nodeid: str) -> str:
        return self._share(nodeid)


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]
