"""An agent that stands by: the statements it has instead of models, and when it wakes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import Agent, Run
from chaos.runs.services import leases
from chaos.runs.supervision import standby
from chaos.runs.supervision.standby import Standby
from tests.chaos.runs.engine.conftest import Bench, put


def test_its_statements_name_tables_and_columns_as_the_models_do() -> None:
    assert standby._FAR == leases.FAR
    assert f" {Run._meta.db_table} " in standby._IS_ASKED_FOR
    for statement in (standby._SEEN, standby._ENROLL, standby._GONE):
        assert f" {Agent._meta.db_table} " in statement
    listed = re.search(r"\(([^)]*)\)", standby._ENROLL)
    assert listed is not None
    columns = {field.column for field in Agent._meta.fields} - {"id"}
    assert {name.strip() for name in listed.group(1).split(",")} == columns


@pytest.mark.parametrize(
    ("fields", "is_asked_for"),
    [
        ({"state": State.WAITING}, True),
        ({"state": State.WAITING, "waits_for": "for an approval"}, False),
        ({"state": State.WAITING, "not_before": timedelta(hours=1)}, False),
        ({"state": State.READY}, True),
        ({"state": State.READY, "agent": "other"}, False),
        ({"state": State.RUNNING, "lease_until": timedelta(seconds=5)}, False),
        ({"state": State.RUNNING, "lease_until": timedelta(seconds=-5)}, True),
        ({"state": State.RUNNING, "lease_until": timedelta(hours=1)}, True),
        ({"state": State.ENDED, "verdict": Verdict.FAILED_TO_UNDO, "lease_until": timedelta(seconds=-5)}, True),
        ({"state": State.ENDED, "verdict": Verdict.HELD}, False),
    ],
)
def test_it_wakes_when_a_run_asks_for_an_agent(bench: Bench, fields: dict[str, Any], is_asked_for: bool) -> None:
    run = bench.request(bench.experiment(put()))
    now = timezone.now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    Run.objects.filter(pk=run.pk).update(**values)
    assert Standby(name="")._is_asked_for() is is_asked_for


def test_it_signs_in_as_an_agent_and_off_at_its_end(bench: Bench) -> None:
    one = Standby(name="db")
    one._sign_in()
    one._sign_in()
    row = Agent.objects.get()
    assert (row.name, row.instance) == ("db", one.instance)
    assert "toxiproxy" in row.kinds
    one.end()
    assert one.wait() is False
    assert not Agent.objects.exists()


def test_it_becomes_an_agent_that_stands_in_for_it(bench: Bench) -> None:
    bench.request(bench.experiment(put()))
    one = Standby(name="db-1")
    bench.request(bench.experiment(put()))
    Run.objects.update(agent="db-1")
    assert one.wait() is True
    command = standby.agent_command(name="db-1", instance=one.instance)
    assert command[3:6] == ["chaos", "agent", "--name=db-1"]
    assert command[-1] == one.instance
