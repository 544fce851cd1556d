"""The simulator and the engine agree: policies, rotas, rules and quiet hours by chance, each told as foretold."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, EscalationPolicy, Notification, NotificationRule, QuietHours
from incidents.paging.selectors.policies import with_targets
from incidents.paging.selectors.simulation import Simulation, simulate
from incidents.paging.services import escalations
from reliability.access.models import User
from tests.cast import (
    Cast,
    ChannelFactory,
    ContactMethodFactory,
    EscalationPolicyFactory,
    PolicyStepFactory,
    ScheduleFactory,
    StepTargetFactory,
    UserFactory,
)
from tests.paging.engine.conftest import MINUTE, Clock, Receivers, begin

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# Beyond the longest quiet hours of every step.
AFTER_ALL = 60 * DAY
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
# Near changes of the clocks, and any Monday.
NIGHTS = [
    datetime(2026, month, day, 20, tzinfo=UTC) for month, day in ((3, 28), (10, 24), (3, 7), (10, 31), (4, 4), (6, 1))
]

Line = tuple[datetime, int | str, str]


class World:
    """Everything about people and policies by chance, from a seed."""

    def __init__(self, seed: int, cast: Cast) -> None:
        self.chance = random.Random(seed)  # noqa: S311  worlds, not secrets
        self.cast = cast
        self.people = [self._person(number) for number in range(4)]
        self.channels = [
            ChannelFactory(team=cast.payments, name=f"room{number}", is_enabled=self.chance.random() < 0.8)
            for number in range(2)
        ]
        self.schedules = [self._schedule() for _ in range(2)]
        self.policy = self._policy()
        self.at = self.chance.choice(NIGHTS) + self.chance.randrange(24 * 60) * MINUTE
        self.urgency = self.chance.choice(list(Urgency))

    def _person(self, number: int) -> User:
        chance = self.chance
        user: User = UserFactory(name=f"P{number}", time_zone=chance.choice(ZONES), is_active=chance.random() < 0.85)
        methods = [
            ContactMethodFactory(user=user, title=f"way {index}", position=index)
            for index in range(chance.randrange(3))
        ]
        for urgency in ("urgent", "normal"):
            for method in methods:
                for minutes in chance.sample((0, 1, 3, 7, 20), chance.randrange(3)):
                    NotificationRule.objects.create(
                        user=user, urgency=urgency, delay_minutes=minutes, contact_method=method
                    )
        if chance.random() < 0.5:
            QuietHours.objects.create(
                user=user,
                start=time(chance.randrange(24), chance.choice((0, 30))),
                end=time(chance.randrange(24), chance.choice((15, 45))),
                weekdays=chance.choice(([], [0, 1, 2, 3, 4], [5, 6])),
            )
        return user

    def _schedule(self) -> Any:
        chance = self.chance
        rotation = {
            "unit": chance.choice(("hour", "day", "week")),
            "length": chance.randrange(1, 4),
            "start": "2026-01-05T09:00",
            "participants": [one.pk for one in chance.sample(self.people, chance.randrange(1, 4))],
        }
        restrictions = [{"start": "08:00", "end": "18:00"}] if chance.random() < 0.5 else []
        layer = {"name": "Primary", "priority": 1, "rotation": rotation, "restrictions": restrictions}
        return ScheduleFactory(
            team=self.cast.payments,
            version__definition={"time_zone": chance.choice(ZONES), "layers": [layer]},
        )

    def _policy(self) -> EscalationPolicy:
        chance = self.chance
        policy: EscalationPolicy = EscalationPolicyFactory(
            team=self.cast.payments,
            repeat=chance.randrange(3),
            ack_timeout_minutes=chance.choice((None, 30)),
        )
        steps = chance.randrange(1, 4)
        for position in range(steps + chance.randrange(2)):
            step = PolicyStepFactory(
                policy=policy,
                position=position,
                delay_minutes=chance.choice((1, 5, 10, 30)),
                round_robin=chance.random() < 0.3,
                turn=chance.randrange(5),
                is_last_resort=position == steps,
            )
            things = [("user", one) for one in self.people] + [("channel", one) for one in self.channels]
            things += [("schedule", one) for one in self.schedules] + [("team", self.cast.search)]
            for place, (kind, thing) in enumerate(chance.sample(things, chance.randrange(1, 4))):
                StepTargetFactory(step=step, position=place, **{kind: thing})
        return policy


def worlds(seeds: range) -> list[Any]:
    """The first ones on every database: what the engine asks of one does not depend on chance."""
    everywhere, others = seeds[:4], seeds[4:]
    return [*everywhere, *(pytest.param(seed, marks=pytest.mark.same_everywhere) for seed in others)]


def foretold(simulation: Simulation) -> list[Line]:
    return sorted(
        (
            (told.at, told.user_id or told.channel_name, f"{told.why}, {told.how}"[:300])
            for stage in simulation.stages
            for told in stage.told
            if not told.is_void
        ),
        key=str,
    )


def lines_of(pages: Any) -> list[Line]:
    return sorted(
        ((page.due_at, page.user_id or page.channel.name, page.why) for page in pages.select_related("channel")),
        key=str,
    )


def simulated(world: World, acknowledged_after: timedelta | None) -> Simulation:
    policy = with_targets(EscalationPolicy.objects.filter(pk=world.policy.pk)).get()
    return simulate(
        caller=world.cast.caller("chief"),
        policy=policy,
        at=world.at,
        urgency=world.urgency,
        acknowledged_after=acknowledged_after,
    )


def run_to_the_end(escalation: Escalation, clock: Clock) -> None:
    clock.run(AFTER_ALL)
    escalation.refresh_from_db()


@pytest.mark.parametrize("seed", worlds(range(12)))
def test_everybody_is_told_when_the_simulator_says(
    cast: Cast, clock: Clock, receivers: Receivers, settings: Settings, seed: int
) -> None:
    settings.PAGES_PER_PERSON_MAX = settings.PAGES_PER_CHANNEL_MAX = 100_000
    world = World(seed, cast)
    said = simulated(world, None)
    clock.now = world.at
    escalation = begin(world.policy, clock.now, urgency=world.urgency)
    run_to_the_end(escalation, clock)
    pages = Notification.objects.filter(escalation=escalation, purpose="page")
    assert lines_of(pages) == foretold(said)
    assert all(page.sent_at == page.due_at and page.state == "sent" for page in pages), "each at its instant"
    assert escalation.state == "exhausted"
    assert escalation.events.get(kind="exhausted").at == said.stages[-1].move.at
    assert len(receivers.sent) == pages.count(), "and nobody else"


@pytest.mark.parametrize("seed", worlds(range(100, 110)))
def test_an_acknowledgement_does_what_the_simulator_says(
    cast: Cast, clock: Clock, receivers: Receivers, settings: Settings, seed: int
) -> None:
    settings.PAGES_PER_PERSON_MAX = settings.PAGES_PER_CHANNEL_MAX = 100_000
    world = World(seed, cast)
    after = world.chance.randrange(1, 90) * MINUTE
    said = simulated(world, after)
    clock.now = world.at
    escalation = begin(world.policy, clock.now, urgency=world.urgency)
    clock.run(after - timedelta(microseconds=1))
    clock.now = world.at + after
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    run_to_the_end(escalation, clock)
    pages = Notification.objects.filter(escalation=escalation, purpose="page")
    first = pages.filter(epoch=1)
    assert lines_of(first.filter(state="sent")) == foretold(said)
    assert not first.filter(sent_at__gte=world.at + after).exists(), "nothing after the acknowledgement"
    if said.lapse is None:
        assert not pages.exclude(epoch=1).exists()
    else:
        again = pages.filter(step=said.lapse.move.step, pass_number=said.lapse.move.pass_number, epoch=3)
        lapsed = Simulation(at=world.at, urgency=world.urgency, stages=(said.lapse,))
        assert lines_of(again) == foretold(lapsed)
