"""What a firing does: one run in the owner's name, or a reason why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chaos.experiments.models import Experiment
from chaos.runs.domain.states import State
from chaos.runs.models import Run
from chaos.schedules.domain.policies import Misfire, Outside
from chaos.schedules.handlers import fire
from chaos.schedules.models import Firing, FiringNotice, Schedule
from chaos.schedules.selectors.schedules import upcoming
from chaos.schedules.services import firing, schedules
from chaos.schedules.services.drafts import ScheduleDraft, draft_of
from reliability.access.domain.caller import SYSTEM, Role
from reliability.access.models import ApiToken, AuditEntry, Membership
from reliability.access.selectors.callers import caller_of_api_token
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import ApiTokenFactory, Cast, ChannelFactory, ExperimentVersionFactory, GuardPolicyFactory
from tests.chaos.schedules.firing.engine import Engine

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOURLY = ScheduleDraft(cron="0 * * * *", reason="the fail-over has to work")


def made(cast: Cast, experiment: Experiment, now: datetime, draft: ScheduleDraft = HOURLY) -> Schedule:
    """Set up by the editor of Payments."""
    return schedules.create(caller=cast.caller("editor"), experiment=experiment, draft=draft, now=now)


def outcomes(schedule: Schedule) -> list[tuple[str, str]]:
    """Outcome and cause of each firing, in order."""
    return list(schedule.firings.order_by("due_at").values_list("outcome", "cause"))


def test_it_asks_for_a_run_in_the_name_of_its_owner(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    schedule = made(cast, experiment, now)
    engine.ends_runs = False
    engine.play(until=now + HOUR + MINUTE)
    row = Firing.objects.get()
    run = Run.objects.get()
    assert (row.outcome, row.cause, row.run, row.due_at) == ("requested", "in_time", run, now + HOUR)
    assert (run.requested_by, run.origin, run.reason) == (cast.editor, f"schedule:{schedule.pk}", HOURLY.reason)
    assert run.origin_key == f"schedule:{schedule.pk}:2026-03-02T13:00Z"
    assert AuditEntry.objects.filter(action="run.request", user_id=cast.editor.pk).count() == 1


def test_the_next_is_due_when_one_has_fired(cast: Cast, experiment: Experiment, engine: Engine, now: datetime) -> None:
    schedule = made(cast, experiment, now)
    engine.play(until=now + HOUR + MINUTE)
    schedule.refresh_from_db()
    due = Due.objects.get(kind=firing.FIRE)
    assert (schedule.next_at, due.due_at, due.key) == (now + 2 * HOUR, now + 2 * HOUR, str(schedule.pk))


def test_done_twice_it_fires_once(cast: Cast, experiment: Experiment, now: datetime) -> None:
    schedule = made(cast, experiment, now)
    answers = {fire(key=str(schedule.pk), payload={}, now=now + HOUR) for _ in range(3)}
    assert answers == {now + 2 * HOUR}
    assert (Run.objects.count(), Firing.objects.count()) == (1, 1)


def test_an_instant_that_has_its_row_never_fires_again(cast: Cast, experiment: Experiment, now: datetime) -> None:
    """As when the clock of the machine was set back behind it."""
    schedule = made(cast, experiment, now)
    fire(key=str(schedule.pk), payload={}, now=now + HOUR)
    Run.objects.update(state=State.ENDED, verdict="held")
    firing.after_clock_step(step=-HOUR, now=now + HOUR - MINUTE)
    schedule.refresh_from_db()
    assert schedule.next_at == now + HOUR
    assert Due.objects.get(kind=firing.FIRE).due_at == now + HOUR
    fire(key=str(schedule.pk), payload={}, now=now + HOUR)
    assert (Run.objects.count(), outcomes(schedule)) == (1, [("requested", "in_time")])


def test_once_is_once(cast: Cast, experiment: Experiment, engine: Engine, now: datetime) -> None:
    schedule = made(cast, experiment, now, ScheduleDraft(once_at=now + HOUR))
    engine.play(until=now + 10 * HOUR)
    schedule.refresh_from_db()
    assert (schedule.next_at, Run.objects.count()) == (None, 1)
    assert not Due.objects.filter(kind=firing.FIRE).exists()


def test_a_firing_is_left_out_while_the_run_before_it_is_open(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    """Nothing piles up behind a run that waits."""
    schedule = made(cast, experiment, now, replace(HOURLY, cron="*/20 * * * *"))
    engine.play(until=now + timedelta(minutes=21))
    engine.ends_runs = False
    Run.objects.update(state=State.RUNNING, verdict="")
    engine.play(until=now + HOUR)
    assert outcomes(schedule) == [("requested", "in_time"), ("skipped", "overlap")]
    assert f"run {Run.objects.get().pk} of this schedule has not ended" in Firing.objects.get(cause="overlap").reason


def test_a_run_may_not_begin_after_its_window(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    window = {"weekdays": ["mon"], "start": "09:00", "end": "13:20"}
    made(cast, experiment, now, replace(HOURLY, windows=[window]))
    engine.play(until=now + HOUR + MINUTE)
    assert Run.objects.get().not_after == now + timedelta(minutes=80)


def test_what_waits_for_a_window_fires_when_it_opens(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    """Three fall into the night: the newest of them runs in the morning, the others are overtaken by it."""
    window = {"weekdays": ["tue"], "start": "09:00", "end": "17:00"}
    draft = ScheduleDraft(cron="0 1,2,3 * * *", windows=[window], outside=Outside.WAIT)
    schedule = made(cast, experiment, now, draft)
    engine.play(until=now + 20 * HOUR)
    assert outcomes(schedule) == [("skipped", "overtaken")] * 2 + [("waiting", "not_open_yet")]
    engine.play(until=now + 22 * HOUR)
    assert outcomes(schedule)[-1] == ("requested", "in_time")
    assert Run.objects.get().requested_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize("loses", ["role", "membership", "account"])
def test_who_may_no_longer_schedule_fires_nothing_and_people_are_told_once(
    cast: Cast,
    experiment: Experiment,
    engine: Engine,
    now: datetime,
    loses: str,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_MAILBOX = "", str(tmp_path / "mail")
    schedule = made(cast, experiment, now)
    membership = Membership.objects.filter(user=cast.editor, team=cast.payments)
    if loses == "role":
        membership.update(role=Role.RESPONDER.value)
    elif loses == "membership":
        membership.delete()
    else:
        cast.editor.is_active = False
        cast.editor.save(update_fields=("is_active",))
    engine.play(until=now + 2 * HOUR + MINUTE)
    assert outcomes(schedule) == [("refused", "owner")] * 2
    assert "Editor is no" in schedule.firings.order_by("due_at")[0].reason
    assert Run.objects.count() == 0
    assert [one.user for one in FiringNotice.objects.all()] == [cast.administrator]
    assert FiringNotice.objects.get().state == FiringNotice.State.SENT
    (mail,) = (tmp_path / "mail" / "new").iterdir()
    assert "A scheduled experiment was refused: Orders survive" in mail.read_text()


def test_people_are_told_where_the_policy_tells_of_runs(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    policy = GuardPolicyFactory(team=cast.payments)
    policy.notice_channels.add(ChannelFactory(team=cast.payments, name="chaos", title="Chaos room"))
    made(cast, experiment, now)
    Membership.objects.filter(user=cast.editor).delete()
    fire(key=str(Schedule.objects.get().pk), payload={}, now=now + HOUR)
    assert [one.place for one in FiringNotice.objects.all()] == ["Chaos room"]


def test_what_cannot_be_run_is_refused_with_the_reason(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    schedule = made(cast, experiment, now)
    document = {
        "title": "t",
        "description": "d",
        "method": [{"type": "action", "name": "a", "provider": {"type": "python", "module": "os", "func": "abort"}}],
    }
    ExperimentVersionFactory(experiment=experiment, number=2, document=document, text="{}")
    engine.play(until=now + HOUR + MINUTE)
    assert outcomes(schedule) == [("refused", "not_runnable")]
    assert "it cannot be run as it is" in Firing.objects.get().reason


def test_an_archived_experiment_is_left_out_and_comes_back(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    schedule = made(cast, experiment, now)
    Experiment.objects.update(is_archived=True)
    engine.play(until=now + HOUR + MINUTE)
    Experiment.objects.update(is_archived=False)
    engine.play(until=now + 2 * HOUR + MINUTE)
    assert outcomes(schedule) == [("skipped", "archived"), ("requested", "in_time")]
    assert FiringNotice.objects.count() == 0


def test_an_experiment_of_another_team_by_now_is_refused(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    schedule = made(cast, experiment, now)
    Experiment.objects.update(team=cast.search)
    engine.play(until=now + HOUR + MINUTE)
    assert outcomes(schedule) == [("refused", "owner")]
    assert "the experiment went to the team" in Firing.objects.get().reason


def test_a_changed_schedule_never_fires_an_old_instant(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    """Due at one, nobody there; changed at five past to half past each hour; back at six minutes past."""
    schedule = made(cast, experiment, now, replace(HOURLY, misfire=Misfire.RUN_ONCE))
    schedules.edit(
        caller=cast.caller("editor"),
        schedule=schedule,
        draft=replace(HOURLY, cron="30 * * * *"),
        now=now + timedelta(minutes=65),
    )
    engine.now = now + timedelta(minutes=66)
    engine.play(until=now + timedelta(minutes=95))
    assert outcomes(schedule) == [("skipped", "changed"), ("requested", "in_time")]
    assert Firing.objects.get(outcome="requested").due_at == now + timedelta(minutes=90)


def test_saving_it_takes_it_over(cast: Cast, experiment: Experiment, engine: Engine, now: datetime) -> None:
    schedule = made(cast, experiment, now)
    schedules.edit(caller=cast.caller("administrator"), schedule=schedule, draft=draft_of(schedule=schedule), now=now)
    Membership.objects.filter(user=cast.editor).delete()
    engine.play(until=now + HOUR + MINUTE)
    assert outcomes(schedule) == [("requested", "in_time")]
    assert Run.objects.get().requested_by == cast.administrator


def test_a_namesake_takes_it_over_too(cast: Cast, experiment: Experiment, now: datetime) -> None:
    cast.administrator.name = cast.editor.name
    cast.administrator.save(update_fields=("name",))
    schedule = made(cast, experiment, now)
    schedules.edit(caller=cast.caller("administrator"), schedule=schedule, draft=draft_of(schedule=schedule), now=now)
    schedule.refresh_from_db()
    assert (schedule.owner, schedule.revision) == (cast.administrator, 2)


def test_a_token_may_own_a_schedule_until_it_is_revoked(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    token: ApiToken = ApiTokenFactory(team=cast.payments, role=Role.EDITOR, scopes=["read", "write"])
    caller = caller_of_api_token(token=token)
    schedule = schedules.create(caller=caller, experiment=experiment, draft=HOURLY, now=now)
    engine.play(until=now + HOUR + MINUTE)
    token.revoked_at = now
    token.save(update_fields=("revoked_at",))
    engine.play(until=now + 2 * HOUR + MINUTE)
    assert outcomes(schedule) == [("requested", "in_time"), ("refused", "owner")]


def test_what_was_due_while_it_was_paused_is_not_made_up_for(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    schedule = made(cast, experiment, now, replace(HOURLY, misfire=Misfire.RUN_ONCE))
    schedules.pause(caller=cast.caller("responder"), schedule=schedule, reason="a release", now=now)
    engine.play(until=now + 3 * HOUR + MINUTE)
    schedules.resume(caller=cast.caller("editor"), schedule=schedule, now=engine.now)
    engine.play(until=now + 4 * HOUR + MINUTE)
    assert list(Firing.objects.values_list("due_at", flat=True)) == [now + 4 * HOUR]
    actions = AuditEntry.objects.filter(object_kind="experiment_schedule").order_by("pk")
    assert [one.action.split(".")[1] for one in actions] == ["create", "pause", "resume"]


def test_what_waits_is_let_go_when_it_is_paused(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime
) -> None:
    window = {"weekdays": ["tue"], "start": "09:00", "end": "17:00"}
    schedule = made(cast, experiment, now, replace(HOURLY, windows=[window], outside=Outside.WAIT))
    engine.play(until=now + HOUR + MINUTE)
    schedules.pause(caller=cast.caller("editor"), schedule=schedule, reason="a release", now=engine.now)
    assert outcomes(schedule) == [("skipped", "paused")]
    assert "paused by Editor: a release" in Firing.objects.get().reason


def test_deleting_it_leaves_its_runs(cast: Cast, experiment: Experiment, engine: Engine, now: datetime) -> None:
    schedule = made(cast, experiment, now)
    engine.play(until=now + HOUR + MINUTE)
    schedules.delete(caller=cast.caller("editor"), schedule=schedule, now=engine.now)
    assert (Run.objects.count(), Firing.objects.count(), Due.objects.filter(kind=firing.FIRE).count()) == (1, 0, 0)


def test_the_history_is_bounded(
    cast: Cast, experiment: Experiment, engine: Engine, now: datetime, settings: Any
) -> None:
    settings.SCHEDULE_FIRINGS_MAX = 3
    schedule = made(cast, experiment, now)
    engine.play(until=now + 6 * HOUR)
    assert [row.due_at for row in schedule.firings.order_by("due_at")] == [now + number * HOUR for number in (3, 4, 5)]


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (ScheduleDraft(), "cron", "either one instant, or a cron expression"),
        (ScheduleDraft(cron="0 10 * *"), "cron", "write five fields"),
        (replace(HOURLY, time_zone="Berlin"), "time_zone", "such as Europe/Berlin"),
        (ScheduleDraft(once_at=datetime(2026, 3, 2, 12, tzinfo=UTC)), "once_at", "must lie in the future"),
        (ScheduleDraft(once_at=datetime(2026, 3, 2, 13, 0, 1, tzinfo=UTC)), "once_at", "whole minute"),
        (replace(HOURLY, grace_minutes=0), "grace_minutes", "1 to 1,440"),
        (replace(HOURLY, windows=[{"weekdays": ["moonday"]}]), "windows", "window 1"),
        (replace(HOURLY, windows=[{"start": "09:00"}] * 21), "windows", "at most 20 windows"),
        (
            replace(HOURLY, first_day=date(2026, 3, 9), last_day=date(2026, 3, 8)),
            "last_day",
            "must not lie before",
        ),
        (replace(HOURLY, last_day=date(2026, 3, 1)), "last_day", "never due"),
        (replace(HOURLY, last_day=date.max), "last_day", "the years 2000 to 2900"),
        (replace(HOURLY, first_day=date.min, time_zone="Europe/Berlin"), "first_day", "the years 2000 to 2900"),
        (
            ScheduleDraft(once_at=datetime(2026, 3, 2, 20, tzinfo=UTC), windows=[{"start": "09:00", "end": "17:00"}]),
            "once_at",
            "outside of the windows",
        ),
    ],
)
def test_a_mistake_stands_at_its_field(
    cast: Cast, experiment: Experiment, now: datetime, draft: ScheduleDraft, field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        made(cast, experiment, now, draft)
    assert [(one["field"], words in one["message"]) for one in refusal.value.details] == [(field, True)]


def test_who_may_set_it_up(cast: Cast, experiment: Experiment, now: datetime) -> None:
    for name, refusal in (("responder", Forbidden), ("outsider", NotFound)):
        with pytest.raises(refusal):
            schedules.create(caller=cast.caller(name), experiment=experiment, draft=HOURLY, now=now)
    with pytest.raises(Invalid, match="in the name of a person or a token"):
        schedules.create(caller=SYSTEM, experiment=experiment, draft=HOURLY, now=now)


def test_two_who_change_it_at_once_do_not_overwrite_each_other(
    cast: Cast, experiment: Experiment, now: datetime
) -> None:
    schedule = made(cast, experiment, now)
    draft = replace(HOURLY, grace_minutes=20)
    editor = cast.caller("editor")
    schedules.edit(caller=editor, schedule=schedule, draft=draft, expected_revision=1, now=now)
    with pytest.raises(Conflict, match="somebody changed"):
        schedules.edit(caller=editor, schedule=schedule, draft=HOURLY, expected_revision=1, now=now)


def test_what_comes_is_told_for_calendars(
    cast: Cast, experiment: Experiment, now: datetime, django_assert_num_queries: Any
) -> None:
    window = {"weekdays": ["tue"], "start": "09:00", "end": "17:00"}
    schedule = made(cast, experiment, now, ScheduleDraft(cron="0 1 * * *", windows=[window], outside=Outside.WAIT))
    made(cast, experiment, now, ScheduleDraft(cron="0 1 * * *", windows=[window]))
    paused = made(cast, experiment, now)
    schedules.pause(caller=cast.caller("editor"), schedule=paused, reason="a release", now=now)
    with django_assert_num_queries(1):
        found = upcoming(teams=[cast.payments.pk], period=Period(now, now + 24 * HOUR))
    assert [(one.schedule, one.at, one.starts_at) for one in found] == [
        (schedule, datetime(2026, 3, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC))
    ]
    assert upcoming(teams=[cast.search.pk], period=Period(now, now + 24 * HOUR)) == []
