"""Odd figures: each is stored or refused with its index and reason, never an error of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from reliability.access.domain.caller import Role, Scope
from reliability.measures.models import MeasuredFigure
from tests.cast import Cast, ServiceFactory

pytestmark = pytest.mark.django_db
Bearer = Callable[..., Client]
ROW = '"service": "shop", "measure": "%s", "start": "2026-03-02", "end": "2026-03-03"'


@pytest.mark.parametrize(
    "text",
    [
        '"value": 1e9999999999999999999',
        '"value": 1e-9999999999999999999',
        '"value": 1e999999',
        '"value": 1' + "0" * 4_000,
        '"value": 1' + "0" * 5_000,
        '"value": "1e9999999999999999999"',
        '"value": "sNaN"',
        '"value": NaN',
        '"value": -0.0000001',
        '"value": 1, "unit": "\\ud800"',
        '"value": 1, "service": "\\ud800"',
        '"value": 1, "\\ud800": 1',
        '"value": 1, "start": "\\ud800"',
        '"value": 1, "start": 1e400',
        '"value": 1, "start": "2999-12-31", "end": "3000-01-01"',
        '"value": 1, "end": "2999-12-31"',
        '"value": 1, "unit": "\\u0000"',
        '"value": {"a": 1}',
        '"value": ' + "[" * 2_000 + "]" * 2_000,
    ],
    ids=lambda text: text[:40],
)
@pytest.mark.parametrize("lines", [True, False], ids=["lines", "list"])
def test_odd_figures_are_refused(
    bearer: Bearer, cast: Cast, time_machine: TimeMachineFixture, text: str, lines: bool
) -> None:
    time_machine.move_to(datetime(2026, 3, 16, 12, tzinfo=UTC), tick=False)
    ServiceFactory(team=cast.payments, name="shop")
    sender = bearer(team=cast.payments, role=Role.EDITOR, scopes=[Scope.READ, Scope.WRITE, Scope.INTAKE])
    row = "{" + ROW % "page_views" + ", " + text + "}"
    body, kind = (row, "application/x-ndjson") if lines else (f"[{row}]", "application/json")
    answer = sender.post("/api/v1/measures", body.encode(), content_type=kind)
    assert answer.status_code in (400, 422), answer.content
    json.loads(answer.content)
    assert not MeasuredFigure.objects.exists()


def test_ratios_of_the_extremes_are_shown(
    bearer: Bearer, cast: Cast, as_: Callable[[str], Client], time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(2026, 3, 16, 12, tzinfo=UTC), tick=False)
    sender = bearer(team=cast.payments, role=Role.EDITOR, scopes=[Scope.READ, Scope.WRITE, Scope.INTAKE])
    rows = []
    for number in range(60):
        ServiceFactory(team=cast.payments, name=f"shop-{number}")
        one = {"service": f"shop-{number}", "start": "2026-03-02T10:00:00Z", "end": "2026-03-02T10:01:00Z"}
        rows.append({**one, "measure": "cost", "value": "1e15", "unit": "EUR"})
    year = {"service": "shop-0", "start": "2025-06-01", "end": "2026-05-31"}
    rows.append({**year, "measure": "transactions", "value": "0.000001"})
    assert sender.post("/api/v1/measures", json.dumps(rows), content_type="application/json").status_code == 202
    asked = "from=2026-03-02T10:00:00Z&to=2026-03-02T10:01:00Z"
    assert sender.get(f"/api/v1/ratios?{asked}").status_code == 200
    assert as_("viewer").get(f"/delivery/ratios/?{asked}").status_code == 200
