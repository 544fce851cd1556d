"""OpenSLO documents: read with lines, refused in words, written so that they read the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.documents import NODES_MAX, read_documents
from reliability.kit.problems import DocumentError
from slo.domain.openslo.desired import Desired, Kind, Known
from slo.domain.openslo.documents import Documents, SourceText, read_files
from slo.domain.openslo.exporting import to_documents, to_yaml
from slo.domain.openslo.plan import Action, compare
from slo.domain.openslo.resolve import resolve

KNOWN = Known(
    services=frozenset({"checkout"}),
    source_kinds={"prom": "prometheus", "pushes": "counts"},
    indicator_specs={"errors": {"kind": "ratio", "good": "a", "valid": "b"}},
)


def read(text: str, known: Known = KNOWN) -> tuple[list[Desired], Documents]:
    documents = read_files([SourceText("f.yaml", text)])
    return resolve(read=documents, known=known), documents


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read(text)[1].problems]


def slo(**spec: Any) -> str:
    given: dict[str, Any] = {
        "service": "checkout",
        "indicatorRef": "errors",
        "timeWindow": [{"duration": "28d", "isRolling": True}],
        "budgetingMethod": "Occurrences",
        "objectives": [{"target": 0.99}],
        **spec,
    }
    kept = {name: value for name, value in given.items() if value is not ...}
    return yaml.safe_dump({"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x"}, "spec": kept})


def sli(**spec: Any) -> str:
    return yaml.safe_dump({"apiVersion": "openslo/v1", "kind": "SLI", "metadata": {"name": "y"}, "spec": spec})


def metric(query: str = "q", source: str = "prom") -> dict[str, Any]:
    return {"metricSource": {"metricSourceRef": source, "spec": {"query": query}}}


class TestReading:
    def test_every_value_knows_its_line(self) -> None:
        (node,) = read_documents("a: 1\nb:\n  - x\n  - c: [y, z]\n", file="f")
        assert isinstance(node.value, dict)
        listed = node.value["b"].value
        assert isinstance(listed, list)
        assert (node.value["a"].line, listed[0].line, listed[1].line) == (1, 3, 4)

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("on", "on"),
            ("yes", "yes"),
            ("2026-01-01 00:00:00", "2026-01-01 00:00:00"),
            ("012", 12.0),
            ("1_000", "1_000"),
            ("0x1F", "0x1F"),
            ("0.999999999999", 0.999999999999),
            ("true", True),
            ("~", None),
            ('"1"', "1"),
            ("1:30", "1:30"),
        ],
    )
    def test_scalars_mean_what_people_write(self, text: str, value: Any) -> None:
        (node,) = read_documents(f"a: {text}", file="f")
        assert node.plain() == {"a": value}

    @pytest.mark.parametrize(
        ("text", "line", "said"),
        [
            ("a: 1\na: 2", 2, "stands here twice, first in line 1"),
            ("a:\n  b: [", 3, "not valid YAML"),
            ("a: *x", 1, "alias"),
            ("a: &x 1\n<<: *x", 2, "merge keys"),
            ("? [a]\n: b", 1, "a key must be a text"),
            ("a: !!python/object:os.system x\nb: \x01", 2, "control characters"),
        ],
    )
    def test_what_cannot_be_read_says_where(self, text: str, line: int, said: str) -> None:
        with pytest.raises(DocumentError, match=said) as raised:
            read_documents(text, file="f")
        assert raised.value.problems[0].line == line

    def test_tags_make_no_objects(self) -> None:
        (node,) = read_documents("a: !!python/object/apply:os.getcwd []", file="f")
        assert node.plain() == {"a": []}

    def test_aliases_count_as_what_they_stand_for(self) -> None:
        wide = "a: &a [" + ",".join("x" * 1000) + "]\n"
        fits = wide + "b: [" + ", ".join(["*a"] * (NODES_MAX // 1001 - 2)) + "]"
        assert read_documents(fits, file="f")
        with pytest.raises(DocumentError, match="alias bomb"):
            read_documents(wide + "b: [" + ", ".join(["*a"] * (NODES_MAX // 1000 + 1)) + "]", file="f")

    @given(st.text(max_size=300) | st.text(alphabet="{}[]:,-&*!|>'\"#%@`? \n\tab01", max_size=200))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        documents = read_files([SourceText("f", text)])
        assert resolve(read=documents, known=KNOWN) == [] or not documents.problems

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, body: bytes) -> None:
        read_files([SourceText("f", body)])


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (slo(objectives=[{"target": 99.9}]), "target must be between 0 and 1, got 99.9: did you mean 0.999?"),
            (slo(objectives=[{"target": 1}]), "leaves no error budget"),
            (slo(objectives=[{"target": 0.9, "targetPercent": 90}]), "exactly one of target"),
            (slo(objectives=[{}]), "exactly one of target"),
            (slo(objectives=[]), "is empty: add one objective"),
            (slo(objectives=...), "spec.objectives: is required"),
            (slo(objectives=[{"target": "0.9"}]), "must be a number"),
            (slo(objectives=[{"target": 0.9, "compositeWeight": 2}]), "composite SLOs are not read yet"),
            (slo(objectives=[{"target": 0.9}, {"targetPercent": 90.0}]), "becomes the SLO x-90"),
            (slo(budgetingMethod="Occurences"), "did you mean Occurrences?"),
            (slo(budgetingMethod="Timeslices"), "timeSliceWindow: is required"),
            (
                slo(budgetingMethod="Timeslices", objectives=[{"target": 0.9, "timeSliceWindow": "5m"}]),
                "timeSliceTarget: is required",
            ),
            (
                slo(budgetingMethod="RatioTimeslices", objectives=[{"target": 0.9, "timeSliceWindow": "1M"}]),
                "must be minutes, hours or days",
            ),
            (slo(timeWindow=[{"duration": "1M", "isRolling": True}]), "calendar window"),
            (slo(timeWindow=[{"duration": "28 days", "isRolling": True}]), "no OpenSLO duration"),
            (slo(timeWindow=[{"duration": "1M"}, {"duration": "1d"}]), "exactly one entry"),
            (slo(timeWindow=[{"duration": "1M", "isRolling": False}]), "needs calendar.startTime"),
            (
                slo(timeWindow=[{"duration": "1M", "calendar": {"startTime": "2026-01-01", "timeZone": "Mars/X"}}]),
                "time zone",
            ),
            (slo(indicatorRef=...), "exactly one of indicator and indicatorRef"),
            (slo(sevice="checkout"), "spec.sevice: is not a field here: did you mean service?"),
            (slo(service=["checkout"]), "must be text"),
            (slo(alertPolicies=["none"]), "there is no AlertPolicy none"),
            (sli(ratioMetric={"counter": False, "good": metric(), "total": metric()}), "must select counters"),
            (sli(ratioMetric={"counter": True, "good": metric()}), "give good and total"),
            (sli(ratioMetric={"good": metric(), "bad": metric(), "total": metric()}), "give good and total"),
            (sli(ratioMetric={"raw": metric()}), "rawType: is required"),
            (sli(ratioMetric={"raw": metric(), "rawType": "succes"}), "did you mean success?"),
            (sli(ratioMetric={"good": metric(), "total": metric("q", "pushes")}), "must have one source"),
            (sli(ratioMetric={"good": metric("q", "pushes"), "total": metric("q", "pushes")}), "counts are pushed"),
            (sli(ratioMetric={"good": metric("q", "nil"), "total": metric()}), "there is no source nil"),
            (sli(thresholdMetric=metric()), "with the op and value of its objective"),
            (sli(thresholdMetric=metric(), ratioMetric={}), "exactly one of ratioMetric and thresholdMetric"),
            (sli(), "exactly one of ratioMetric and thresholdMetric"),
        ],
    )
    def test_each_mistake_says_what_to_change(self, text: str, said: str) -> None:
        found = problems(text)
        assert any(said in problem for problem in found), found
        assert all(problem.startswith("f.yaml:") for problem in found)

    @pytest.mark.parametrize(
        ("head", "said"),
        [
            ("kind: SLO\nmetadata: {name: x}\nspec: {}", "apiVersion: is required"),
            ("apiVersion: openslo/v2\nkind: SLO\nmetadata: {name: x}\nspec: {}", "must be openslo/v1"),
            ("apiVersion: openslo/v1\nkind: Slo\nmetadata: {name: x}\nspec: {}", "did you mean SLO?"),
            ("apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: FooBar}\nspec: {}", "such as foo-bar"),
            ("apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: x}", "spec: is required"),
            ("apiVersion: openslo/v1\nkind: Service\nmetadata: {name: x, anotations: {}}", "did you mean annotations?"),
            (
                "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: x, annotations: {reliability/tir: '1'}}",
                "is not read here",
            ),
            (
                "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: x, annotations: {reliability/tier: '9'}}",
                'must be "1", "2", "3" or "4"',
            ),
            (
                "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: x}\n"
                "spec: {type: Prometheus, connectionDetails: {password: hunter2}}",
                "credentials do not belong in a file",
            ),
            (
                "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: x}\n"
                "spec: {type: Prometheus, connectionDetails: {url: 'http://u:p@h'}}",
                "must not carry user and password",
            ),
            (
                "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: x}\nspec: {type: Datadog}",
                "cannot be read here",
            ),
        ],
    )
    def test_heads_are_checked(self, head: str, said: str) -> None:
        assert any(said in problem for problem in problems(head)), problems(head)

    def test_the_secret_is_not_repeated(self) -> None:
        text = (
            "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: x}\n"
            "spec: {type: Prometheus, connectionDetails: {password: hunter2}}"
        )
        assert not any("hunter2" in problem for problem in problems(text))

    def test_all_problems_of_a_file_are_told_at_once(self) -> None:
        text = slo(budgetingMethod="x", timeWindow=[{"duration": "1x"}], objectives=[{"target": 5}], servce="a")
        assert len(problems(text)) == 4

    def test_two_descriptions_of_one_name_are_refused(self) -> None:
        found = problems(slo() + "---\n" + slo(objectives=[{"target": 0.9}]))
        assert "already described in f.yaml:" in found[0]

    def test_the_same_description_twice_is_one(self) -> None:
        assert len(read(slo() + "---\n" + slo())[0]) == 1


class TestMeaning:
    def test_percent_is_exact(self) -> None:
        (one,) = read(slo(objectives=[{"targetPercent": 99.95}]))[0]
        assert one.fields["objective"] == "0.9995"

    def test_a_minute_is_no_month(self) -> None:
        calendar = {"startTime": "2026-01-01 00:00:00", "timeZone": "UTC"}
        found = read(slo(timeWindow=[{"duration": "1m", "calendar": calendar}]))[1]
        assert "almost surely meant to be a month" in str(found.warnings[0])

    def test_a_bare_number_of_a_slice_is_minutes(self) -> None:
        objective = {"target": 0.9, "timeSliceWindow": 5, "timeSliceTarget": 1}
        (one,) = read(slo(budgetingMethod="Timeslices", objectives=[objective]))[0]
        assert (one.fields["timeSliceWindow"], one.fields["timeSliceTarget"]) == (5, "1")

    def test_several_objectives_become_one_slo_each(self) -> None:
        objectives = [{"displayName": "Very Good!", "target": 0.99}, {"target": 0.9}, {"targetPercent": 99.9}]
        found, documents = read(slo(objectives=objectives))
        assert not documents.problems
        assert [item.name for item in found] == ["x-90", "x-99-9", "x-very-good"]

    def test_defaults_are_warned_about(self) -> None:
        (one,), documents = read(slo(timeWindow=..., budgetingMethod=...))
        assert (one.fields["window"], one.fields["budgetingMethod"]) == ({"rolling": "28d"}, "Occurrences")
        assert len(documents.warnings) == 2

    def test_a_threshold_takes_its_limit_from_its_objective(self) -> None:
        objectives = [{"op": "lt", "value": 0.5, "target": 0.99}]
        found, _ = read(sli(thresholdMetric=metric()) + "---\n" + slo(indicatorRef="y", objectives=objectives))
        assert found[0].fields["spec"] == {"kind": "threshold", "query": "q", "op": "lt", "value": 0.5}

    def test_two_limits_of_one_threshold_are_refused(self) -> None:
        objectives = [{"op": "lt", "value": 1, "target": 0.99}, {"op": "lt", "value": 2, "target": 0.9}]
        text = sli(thresholdMetric=metric()) + "---\n" + slo(indicatorRef="y", objectives=objectives)
        assert any("has several limits" in problem for problem in problems(text))

    def test_the_only_source_of_a_type_needs_no_reference(self) -> None:
        part = {"metricSource": {"type": "Prometheus", "spec": {"query": "q"}}}
        (one,), documents = read(sli(ratioMetric={"counter": True, "good": part, "total": part}))
        assert one.fields["source"] == "prom"
        assert "prom is taken" in str(documents.warnings[0])


NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
WORDS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=40
) | st.sampled_from(["yes", "1", "1e5", "089", "~", "null", "0.5", "- x", "a: b", "#c", " lead", "trail ", "*a", "é\n"])
QUERIES = WORDS.map(str.strip).filter(bool)
TARGETS = st.integers(1, 10**12 - 1).map(lambda n: f"{n / 10**12:.12f}".rstrip("0"))
SPECS = st.one_of(
    st.builds(lambda a, b: {"kind": "ratio", "good": a, "valid": b}, QUERIES, QUERIES),
    st.builds(lambda a, b: {"kind": "ratio", "bad": a, "valid": b}, QUERIES, QUERIES),
    st.builds(lambda a, b: {"kind": "ratio", "good": a, "bad": b}, QUERIES, QUERIES),
    st.builds(lambda a: {"kind": "raw_ratio", "success": a}, QUERIES),
    st.builds(lambda a: {"kind": "raw_ratio", "failure": a}, QUERIES),
    st.builds(lambda a: {"kind": "boolean", "query": a}, QUERIES),
    st.builds(
        lambda a, op, v: {"kind": "threshold", "query": a, "op": op, "value": v},
        QUERIES,
        st.sampled_from(["lt", "lte", "gt", "gte"]),
        st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 6)),
    ),
    st.builds(
        lambda a, v, h: {"kind": "latency", "metric": a, "threshold_seconds": v, "histogram": h},
        QUERIES,
        st.integers(1, 10_000).map(lambda n: n / 1000),
        st.sampled_from(["classic", "native"]),
    ),
)
WINDOWS = st.one_of(
    st.integers(1, 400).map(lambda days: {"rolling": f"{days}d"}),
    st.builds(
        lambda count, unit, zone: {
            "calendar": {"count": count, "unit": unit, "start": "2026-01-01T06:30:00", "time_zone": zone}
        },
        st.integers(1, 10),
        st.sampled_from(["day", "week", "month", "quarter", "year"]),
        st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    ),
)
METHODS = st.one_of(
    st.just(("Occurrences", None, None)),
    st.tuples(st.just("RatioTimeslices"), st.integers(1, 1440), st.none()),
    st.tuples(st.just("Timeslices"), st.integers(1, 1440), TARGETS),
)
ANNOTATIONS = st.dictionaries(NAMES.map(lambda name: f"example.com/{name}"), WORDS, max_size=3)
LABELS = st.dictionaries(NAMES, WORDS | st.lists(WORDS, min_size=1, max_size=3), max_size=3)


@st.composite
def stored(draw: st.DrawFn) -> list[Desired]:
    """A stored SLI and an SLO over it, as the database would tell of them."""
    common = {"displayName": draw(QUERIES), "description": draw(WORDS), "labels": draw(LABELS)}
    spec = draw(SPECS)
    method, minutes, target = draw(METHODS)
    sli_fields: Mapping[str, Any] = {
        **common,
        "annotations": draw(ANNOTATIONS),
        "source": "prom",
        "spec": spec,
        "service": draw(st.sampled_from(["checkout", None])),
    }
    slo_fields: Mapping[str, Any] = {
        **common,
        "annotations": draw(ANNOTATIONS),
        "service": draw(st.sampled_from(["checkout", ""])),
        "indicator": "the-sli",
        "objective": draw(TARGETS),
        "window": draw(WINDOWS),
        "budgetingMethod": method,
        "timeSliceWindow": minutes,
        "timeSliceTarget": target,
        "noDataCountsAsBad": draw(st.booleans()),
        "alertPolicies": [],
    }
    return [Desired(Kind.SLI, "the-sli", sli_fields, "payments"), Desired(Kind.SLO, "the-slo", slo_fields, "payments")]


@given(stored())
def test_what_is_written_reads_as_what_was_stored(objects: list[Desired]) -> None:
    text = to_yaml(to_documents(objects, specs={"the-sli": objects[0].fields["spec"]}))
    found, documents = read(text)
    assert not documents.problems, text
    changes = compare(desired=found, stored={(item.kind, item.name): item.fields for item in objects})
    assert [change for change in changes if change.action is not Action.UNCHANGED] == [], text
    assert [item.team for item in found] == ["payments", "payments"]
