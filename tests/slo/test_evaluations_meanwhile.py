"""Evaluations that meet edits, other evaluations, deletions, and objectives that cannot be evaluated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client

from reliability.access.domain.caller import SYSTEM
from reliability.kit.instants import to_minute
from reliability.outbox.models import Fact
from slo import handlers
from slo.domain.minutes import MinuteSeries
from slo.models import Exclusion, Slo, SloStatus, SloVersion
from slo.selectors.fleet import figures_of
from slo.services import adjustments, exclusions, slos
from slo.services.evaluations import EvaluationResult, evaluate, evaluate_team
from slo.services.series import store
from tests.cast import SloFactory

pytestmark = pytest.mark.django_db

Meanwhile = Callable[[Callable[[], Any]], None]
PLACE = "slo.selectors.judgements.figures_of"
BROKEN = {"calendar": {"count": 10_000, "unit": "year", "start": "2026-01-01T00:00:00", "time_zone": "UTC"}}


def measure(slo: Slo, *, bad: float, now: datetime, minutes: int = 60) -> None:
    valid = np.full(minutes, 100.0)
    covered = np.ones(minutes, dtype=np.bool_)
    store(sli_id=slo.sli_id, counts=MinuteSeries(to_minute(now) - minutes, valid - bad, valid, covered), now=now)


@pytest.fixture
def met(now: datetime) -> Slo:
    """An objective that was found met."""
    slo: Slo = SloFactory()
    measure(slo, bad=0.0, now=now)
    evaluate(slo_ids=[slo.pk], now=now)
    assert SloStatus.objects.get(slo=slo).state == "met"
    return slo


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Does something between the reading of the next evaluation and its writing, as another worker would."""

    def arrange(work: Callable[[], Any]) -> None:
        def judge_and_linger(**arguments: Any) -> Any:
            figures = figures_of(**arguments)
            monkeypatch.setattr(PLACE, figures_of)
            work()
            return figures

        monkeypatch.setattr(PLACE, judge_and_linger)

    return arrange


def changes() -> list[tuple[str, str]]:
    return [(fact.payload["from"], fact.payload["to"]) for fact in Fact.objects.order_by("pk")]


@pytest.mark.parametrize("minutes", [0, 1], ids=["in the same minute", "in the next minute"])
def test_an_edit_is_not_undone_by_an_evaluation_that_began_before_it(
    met: Slo, meanwhile: Meanwhile, minutes: int, now: datetime
) -> None:
    later = now + timedelta(minutes=minutes)
    meanwhile(
        lambda: adjustments.create(
            caller=SYSTEM, slo=met, at=now - timedelta(hours=1), consumed_delta=2.0, reason="agreed", now=later
        )
    )
    evaluate(slo_ids=[met.pk], now=later)
    assert SloStatus.objects.get(slo=met).state == "breached"
    assert changes() == [("met", "breached")]


def test_an_exclusion_made_meanwhile_counts(met: Slo, meanwhile: Meanwhile, now: datetime) -> None:
    measure(met, bad=50.0, now=now, minutes=10)

    def exclude() -> None:
        Exclusion.objects.create(
            team=met.team,
            slo=met,
            start_at=now - timedelta(minutes=10),
            end_at=now,
            reason="a drill",
            author_name="Editor",
        )

    meanwhile(exclude)
    evaluate(slo_ids=[met.pk], now=now)
    assert SloStatus.objects.get(slo=met).state == "met"
    assert changes() == []


def test_a_revoked_exclusion_and_a_restated_objective_count_too(met: Slo, meanwhile: Meanwhile, now: datetime) -> None:
    measure(met, bad=50.0, now=now, minutes=10)
    excluded = Exclusion.objects.create(
        team=met.team, slo=met, start_at=now - timedelta(minutes=10), end_at=now, reason="no", author_name="Editor"
    )
    evaluate(slo_ids=[met.pk], now=now)
    meanwhile(lambda: exclusions.revoke(caller=SYSTEM, exclusion=excluded, now=now))
    evaluate(slo_ids=[met.pk], now=now)
    assert changes() == [("met", "breached")]
    # The same version says something else within its minute.
    meanwhile(lambda: SloVersion.objects.filter(slo=met).update(objective="0.5"))
    evaluate(slo_ids=[met.pk], now=now)
    assert changes() == [("met", "breached"), ("breached", "met")]


def test_what_another_worker_evaluated_from_newer_minutes_stays(met: Slo, meanwhile: Meanwhile, now: datetime) -> None:
    def measure_and_evaluate() -> None:
        measure(met, bad=50.0, now=now, minutes=10)
        evaluate(slo_ids=[met.pk], now=now)

    meanwhile(measure_and_evaluate)
    evaluate(slo_ids=[met.pk], now=now)
    assert SloStatus.objects.get(slo=met).state == "breached"
    assert changes() == [("met", "breached")]


def test_an_objective_deleted_meanwhile_is_forgotten_and_the_others_are_evaluated(
    met: Slo, meanwhile: Meanwhile, now: datetime
) -> None:
    other = SloFactory(sli=met.sli)
    meanwhile(lambda: slos.delete(caller=SYSTEM, slo=met, now=now))
    evaluate(slo_ids=[met.pk, other.pk], now=now)
    assert list(SloStatus.objects.values_list("slo_id", "state")) == [(other.pk, "met")]


def _break_version(slo: Slo) -> None:
    SloVersion.objects.filter(slo=slo).update(window=BROKEN)


def test_one_that_cannot_be_evaluated_says_why_and_the_others_are_evaluated(met: Slo, now: datetime) -> None:
    fine = [SloFactory(team=met.team) for _ in range(4)]
    _break_version(met)
    later = now + timedelta(minutes=1)
    assert evaluate_team(team_id=met.team_id, now=later) == EvaluationResult(evaluated=5, changed=0, failed=1)
    row = SloStatus.objects.get(slo=met)
    assert "at most ten years" in row.state_reason
    assert (row.state, row.evaluated_at) == ("met", now)  # as it was: old, and told to be
    assert set(SloStatus.objects.filter(slo__in=fine).values_list("evaluated_at", flat=True)) == {later}
    assert changes() == []


def test_the_api_tells_why_there_is_no_newer_evaluation(
    met: Slo, bearer: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    def broken(**arguments: Any) -> Any:
        raise ArithmeticError("sums that do not add up")

    with monkeypatch.context() as patch:
        patch.setattr(PLACE, broken)
        evaluate(slo_ids=[met.pk], now=now + timedelta(minutes=1))
    status = bearer(team=met.team).get(f"/api/v1/slos/{met.name}").json()["status"]
    assert status["reason"].startswith("could not be evaluated: ArithmeticError: sums that do not add up")
    assert (status["state"], status["evaluated_at"]) == ("met", "2026-03-02T12:00:00Z")


def test_a_team_whose_only_objective_cannot_be_evaluated_is_tried_again_next_minute(now: datetime) -> None:
    slo = SloFactory()
    _break_version(slo)
    assert handlers.evaluate(key=str(slo.team_id), payload={}, now=now) is not None
    row = SloStatus.objects.get(slo=slo)
    assert row.state == "no_data"
    assert row.state_reason.startswith("could not be evaluated: WindowError: a calendar window is at most ten years")
    SloVersion.objects.filter(slo=slo).update(window={"rolling": "7d"})
    handlers.evaluate(key=str(slo.team_id), payload={}, now=now + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.state_reason == "nothing was measured in the window: no valid events"
