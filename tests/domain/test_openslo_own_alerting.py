"""An objective's own conditions and settings of alerting, written as OpenSLO and read again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.domain.alerting_conditions import Condition
from slo.domain.alerting_policy import Settings
from slo.domain.alerting_rules import Operator
from slo.domain.openslo.desired import Desired, Kind, Known
from slo.domain.openslo.documents import SourceText, read_files
from slo.domain.openslo.exporting import to_documents, to_yaml
from slo.domain.openslo.own_alerting import alerting_json
from slo.domain.openslo.resolve import resolve

KNOWN = Known(source_kinds={"pushes": "counts"}, indicator_specs={"orders": {"kind": "pushed"}})
FIELDS: dict[str, Any] = {
    "displayName": "Orders", "description": "", "service": "", "labels": {}, "annotations": {}, "alertPolicies": [],
    "indicator": "orders", "objective": "0.99", "window": {"rolling": "28d"}, "budgetingMethod": "Occurrences",
    "timeSliceWindow": None, "timeSliceTarget": None, "noDataCountsAsBad": False,
}  # fmt: skip

names = st.from_regex(r"\A[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120).map(str.strip)


def of_minutes(low: int, high: int) -> st.SearchStrategy[timedelta]:
    return st.integers(low, high).map(lambda n: timedelta(minutes=n))


conditions = st.builds(
    Condition,
    name=names,
    title=titles,
    threshold=st.floats(1e-9, 1e9) | st.integers(-100, 100).map(float),
    op=st.sampled_from(Operator),
    lookback=of_minutes(1_001, 40_320),
    short=st.none() | of_minutes(1, 1_000),
    alert_after=st.just(timedelta(0)) | of_minutes(1, 10_080),
    severity=st.integers(1, 5),
)
amounts = st.just(0.0) | st.floats(1e-3, 1e12)
asked = st.builds(
    Settings,
    has_page=st.booleans(),
    has_ticket=st.booleans(),
    min_bad_events=amounts,
    min_valid_events=amounts,
    cold_start_bad_events=amounts,
    watches_silence=st.none() | st.booleans(),
    silence_minutes=st.integers(5, 10_080),
    silence_severity=st.integers(1, 5),
    counts_no_traffic=st.booleans(),
    conditions=st.lists(conditions, max_size=4, unique_by=lambda one: one.name).map(
        lambda found: tuple(one.to_json() for one in found)
    ),
)


def written(alerting: dict[str, Any], **fields: Any) -> str:
    item = Desired(Kind.SLO, "orders", FIELDS | {"alerting": alerting} | fields)
    return to_yaml(to_documents([item], specs={"orders": {"kind": "pushed"}}))


def read(text: str) -> tuple[list[Desired], list[str]]:
    documents = read_files([SourceText("slo.yaml", text)])
    found = resolve(read=documents, known=KNOWN)
    return found, [f"{one.path}: {one.message}" for one in documents.problems]


@settings(deadline=None, max_examples=60)
@given(asked)
def test_what_is_written_is_read_as_it_was(wanted: Settings) -> None:
    alerting = alerting_json(wanted)
    assert alerting["conditions"] == list(wanted.conditions)
    found, problems = read(written(alerting))
    assert not problems
    (slo,) = found
    if alerting == alerting_json(Settings()):
        assert "alerting" not in slo.fields  # a file that says nothing leaves everything as it is
    else:
        assert slo.fields["alerting"] == alerting
    assert slo.fields["alertPolicies"] == []


def test_default_takes_everything_back() -> None:
    text = written(alerting_json(Settings())).replace(
        "name: orders", "name: orders\n  annotations: {reliability/alerting: default}", 1
    )
    (slo,), problems = read(text)
    assert not problems
    assert slo.fields["alerting"] == alerting_json(Settings())


def test_shared_policies_and_own_conditions_stand_beside_each_other() -> None:
    own = Condition(name="fast", threshold=20.0, lookback=timedelta(minutes=10), severity=1)
    text = written(alerting_json(Settings(conditions=(own.to_json(),))), alertPolicies=["shared"])
    assert "alertPolicyRef: shared" in text
    assert 'reliability/own: "true"' in text
    documents = read_files([SourceText("slo.yaml", text)])
    known = Known(
        source_kinds=KNOWN.source_kinds,
        indicator_specs=KNOWN.indicator_specs,
        alert_documents=frozenset({("AlertPolicy", "shared")}),
    )
    (slo,) = resolve(read=documents, known=known)
    assert not documents.problems
    assert slo.fields["alertPolicies"] == ["shared"]
    assert [one["name"] for one in slo.fields["alerting"]["conditions"]] == ["fast"]


OWN = """
  - kind: AlertPolicy
    metadata: {name: fast, annotations: {reliability/own: "true"}}
    spec:
      conditions:
      - kind: AlertCondition
        metadata: {name: fast}
        spec: {severity: sev1, condition: {op: gt, threshold: 20, lookbackWindow: 10m}}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("conditions:", "alertWhenResolved: false\n      conditions:", "alertWhenResolved: is true for a condition"),
        ("conditions:", "notificationTargets: [{targetRef: x}]\n      conditions:", "must be empty here"),
        ("severity: sev1", "severity: soon", "must be sev1 (worst) to sev5"),
        ("lookbackWindow: 10m", "lookbackWindow: 1Q", "must be minutes, hours, days or weeks"),
        ("threshold: 20", 'threshold: "20"', "write it without quotes"),
        ("op: gt", "op: above", "must be one of gt, gte, lt, lte"),
        ("metadata: {name: fast}", "metadata: {name: Fast}", "is no name"),
        ('own: "true"', 'own: "true", reliability/alerting: default', ""),
    ],
    ids=[
        "an end that is not told", "targets", "a severity that is none", "a quarter", "a number in quotes",
        "an operator that is none", "capitals in a name", "an annotation of the SLO in a policy is passed over",
    ],
)  # fmt: skip
def test_mistakes_are_told_at_their_place(old: str, new: str, said: str) -> None:
    text = written(alerting_json(Settings())) + f"  alertPolicies:{OWN.replace(old, new)}"
    problems = read(text)[1]
    assert said in "\n".join(problems) if said else not problems


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        ("alert-page: sometimes", "must be one of true, false"),
        ("alert-min-bad-events: many", "must be a number in quotes"),
        ("alert-min-bad-events: nan", "must be a number in quotes"),
        ("alert-no-data-after: soon", "must be a number and one of"),
        ("alert-no-data-severity: bad", "must be sev1"),
        ("alerting: mine", "must be default"),
        ("alert-pages: on", "is not read here"),
    ],
)
def test_settings_that_mean_nothing_are_refused(annotation: str, said: str) -> None:
    text = written(alerting_json(Settings())).replace(
        "name: orders", f"name: orders\n  annotations: {{reliability/{annotation}}}", 1
    )
    assert said in "\n".join(read(text)[1])


def test_a_document_of_its_own_is_no_own_condition() -> None:
    text = """
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: fast, annotations: {reliability/own: "true"}}
spec: {conditions: [{conditionRef: x}], notificationTargets: []}
"""
    assert "is for policies written within their SLO" in "\n".join(read(text)[1])
