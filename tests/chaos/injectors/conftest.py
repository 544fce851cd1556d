from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.injectors.machine import notes
from tests.chaos.injectors.faults import PREFIX


@pytest.fixture(autouse=True)
def _no_notes_are_left() -> Iterator[None]:
    """They would lie in the machine's own directory for a week. Those of other processes of the tests stay."""
    directory = notes.directory()
    yield
    for path in directory.glob(f"{PREFIX}*"):
        path.unlink(missing_ok=True)
