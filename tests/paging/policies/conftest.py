"""A schedule of two people, a channel, and policies that name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incidents.oncall.models import Schedule
from incidents.paging.domain.frozen import TargetKind
from incidents.paging.domain.policies import PolicyDraft, StepDraft, TargetDraft
from reliability.access.models import User
from reliability.channels.models import Channel
from tests.cast import Cast, ChannelFactory, ScheduleFactory


def rota(*people: User, restrictions: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A definition in UTC: a week each, from Monday 2026-01-05 09:00 on."""
    rotation = {"unit": "week", "length": 1, "start": "2026-01-05T09:00", "participants": [one.pk for one in people]}
    return {
        "time_zone": "UTC",
        "layers": [{"name": "Primary", "priority": 1, "rotation": rotation, "restrictions": restrictions or []}],
    }


@pytest.fixture
def schedule(cast: Cast) -> Schedule:
    """Editor and Responder take weeks in turn; at the tests' `now` (Monday noon) it is Editor."""
    made: Schedule = ScheduleFactory(
        team=cast.payments,
        slug="primary",
        title="Payments primary",
        version__definition=rota(cast.editor, cast.responder),
    )
    return made


@pytest.fixture
def channel(cast: Cast) -> Channel:
    made: Channel = ChannelFactory(team=cast.payments, name="chat", title="Payments chat", kind="webhook")
    return made


def of(kind: str, thing: Any) -> TargetDraft:
    return TargetDraft(TargetKind(kind), thing.pk)


def step(minutes: int, *targets: TargetDraft, round_robin: bool = False) -> StepDraft:
    return StepDraft(minutes, targets, round_robin)


@pytest.fixture
def draft(cast: Cast, schedule: Schedule) -> Callable[..., PolicyDraft]:
    """`draft(repeat=1)`: the schedule for 5 minutes, then the administrator for 10."""

    def made(**fields: Any) -> PolicyDraft:
        steps = (step(5, of("schedule", schedule)), step(10, of("user", cast.administrator)))
        values: dict[str, Any] = {
            "slug": "payments-urgent",
            "title": "Payments, urgent",
            "team_id": cast.payments.pk,
            "steps": steps,
        }
        return PolicyDraft(**(values | fields))

    return made
