"""A viewer who is put on call is paged: whoever puts them there is told that they may answer a page and no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from tests.cast import Cast

As = Callable[[str], Client]
WORDS = "no role of responder in the team: paged, they may acknowledge and resolve, and nothing else"
ROTATION = {"unit": "week", "length": 1, "start": "2026-01-05T09:00", "participants": ["viewer@example.org"]}
SCHEDULE: dict[str, Any] = {"team": "payments", "layers": [{"name": "Primary", "priority": 1, "rotation": ROTATION}]}
FILE = """\
kind: Schedule
name: rota
team: payments
layers: [{name: Primary, rotation: {unit: week, start: "2026-01-05T09:00", participants: [viewer@example.org]}}]
---
kind: EscalationPolicy
name: urgent
team: payments
steps: [{delay: 5m, targets: [{schedule: rota}]}]
"""


@pytest.fixture
def rota(as_: As, now: datetime) -> dict[str, Any]:
    with time_machine.travel(now, tick=False):
        answer = as_("editor").put("/api/v1/schedules/rota", SCHEDULE, content_type="application/json")
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_putting_a_schedule_answers_the_warning_beside_that_of_contacts(rota: dict[str, Any]) -> None:
    assert [warning["kind"] for warning in rota["warnings"]] == ["no_contact", "cannot_respond"]
    assert WORDS in rota["warnings"][1]["message"]


@pytest.mark.usefixtures("rota")
@pytest.mark.parametrize("address", ["/oncall/", "/oncall/rota/"])
def test_board_and_schedule_show_it(as_: As, now: datetime, address: str) -> None:
    with time_machine.travel(now, tick=False):
        assert WORDS in as_("editor").get(address).content.decode()


@pytest.mark.usefixtures("rota")
def test_the_forms_mark_who_is_no_responder(as_: As) -> None:
    page = as_("editor").get("/oncall/rota/edit/").content.decode()
    assert "(viewer@example.org), not a responder" in page
    assert "(responder@example.org), not a responder" not in page
    page = as_("editor").get("/escalation-policies/new/").content.decode()
    assert "(viewer@example.org), not a responder" in page
    assert "(responder@example.org), not a responder" not in page


def test_applying_a_file_prints_it_for_schedule_and_policy(cast: Cast, tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "on-call.yaml"
    path.write_text(FILE)
    out = StringIO()
    with time_machine.travel(now, tick=False):
        call_command("apply", str(path), dry_run=True, stdout=out)
    schedule, policy = out.getvalue().split("+ EscalationPolicy")
    assert f"    ! Viewer has {WORDS}" in schedule
    assert "    ! Viewer has no role of responder in the policy's team" in policy


@pytest.mark.usefixtures("rota")
def test_a_policy_warns_in_its_answer_and_in_the_simulator(as_: As, now: datetime) -> None:
    client = as_("editor")
    steps = [{"delay": "5m", "targets": [{"schedule": "rota"}, {"team": "payments"}]}]
    with time_machine.travel(now, tick=False):
        body = {"team": "payments", "steps": steps}
        answer = client.put("/api/v1/escalation-policies/urgent", body, content_type="application/json").json()
        assert "cannot_respond" in [warning["kind"] for warning in answer["warnings"]]
        again = client.put("/api/v1/escalation-policies/urgent", answer, content_type="application/json")
        assert (again.status_code, again.json()["revision"]) == (200, answer["revision"])
        for address in ("/escalation-policies/urgent/", "/escalation-policies/urgent/simulate/"):
            assert "Viewer has no role of responder" in as_("editor").get(address).content.decode()
