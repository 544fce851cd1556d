from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.servers.misbehaving import Behaviour, MisbehavingServer, misbehaving_server
from tests.servers.prometheus import PrometheusServer, prometheus, write_blocks
from tests.telemetry.known import known_series


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture(scope="session")
def real_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    """A real server over the blocks of tests/telemetry/known.py."""
    directory: Path = tmp_path_factory.mktemp("prometheus") / "data"
    write_blocks(series=known_series(), directory=directory)
    with prometheus(directory=directory) as server:
        yield server


@pytest.fixture
def serve() -> Iterator[Callable[[Behaviour], MisbehavingServer]]:
    """`serve(lambda asked: Answer(…))`: a server that answers so, for this test."""
    with ExitStack() as stack:
        yield lambda behave: stack.enter_context(misbehaving_server(behave))
