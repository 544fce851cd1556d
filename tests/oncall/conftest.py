from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import on_call
from incidents.oncall.services import documents
from tests.cast import Cast
from tests.oncall.rota import document, layer

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)  # a Tuesday, Editor's week


@pytest.fixture
def now(time_machine: Any) -> datetime:
    time_machine.move_to(NOW, tick=False)
    return NOW


@pytest.fixture
def schedule(cast: Cast, now: datetime) -> Schedule:
    """Editor and Responder week by week since 5 January 2026, handing over on Mondays at nine in Berlin."""
    return documents.put(
        caller=cast.caller("editor"),
        slug="payments-primary",
        document=document(layer(cast.editor, cast.responder)),
        now=now,
    ).schedule


@pytest.fixture
def who(schedule: Schedule) -> Callable[[str], str]:
    """Who is on call at an instant, by name."""

    def ask(at: str) -> str:
        found = on_call(schedule_id=schedule.pk, at=datetime.fromisoformat(at).replace(tzinfo=UTC))
        return ", ".join(str(user) for user in found)

    return ask
