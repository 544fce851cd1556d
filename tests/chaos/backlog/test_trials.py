"""Recovery trials: due after the last real run that held, reminders told once, figures never 0 when not measured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import TimeMachineFixture

from chaos.backlog.models import Trial
from chaos.backlog.selectors.entries import trials_due
from chaos.backlog.selectors.trials import standings, trials_in_date
from chaos.backlog.services import reminders, trials
from chaos.backlog.services.due_kinds import NOTICE, REMIND
from chaos.experiments.models import Experiment
from chaos.experiments.services.experiments import archive, unarchive
from chaos.runs.calendar import Kind
from chaos.runs.models import Run
from chaos.schedules.selectors.calendar import Filters, entries
from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry, Membership
from reliability.catalog.models import Service
from reliability.channels.models import Channel
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast, ChannelFactory, ExperimentFactory, ExperimentVersionFactory, TrialFactory
from tests.servers.receivers import recording_http

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Bearer = Callable[..., Client]
Ended = Callable[..., Run]
Fact = Callable[[Run], dict[str, Any]]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _places(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://rel.example.org"


@pytest.fixture
def restore(service: Service) -> Experiment:
    made: Experiment = ExperimentFactory(
        team=service.team,
        service=service,
        slug="restore",
        title="Restore from a backup",
        kind="dr_trial",
        rto_objective_seconds=300,
        rpo_objective_seconds=60,
    )
    ExperimentVersionFactory(experiment=made)
    return made


@pytest.fixture
def channel(cast: Cast) -> Channel:
    made: Channel = ChannelFactory(team=cast.payments, name="orders", config={"url": "http://127.0.0.1:1/hook"})
    return made


@pytest.fixture
def trial(restore: Experiment, editor: Caller, channel: Channel, now: datetime) -> Trial:
    """Every 3 months, first due in 30 days, told 14 days before to a channel and a person."""
    return trials.create(
        caller=editor,
        experiment=restore,
        values={"every_count": 3, "first_due_at": now + 30 * DAY},
        channels=["orders"],
        people=["viewer@example.org"],
        now=now,
    )


def due_row(kind: str, key: int) -> datetime:
    return Due.objects.get(kind=kind, key=str(key)).due_at


def test_it_is_due_first_as_was_said_and_then_after_the_last_run_that_held(
    trial: Trial, restore: Experiment, ended: Ended, fact: Fact, now: datetime
) -> None:
    assert (trial.due_at, due_row(REMIND, trial.pk)) == (now + 30 * DAY, now + 16 * DAY)
    for verdict, fields in (("deviated", {}), ("aborted", {}), ("held", {"mode": "dry"})):
        trials.run_ended(payload=fact(ended(restore, verdict, now + DAY, **fields)), now=now + DAY)
    trial.refresh_from_db()
    assert (trial.due_at, trial.succeeded_at) == (now + 30 * DAY, None)
    run = ended(restore, "held", now + 2 * DAY)
    for _ in range(2):
        trials.run_ended(payload=fact(run), now=now + 2 * DAY)
    trial.refresh_from_db()
    assert (trial.due_at, trial.succeeded_at) == (datetime(2026, 6, 4, 12, 0, tzinfo=UTC), now + 2 * DAY)
    assert due_row(REMIND, trial.pk) == trial.due_at - 14 * DAY


def test_each_place_is_told_once_before_and_once_each_week_after(trial: Trial, now: datetime) -> None:
    assert reminders.remind(trial_id=trial.pk, now=now) == now + 16 * DAY
    assert not trial.notices.exists()
    told = []
    for days in (16, 17, 30, 31, 37, 60):
        again = reminders.remind(trial_id=trial.pk, now=now + days * DAY)
        told.append((days, trial.notices.count()))
        assert again is not None
        assert again > now + days * DAY
    assert told == [(16, 2), (17, 2), (30, 4), (31, 4), (37, 6), (60, 8)]
    assert Due.objects.filter(kind=NOTICE).count() == 8


def test_a_reminder_says_what_is_due_and_what_is_asked(trial: Trial, channel: Channel, now: datetime) -> None:
    reminders.remind(trial_id=trial.pk, now=now + 16 * DAY)
    notice = trial.notices.get(channel=channel)
    with recording_http([]) as server:
        channel.config = {"url": f"{server.url}/hook"}
        channel.save()
        assert reminders.deliver(notice_id=notice.pk, now=now + 16 * DAY) is None
    (request,) = server.received
    body = request.body.decode()
    for words in ("Restore from a backup", "2026-04-01", "RTO at most 300 s", "It has never held so far"):
        assert words in body


def test_what_was_done_meanwhile_is_not_told_any_more(
    trial: Trial, restore: Experiment, ended: Ended, fact: Fact, now: datetime
) -> None:
    reminders.remind(trial_id=trial.pk, now=now + 16 * DAY)
    trials.run_ended(payload=fact(ended(restore, "held", now + 17 * DAY)), now=now + 17 * DAY)
    for notice in trial.notices.all():
        assert reminders.deliver(notice_id=notice.pk, now=now + 18 * DAY) is None
    assert set(trial.notices.values_list("state", flat=True)) == {"void"}


def test_who_has_left_and_what_is_switched_off_are_not_told(
    trial: Trial, editor: Caller, channel: Channel, cast: Cast, now: datetime
) -> None:
    Membership.objects.filter(user=cast.viewer).delete()
    channel.is_enabled = False
    channel.save()
    reminders.remind(trial_id=trial.pk, now=now + 31 * DAY)
    assert not trial.notices.exists()
    trials.edit(caller=editor, trial=trial, values={"is_enabled": False}, now=now)
    assert reminders.remind(trial_id=trial.pk, now=now + 31 * DAY) is None
    assert not Due.objects.filter(kind=REMIND).exists()


def test_while_its_experiment_is_archived_nobody_is_told_and_later_they_are_again(
    trial: Trial, restore: Experiment, editor: Caller, now: datetime
) -> None:
    archive(caller=editor, experiment=restore, now=now)
    assert reminders.remind(trial_id=trial.pk, now=now + 16 * DAY) == now + 30 * DAY
    assert not trial.notices.exists()
    unarchive(caller=editor, experiment=restore, now=now + 20 * DAY)
    assert reminders.remind(trial_id=trial.pk, now=now + 30 * DAY) == now + 37 * DAY
    assert trial.notices.count() == 2
    archive(caller=editor, experiment=restore, now=now + 30 * DAY)
    for notice in trial.notices.all():
        reminders.deliver(notice_id=notice.pk, now=now + 30 * DAY)
    assert set(trial.notices.values_list("state", flat=True)) == {"void"}


def test_it_stands_in_the_calendar_when_it_is_due(trial: Trial, cast: Cast, now: datetime) -> None:
    period = Period(now, now + 60 * DAY)
    found = entries(caller=cast.caller("viewer"), period=period, filters=Filters(kinds=frozenset({Kind.TRIAL})))
    (entry,) = found.entries
    assert (entry.title, entry.start, entry.state, entry.url) == (
        "Restore from a backup",
        now + 30 * DAY,
        "trial_coming",
        f"/chaos/trials/{trial.pk}/",
    )
    assert entries(caller=cast.caller("outsider"), period=period).entries == ()
    before = Period(now, now + 30 * DAY)
    assert trials_due(team_ids=[cast.payments.pk], period=before) == []
    Trial.objects.update(is_enabled=False)
    assert trials_due(team_ids=[cast.payments.pk], period=period) == []


def test_what_was_not_measured_is_unknown_and_never_zero(
    trial: Trial, restore: Experiment, ended: Ended, now: datetime
) -> None:
    never = standings(trials=[trial], now=now)[0]
    assert [(one.name, one.measured_seconds, one.is_met) for one in never.measured] == [
        ("RTO", None, None),
        ("RPO", None, None),
    ]
    ended(restore, "held", now - DAY, rto_seconds=10.0, rpo_seconds=5.0)
    ended(restore, "deviated", now, rto_seconds=400.0)
    ended(restore, "aborted", now + DAY, started_at=None)
    newest = standings(trials=[trial], now=now)[0]
    assert [(one.measured_seconds, one.is_met) for one in newest.measured] == [(400.0, False), (None, None)]


def test_trials_in_date_knows_unknown_from_well(
    trial: Trial, service: Service, restore: Experiment, ended: Ended, fact: Fact, now: datetime
) -> None:
    assert trials_in_date(service_id=service.pk, now=now).is_in_date is False  # it has never held
    run = ended(restore, "held", now)
    trials.run_ended(payload=fact(run), now=now)
    assert trials_in_date(service_id=service.pk, now=now).is_in_date is True
    later = trials_in_date(service_id=service.pk, now=now + 200 * DAY)
    assert (later.is_in_date, later.overdue) == (False, 1)
    Trial.objects.all().delete()
    assert trials_in_date(service_id=service.pk, now=now).is_in_date is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"every_count": 0}, "every_count", id="never"),
        pytest.param({"every_count": 25}, "every_count", id="more than two years in months"),
        pytest.param({"every_unit": "week"}, "every_unit", id="an unknown unit"),
        pytest.param({"remind_days": 181}, "remind_days", id="half a year before"),
        pytest.param({"first_due_at": datetime(1999, 1, 1, tzinfo=UTC)}, "first_due_at", id="long ago"),
    ],
)
def test_mistakes_stand_at_their_field(
    restore: Experiment, editor: Caller, now: datetime, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        trials.create(caller=editor, experiment=restore, values=values, now=now)
    assert [one["field"] for one in refused.value.details] == [field]


def test_only_editors_only_recovery_trials_and_only_once(
    trial: Trial, restore: Experiment, experiment: Experiment, editor: Caller, responder: Caller, now: datetime
) -> None:
    with pytest.raises(Conflict):
        trials.create(caller=editor, experiment=restore, values={}, now=now)
    with pytest.raises(Invalid):
        trials.create(caller=editor, experiment=experiment, values={}, now=now)
    with pytest.raises(Forbidden):
        trials.edit(caller=responder, trial=trial, values={}, now=now)
    with pytest.raises(Invalid):
        trials.edit(caller=editor, trial=trial, values={}, people=["outsider@example.org"], now=now)
    with pytest.raises(Conflict):
        trials.edit(caller=editor, trial=trial, values={}, expected_revision=9, now=now)


def test_every_write_is_audited(trial: Trial, editor: Caller, now: datetime) -> None:
    trials.edit(caller=editor, trial=trial, values={"every_count": 6}, now=now)
    trials.remove(caller=editor, trial=trial, now=now)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "trial.create",
        "trial.update",
        "trial.delete",
    ]
    assert not Due.objects.filter(kind=REMIND).exists()


def test_the_pages_show_objectives_against_what_was_measured(
    trial: Trial, restore: Experiment, ended: Ended, as_: As, now: datetime
) -> None:
    ended(restore, "deviated", now, rto_seconds=400.0)
    Trial.objects.update(due_at=now - DAY)
    listed = as_("viewer").get("/chaos/trials/").content.decode()
    for words in ("Overdue", "6 min 40 s", "asked at most 5 min", "not measured"):
        assert words in listed
    page = as_("viewer").get(f"/chaos/trials/{trial.pk}/").content.decode()
    assert "Measured recovery" in page
    assert 'data-value="400.0"' in page


def test_a_trial_is_made_and_changed_in_the_browser(restore: Experiment, as_: As) -> None:
    editor = as_("editor")
    assert restore.title in editor.get("/chaos/trials/").content.decode()
    assert restore.slug in editor.get("/chaos/trials/new/").content.decode()
    given = {"every_count": "0", "every_unit": "month", "first_due_at": "2027-01-15T09:00", "remind_days": "14"}
    wrong = editor.post("/chaos/trials/new/?experiment=restore", given)
    assert (wrong.status_code, "write at least 1" in wrong.content.decode()) == (422, True)
    made = editor.post("/chaos/trials/new/?experiment=restore", given | {"every_count": "6", "is_enabled": "on"})
    trial = Trial.objects.get()
    assert made.headers["Location"] == f"/chaos/trials/{trial.pk}/"
    saved = editor.post(
        f"/chaos/trials/{trial.pk}/edit/",
        given | {"every_count": "90", "every_unit": "day", "revision": "1", "people": "editor@example.org"},
    )
    assert saved.status_code == 302
    trial.refresh_from_db()
    assert (trial.every_count, trial.every_unit, trial.is_enabled, trial.people.count()) == (90, "day", False, 1)
    assert editor.post(f"/chaos/trials/{trial.pk}/delete/", {"reason": "sold"}).status_code == 302
    assert not Trial.objects.exists()


def test_the_api_makes_changes_and_removes(
    bearer: Bearer, cast: Cast, restore: Experiment, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-12-01T12:00Z")
    client = bearer(team=cast.payments, role=30)
    given = {"experiment": "restore", "every_count": 90, "every_unit": "day", "first_due_at": "2027-01-15T09:00:00Z"}
    made = client.post("/api/v1/chaos/trials", given, content_type="application/json")
    assert (made.status_code, made.json()["due_at"]) == (201, "2027-01-15T09:00:00Z")
    assert made.json()["objectives"][0] == {
        "name": "RTO",
        "asked_seconds": 300,
        "measured_seconds": None,
        "is_met": None,
    }
    address = f"/api/v1/chaos/trials/{made.json()['id']}"
    assert client.patch(address, {"remind_days": 7}, content_type="application/json").json()["remind_days"] == 7
    assert client.get("/api/v1/chaos/trials?due=overdue").json()["total"] == 0
    assert client.delete(address).status_code == 204


def test_the_list_asks_the_same_number_of_queries_for_any_number_of_trials(
    cast: Cast, ended: Ended, now: datetime
) -> None:
    made = TrialFactory.create_batch(9, team=cast.payments)
    for one in made:
        ended(one.experiment, "held", now)
    counts = []
    for some in (made[:1], made):
        with CaptureQueriesContext(connection) as queries:
            assert all(one.newest for one in standings(trials=some, now=now))
        counts.append(len(queries))
    assert counts[0] == counts[1] == 2
