"""The same request sent many times at once is stored once."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.telemetry.domain.pushed import Wire
from slo.models import IntakeReceipt, Sli
from slo.selectors.series import extent_of
from slo.services.intake import IntakeAnswer, IntakeRequest, take_counts
from tests.cast import SliFactory
from tests.racing import Race

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def _sli(transactional_db: None) -> None:
    SliFactory(name="checkout")


def _send() -> IntakeAnswer:
    body = orjson.dumps([{"sli": "checkout", "start": "2026-03-02T11:00:00Z", "good": 9, "valid": 10}])
    return take_counts(caller=SYSTEM, request=IntakeRequest(body=body, wire=Wire.JSON, key="once"), now=NOW)


def _stored() -> tuple[int, float]:
    """Receipts and valid events, seen by the connections that raced."""
    return IntakeReceipt.objects.count(), extent_of(sli=Sli.objects.get(name="checkout")).valid


@pytest.mark.usefixtures("_sli")
def test_eight_at_once_store_one(race: Race) -> None:
    answers = race(*[_send] * 8)
    assert [type(answer) for answer in answers] == [IntakeAnswer] * 8, answers
    assert sum(not answer.is_repeat for answer in answers) == 1
    assert {answer.accepted for answer in answers} == {1}
    assert race(_stored) == [(1, 10)]
