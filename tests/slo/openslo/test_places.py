"""A refusal of a document points at the line and path that have to change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reliability.web.errors import Invalid
from slo.domain.openslo.documents import SourceText
from slo.services.openslo import OpenSloRequest, apply
from tests.cast import Cast, ServiceFactory, SliFactory, SloFactory, SourceFactory

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db

SLI = """apiVersion: openslo/v1
kind: SLI
metadata: {name: errors}
spec:
  ratioMetric:
    counter: true
    good:
      metricSource: {metricSourceRef: prometheus, spec: {query: good_total}}
    total:
      metricSource:
        metricSourceRef: prometheus
        spec:
          query: valid_total
"""
SOURCE = """apiVersion: openslo/v1
kind: DataSource
metadata:
  name: fresh
spec:
  type: Prometheus
  connectionDetails:
    url: http://127.0.0.1:9090
"""
SLO = """apiVersion: openslo/v1
kind: SLO
metadata:
  displayName: Works
  annotations:
    reliability/team: payments
  name: works
spec:
  indicator:
    metadata: {name: inner}
    spec:
      thresholdMetric:
        metricSource:
          metricSourceRef: prometheus
          spec: {query: queue_depth}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - displayName: strict
      op: lt
      value: 5
      target: 0.999
    - displayName: lax
      op: lt
      value: 5
      target: 0.99
"""
SERVICE = """apiVersion: openslo/v1
kind: Service
metadata:
  name: shop
  annotations:
    other: tool
    reliability/tier: "3"
    reliability/runbook: https://example.org/
"""


def refused(cast: Cast, text: str, *, who: str = "editor", team: str = "") -> list[tuple[int, str]]:
    request = OpenSloRequest(files=[SourceText("file.yaml", text)], team_slug=team)
    done = apply(caller=cast.caller(who), request=request, now=NOW)
    return [(problem.line, problem.path) for problem in done.problems]


@pytest.fixture
def prometheus(cast: Cast) -> Any:
    return SourceFactory(team=cast.payments, name="prometheus", kind="prometheus")


@pytest.mark.parametrize(
    ("text", "old", "new", "place"),
    [
        pytest.param(
            SLI,
            "good_total}}",
            '"good_total{"}}',
            (8, "spec.ratioMetric.good.metricSource.spec.query"),
            id="in one line",
        ),
        pytest.param(
            SLI, "valid_total", "valid_total{", (13, "spec.ratioMetric.total.metricSource.spec.query"), id="in a block"
        ),
        pytest.param(
            SLO,
            "queue_depth}",
            '"queue_depth{"}',
            (15, "spec.indicator.spec.thresholdMetric.metricSource.spec.query"),
            id="in an inline indicator",
        ),
        pytest.param(SOURCE, "http://127.0.0.1:9090", "gopher://x", (8, "spec.connectionDetails.url"), id="an address"),
        pytest.param(
            SOURCE,
            "    url: http://127.0.0.1:9090",
            "    timeout: 5",
            (8, "spec.connectionDetails.timeout"),
            id="unknown",
        ),
        pytest.param(SERVICE, '"3"', '"9"', (7, "metadata.annotations[reliability/tier]"), id="a tier"),
        pytest.param(
            SERVICE, "https://example.org/", "nowhere", (8, "metadata.annotations[reliability/runbook]"), id="a runbook"
        ),
        pytest.param(
            SERVICE,
            "other: tool",
            "reliability/team: nobody",
            (6, "metadata.annotations[reliability/team]"),
            id="an unknown team",
        ),
        pytest.param(SLO, "0.99\n", "99\n", (26, "spec.objectives[1].target"), id="the second of two targets"),
        pytest.param(
            SLO, "[{duration: 28d", "[{duration: 99999d", (16, "spec.timeWindow[0].duration"), id="a window too long"
        ),
    ],
)
def test_a_mistake_is_told_where_it_is(
    cast: Cast, prometheus: Any, text: str, old: str, new: str, place: tuple[int, str]
) -> None:
    assert text.count(old) == 1
    found = refused(cast, text.replace(old, new))
    assert (place[0], place[1].removesuffix(".duration")) in [
        (line, path.removesuffix(".duration")) for line, path in found
    ]


def test_a_name_that_others_hold_is_told_at_the_name(cast: Cast, prometheus: Any) -> None:
    ServiceFactory(team=cast.search, name="shop")
    SloFactory(team=cast.search, name="works-strict", sli=SliFactory(source=SourceFactory(team=cast.search)))
    assert refused(cast, SERVICE) == [(4, "metadata.name")]
    assert refused(cast, SLO) == [(7, "metadata.name")]


def test_who_may_not_write_is_told_at_the_name(cast: Cast, prometheus: Any) -> None:
    SloFactory(team=cast.commons, name="works", sli=SliFactory(source=SourceFactory(team=cast.commons)))
    alone = SLO[: SLO.index("    - displayName: lax")].replace("      reliability/team: payments", "")
    assert refused(cast, alone.replace("reliability/team: payments", "other: x")) == [(7, "metadata.name")]


def test_a_team_of_the_request_that_is_not_there_is_no_mistake_of_a_document(cast: Cast) -> None:
    with pytest.raises(Invalid) as raised:
        refused(cast, SERVICE, team="nobody")
    assert raised.value.details == [
        {"field": "team", "message": "there is no team 'nobody', or it is not yours to see"}
    ]
