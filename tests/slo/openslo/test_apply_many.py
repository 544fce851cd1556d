"""Many documents at once: bounded, judged together after the commit, and the database is kept from others briefly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reliability.outbox.models import Due
from slo.domain.definition import DefinitionError
from slo.domain.objective import ObjectiveError
from slo.domain.openslo.documents import SourceText
from slo.domain.openslo.plan import Action, Plan
from slo.domain.versions import VersionError
from slo.domain.window_errors import WindowError
from slo.models import Slo, SloStatus, SloVersion
from slo.services import evaluations
from slo.services import slos as slo_services
from slo.services.openslo import OpenSloRequest, apply, plan
from tests.cast import Cast

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = """\
apiVersion: openslo/v1
kind: DataSource
metadata: {name: prom}
spec: {type: prometheus, connectionDetails: {url: "http://127.0.0.1:9090"}}
"""
SLO = """\
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: slo-NUMBER}
spec:
  service: ""
  budgetingMethod: Occurrences
  timeWindow: [{duration: 28d, isRolling: true}]
  objectives: [{target: TARGET}]
  indicator:
    metadata: {name: sli-NUMBER}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {metricSourceRef: prom, type: prometheus, spec: {query: good_total}}}
        total: {metricSource: {metricSourceRef: prom, type: prometheus, spec: {query: all_total}}}
"""

pytestmark = pytest.mark.django_db


def many(count: int, *, target: str = "0.99") -> OpenSloRequest:
    documents = (SLO.replace("NUMBER", str(number)).replace("TARGET", target) for number in range(count))
    return OpenSloRequest(files=[SourceText("many.yaml", SOURCE + "".join(documents))], team_slug="payments")


def done(plan: Plan) -> Plan:
    assert [str(problem) for problem in plan.problems] == []
    return plan


def test_objectives_are_judged_once_together_after_all_are_written(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[list[int]] = []
    real = evaluations.evaluate

    def evaluate(*, slo_ids: Any, now: datetime) -> Any:
        judged.append(list(slo_ids))
        return real(slo_ids=slo_ids, now=now)

    monkeypatch.setattr(evaluations, "evaluate", evaluate)
    done(apply(caller=cast.caller("editor"), request=many(5), now=NOW))
    assert [len(ids) for ids in judged] == [5]
    assert SloStatus.objects.count() == 5
    assert Due.objects.filter(kind="slo.evaluate", key=str(cast.payments.pk)).count() == 1
    later = NOW + timedelta(minutes=5)
    done(apply(caller=cast.caller("editor"), request=many(5, target="0.999"), now=later))
    assert [len(ids) for ids in judged] == [5, 5]
    assert set(SloStatus.objects.values_list("version__objective", flat=True)) == set(
        SloVersion.objects.filter(effective_from=later).values_list("objective", flat=True)
    )


def test_a_plan_judges_nothing_and_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluations, "evaluate", lambda **_: pytest.fail("a plan judges no objective"))
    found = done(plan(caller=cast.caller("editor"), request=many(3), now=NOW))
    assert found.count(Action.CREATE) == 7
    assert not Slo.objects.exists()
    assert not Due.objects.exists()


@pytest.mark.parametrize("run", [plan, apply], ids=["a plan", "an application"])
def test_documents_without_a_difference_or_with_a_mistake_open_no_transaction(cast: Cast, run: Any) -> None:
    done(apply(caller=cast.caller("editor"), request=many(3), now=NOW))
    for request in (many(3), many(3, target="99.9")):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run(caller=cast.caller("editor"), request=request, now=NOW)
        assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def test_more_changes_than_the_bound_are_refused_before_anything_is_written(
    cast: Cast, as_: Any, settings: Any
) -> None:
    settings.OPENSLO_CHANGES_MAX = 7
    done(apply(caller=cast.caller("editor"), request=many(3), now=NOW))
    found = apply(caller=cast.caller("editor"), request=many(7), now=NOW)
    assert [problem.message for problem in found.problems] == [
        "8 objects would be created or changed, at most 7 are at once: apply them in parts, sources, services and "
        "SLIs first (OPENSLO_CHANGES_MAX is the bound)"
    ]
    editor: Client = as_("editor")
    answer = editor.post("/api/v1/openslo?team=payments", data=many(7).files[0].text, content_type="application/yaml")
    assert answer.status_code == 422
    assert "at most 7 are at once" in answer.json()["error"]["details"][0]["message"]
    assert Slo.objects.count() == 3
    assert done(apply(caller=cast.caller("editor"), request=many(6), now=NOW)).count(Action.CREATE) == 6


def test_each_object_more_costs_the_same_few_statements(cast: Cast) -> None:
    counts = []
    for number in (2, 4, 6):
        with CaptureQueriesContext(connection) as queries:
            done(plan(caller=cast.caller("editor"), request=many(number), now=NOW))
        counts.append(len(queries))
    assert counts[2] - counts[1] == counts[1] - counts[0]
    assert (counts[1] - counts[0]) / 2 <= 36  # an SLI and an SLO, savepoints included


@pytest.mark.parametrize(
    "error",
    [
        WindowError("window_length", "that window cannot be"),
        ObjectiveError("objective_not_finite", "that objective cannot be"),
        DefinitionError("slice_target", "that definition cannot be"),
        VersionError("that version cannot be"),
    ],
    ids=["window", "objective", "definition", "version"],
)
def test_what_the_domain_refuses_is_a_problem_with_its_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, error: ValueError
) -> None:
    def refuse(**_: Any) -> None:
        raise error

    monkeypatch.setattr(slo_services, "definition_or_mistakes", refuse)
    found = apply(caller=cast.caller("editor"), request=many(1), now=NOW)
    assert [str(problem) for problem in found.problems] == [f"many.yaml:8: metadata.name: SLO slo-0: {error}"]
    assert not Slo.objects.exists()


def test_a_stored_window_that_cannot_be_read_is_a_problem_with_its_place(cast: Cast) -> None:
    done(apply(caller=cast.caller("editor"), request=many(2), now=NOW))
    SloVersion.objects.filter(slo__name="slo-1").update(window={"rolling": "never"})
    found = apply(caller=cast.caller("editor"), request=many(2, target="0.9"), now=NOW)
    assert [(problem.file, problem.line, problem.path) for problem in found.problems] == [
        ("many.yaml", 24, "metadata.name")
    ]
    assert found.problems[0].message.startswith("SLO slo-1: as it is stored: ")
