"""If this fired at this moment: who is told when, by what, why. The same course as a real escalation takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.oncall.models import Schedule
from incidents.paging.domain.escalation import MoveKind
from incidents.paging.domain.policies import PolicyDraft
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import EscalationPolicy, NotificationRule, QuietHours
from incidents.paging.selectors import policies as selectors
from incidents.paging.selectors.simulation import Simulation, simulate
from incidents.paging.selectors.simulation_warnings import PolicyWarning, WarningKind, warnings_of
from incidents.paging.services import policies
from reliability.access.models import Membership, User
from reliability.channels.models import Channel
from tests.cast import Cast, ChannelFactory, ContactMethodFactory, ScheduleFactory
from tests.paging.policies.conftest import of, rota, step

Draft = Callable[..., PolicyDraft]
Run = Callable[..., Simulation]


@pytest.fixture
def made(cast: Cast, draft: Draft, now: datetime) -> Callable[..., EscalationPolicy]:
    def make(**fields: Any) -> EscalationPolicy:
        return policies.create(caller=cast.caller("chief"), draft=draft(**fields), now=now)

    return make


@pytest.fixture
def run(cast: Cast, now: datetime) -> Run:
    def run_it(policy: EscalationPolicy, who: str = "viewer", **options: Any) -> Simulation:
        asked: dict[str, Any] = {"at": now, "urgency": Urgency.URGENT} | options
        return simulate(caller=cast.caller(who), policy=policy, **asked)

    return run_it


def lines(simulation: Simulation) -> list[tuple[str, str, str]]:
    """(time, whom, why) of everything that is told."""
    return [
        (f"{told.at:%H:%M}", told.who, told.why)
        for stage in simulation.stages
        for told in stage.told
        if not told.is_void
    ]


def rule(user: User, minutes: int, title: str, urgency: str = "urgent") -> None:
    method = ContactMethodFactory(user=user, title=title, kind="ntfy" if title == "Push" else "sms")
    NotificationRule.objects.create(user=user, urgency=urgency, delay_minutes=minutes, contact_method=method)


def test_the_whole_course_with_a_repeat_and_the_last_resort(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run, channel: Channel
) -> None:
    policy = made(repeat=1, last_resort=step(20, of("channel", channel)))
    simulation = run(policy)
    assert lines(simulation) == [
        ("12:00", "Editor", "on call in Payments primary, step 1"),
        ("12:05", "Administrator", "by name, step 2"),
        ("12:15", "Editor", "on call in Payments primary, step 1, pass 2"),
        ("12:20", "Administrator", "by name, step 2, pass 2"),
        ("12:30", "Payments chat", "by name, last resort"),
    ]
    last = simulation.stages[-1]
    assert (last.move.kind, f"{last.move.at:%H:%M}") == (MoveKind.EXHAUSTED, "12:50")


def test_rules_of_people_spread_a_step_over_time(cast: Cast, made: Callable[..., EscalationPolicy], run: Run) -> None:
    rule(cast.editor, 0, "Push")
    rule(cast.editor, 3, "Phone")
    simulation = run(made(), acknowledged_after=timedelta(minutes=4))
    told = simulation.stages[0].told
    assert [(f"{one.at:%H:%M}", one.by, one.how) for one in told] == [
        ("12:00", "ntfy", "at once"),
        ("12:03", "SMS", "3 min after being reached"),
    ]


def test_an_acknowledgement_ends_it_and_voids_what_was_not_due_yet(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    rule(cast.editor, 0, "Push")
    rule(cast.editor, 3, "Phone")
    simulation = run(made(), acknowledged_after=timedelta(minutes=2))
    assert len(simulation.stages) == 1
    assert [one.is_void for one in simulation.stages[0].told] == [False, True]
    assert simulation.lapse is None


def test_an_acknowledgement_that_lapses_tells_the_same_step_again(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run, now: datetime
) -> None:
    simulation = run(made(ack_timeout_minutes=30), acknowledged_after=timedelta(minutes=7))
    assert [stage.move.step for stage in simulation.stages] == [0, 1]
    assert simulation.lapse is not None
    assert simulation.lapse.move.at == now + timedelta(minutes=37)
    assert [told.who for told in simulation.lapse.told] == ["Administrator"]


def test_whoever_is_on_call_by_then_is_told(cast: Cast, made: Callable[..., EscalationPolicy], run: Run) -> None:
    handover = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    simulation = run(made(repeat=1), at=handover - timedelta(minutes=10))
    assert [who for _, who, why in lines(simulation) if "on call" in why] == ["Editor", "Responder"]


def test_a_gap_is_said_and_the_next_step_comes_at_once(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    hours = [{"weekdays": ["mon"], "start": "09:00", "end": "17:00"}]
    gappy = ScheduleFactory(
        team=cast.payments, title="Office hours", version__definition=rota(cast.editor, restrictions=hours)
    )
    policy = made(steps=(step(5, of("schedule", gappy)), step(5, of("user", cast.responder))))
    simulation = run(policy, at=datetime(2026, 3, 2, 17, 0, tzinfo=UTC))
    assert simulation.stages[0].unheard == ("no one is on call in Office hours",)
    assert lines(simulation)[0] == ("17:00", "Responder", "by name, step 2")


def test_when_nobody_is_reached_the_administrators_of_the_team_are_told(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    empty = ScheduleFactory(team=cast.payments, title="Nobody")
    simulation = run(made(steps=(step(5, of("schedule", empty)),), repeat=3))
    assert lines(simulation) == [("12:00", "Administrator", "administrator of Payments, last resort")]
    assert simulation.stages[0].told == ()


def test_without_an_administrator_of_the_team_those_of_the_installation_are_told(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    policy = made(steps=(step(5, of("schedule", ScheduleFactory(team=cast.payments))),))
    Membership.objects.filter(user=cast.administrator).delete()
    simulation = run(policy, "chief")
    assert lines(simulation) == [("12:00", "Chief", "administrator of the installation, last resort")]


def test_quiet_hours_hold_normal_urgency_and_the_step_waits_with_them(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    QuietHours.objects.create(user=cast.editor, start=time(22, 0), end=time(7, 0))
    night = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    urgent, normal = (run(made(slug=urgency), at=night, urgency=urgency) for urgency in Urgency)
    assert [when for when, _, _ in lines(urgent)][:2] == ["23:00", "23:05"]
    assert [when for when, _, _ in lines(normal)][:2] == ["07:00", "07:05"]
    assert normal.stages[0].told[0].held
    assert "held by quiet hours until 07:00 UTC" in normal.stages[0].told[0].how


def test_a_round_robin_tells_one_and_passes_over_whom_it_cannot_reach(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    empty = ScheduleFactory(team=cast.payments, title="Nobody")
    rotating = step(5, of("schedule", empty), of("user", cast.editor), of("user", cast.responder), round_robin=True)
    simulation = run(made(steps=(rotating,), repeat=2))
    assert [who for _, who, why in lines(simulation) if "step" in why] == ["Editor", "Editor", "Responder"]


def test_a_person_reached_in_two_ways_is_told_once(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run, schedule: Schedule
) -> None:
    simulation = run(made(steps=(step(5, of("schedule", schedule), of("user", cast.editor)),)))
    assert lines(simulation)[0] == ("12:00", "Editor", "on call in Payments primary and by name, step 1")
    assert len(simulation.stages[0].told) == 1


def test_a_team_is_its_responders_and_those_above(cast: Cast, made: Callable[..., EscalationPolicy], run: Run) -> None:
    simulation = run(made(steps=(step(5, of("team", cast.payments)),)))
    assert [told.who for told in simulation.stages[0].told] == ["Administrator", "Editor", "Responder"]


def test_switched_off_accounts_and_channels_reach_nobody(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    off = ChannelFactory(team=cast.payments, title="Old chat", is_enabled=False)
    policy = made(steps=(step(5, of("channel", off), of("user", cast.viewer)), step(5, of("user", cast.editor))))
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    simulation = run(policy, "editor")
    assert simulation.stages[0].unheard == (
        "the channel Old chat is switched off",
        "Viewer has no active account any more",
    )


def test_names_of_other_teams_are_not_told(cast: Cast, made: Callable[..., EscalationPolicy], run: Run) -> None:
    theirs = ScheduleFactory(team=cast.search, title="Search secret", version__definition=rota(cast.outsider))
    chat = ChannelFactory(team=cast.search, title="Search chat", name="search-chat")
    simulation = run(made(steps=(step(5, of("schedule", theirs), of("channel", chat), of("team", cast.search)),)))
    text = repr(simulation)
    for name in ("Search secret", "Search chat", "search-chat", "Outsider", "'Search'"):
        assert name not in text
    assert [told.who for told in simulation.stages[0].told] == [
        "somebody of a team that you cannot see",
        "a channel that you cannot see",
    ]


def test_only_the_person_reads_what_they_call_their_contact_methods(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run
) -> None:
    ContactMethodFactory(user=cast.editor, title="Phone of my mother", kind="sms")
    assert run(made(), "viewer").stages[0].told[0].by == "SMS"
    assert run(made(slug="other"), "editor").stages[0].told[0].by == "Phone of my mother (SMS)"


def test_a_long_course_reads_little(
    cast: Cast, made: Callable[..., EscalationPolicy], run: Run, schedule: Schedule
) -> None:
    steps = tuple(step(5, of("schedule", schedule), of("team", cast.payments)) for _ in range(10))
    short, long = made(slug="short", steps=steps[:1]), made(slug="long", steps=steps, repeat=3)
    counted = []
    for policy in (short, long):
        loaded = selectors.policy(caller=cast.caller("viewer"), slug=policy.slug)
        with CaptureQueriesContext(connection) as queries:
            run(loaded)
        counted.append(len(queries))
    assert counted[1] <= counted[0]


def kinds(found: list[PolicyWarning]) -> list[WarningKind]:
    return [warning.kind for warning in found]


def test_a_sound_policy_has_no_warnings(
    cast: Cast, made: Callable[..., EscalationPolicy], channel: Channel, now: datetime
) -> None:
    for person in (cast.editor, cast.responder, cast.administrator):
        ContactMethodFactory(user=person)
    policy = made(last_resort=step(5, of("channel", channel)))
    assert warnings_of(caller=cast.caller("viewer"), policy=policy, now=now) == []


def test_warnings_tell_of_gaps_people_and_steps(
    cast: Cast, made: Callable[..., EscalationPolicy], now: datetime
) -> None:
    rule(cast.administrator, 15, "Phone")
    hours = [{"weekdays": ["mon"], "start": "09:00", "end": "17:00"}]
    gappy = ScheduleFactory(
        team=cast.payments, title="Office hours", version__definition=rota(cast.editor, restrictions=hours)
    )
    empty = ScheduleFactory(team=cast.payments, title="Nobody")
    policy = made(
        steps=(
            step(5, of("schedule", gappy)),
            step(5, of("schedule", empty)),
            step(10, of("user", cast.administrator)),
        )
    )
    found = warnings_of(caller=cast.caller("viewer"), policy=policy, now=now)
    assert kinds(found) == [
        WarningKind.UNHEARD_STEP,
        WarningKind.GAP,
        WarningKind.NO_CONTACT_METHOD,
        WarningKind.LATE_RULE,
        WarningKind.NO_LAST_RESORT,
    ]
    assert found[0].text == "Step 2 reaches nobody: no one is on call in Nobody within the next 30 days."
    assert found[1].text.startswith("No one is on call in Office hours 5 times within the next 30 days, 28 days")
    assert found[1].gaps[0].start == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert "Editor has no verified contact method" in found[2].text
    assert "The own rules of Administrator wait as long as step 3 (10 min) or longer" in found[3].text


def test_warnings_tell_no_names_of_other_teams(
    cast: Cast, made: Callable[..., EscalationPolicy], now: datetime
) -> None:
    theirs = ScheduleFactory(team=cast.search, title="Search secret", version__definition=rota(cast.outsider))
    found = warnings_of(caller=cast.caller("viewer"), policy=made(steps=(step(5, of("schedule", theirs)),)), now=now)
    text = " ".join(warning.text for warning in found)
    assert "Search" not in text
    assert "Outsider" not in text
    assert "1 person that you cannot see has no verified contact method" in text
