"""What is wrong with an experiment: each thing at its line, with what to change."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest
import yaml

from chaos.experiments.domain.kinds import Kind
from chaos.experiments.domain.parsing import parse
from chaos.experiments.domain.places import Problem
from chaos.experiments.domain.validation import PROBLEMS_MAX, problems
from chaos.runner.allow import Allowed, Surroundings

HTTP = {"type": "http", "url": "http://shop.example.org/health"}


def probe(**fields: Any) -> dict[str, Any]:
    return {"type": "probe", "name": "healthy", "tolerance": 200, "provider": HTTP, **fields}


def action(**fields: Any) -> dict[str, Any]:
    return {"type": "action", "name": "call", "provider": {**HTTP, "method": "POST"}, **fields}


def document(**fields: Any) -> dict[str, Any]:
    base = {
        "title": "Orders survive",
        "description": "a slow payment must not stop orders",
        "steady-state-hypothesis": {"title": "orders go through", "probes": [probe()]},
        "method": [action()],
    }
    return {**base, **fields}


def found(
    written: dict[str, Any] | str,
    *,
    modules: tuple[str, ...] = (),
    programs: tuple[str, ...] = (),
    kind: Kind = Kind.EXPERIMENT,
    needs_rpo: bool = False,
) -> list[Problem]:
    text = written if isinstance(written, str) else yaml.safe_dump(written, sort_keys=False)
    surroundings = Surroundings(allowed=Allowed(modules=modules, programs=programs), targets={})
    return problems(parsed=parse(text=text), surroundings=surroundings, kind=kind, needs_rpo=needs_rpo)


def test_a_whole_experiment_has_no_problems() -> None:
    parts = document(
        version="1.0.0",
        tags=["orders"],
        contributions={"availability": "high", "security": "none"},
        configuration={
            "url": {"type": "env", "key": "URL", "default": "http://x"},
            "port": {"type": "env", "key": "PORT", "default": "80", "env_var_type": "int"},
            "words": "plain",
            "found": {"type": "probe", "name": "find", "provider": HTTP},
        },
        secrets={"api": {"token": {"type": "env", "key": "TOKEN"}}},
        extensions=[{"name": "reliability", "hypothesis_every": 2}, {"name": "other", "x": 1}],
        runtime={"rollbacks": {"strategy": "always"}},
        rollbacks=[{"ref": "call"}],
    )
    parts["method"] = [
        action(
            pauses={"before": 1, "after": "${port}"},
            background=True,
            timeout=5,
            provider={
                **HTTP,
                "url": "${url}/orders",
                "headers": {"Authorization": "Bearer ${token}"},
                "timeout": [1, 2],
                "verify_tls": False,
                "secrets": ["api"],
            },
        ),
        {"ref": "healthy"},
    ]
    assert found(parts) == []


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        pytest.param({"title": ""}, "title", "not blank", id="a blank title"),
        pytest.param({"title": "x" * 201}, "title", "at most 200", id="a long title"),
        pytest.param({"description": None}, "", "needs description", id="no description"),
        pytest.param({"title": "it is ${token}"}, "title", "shown to everybody", id="a secret in the title"),
        pytest.param({"tags": ["a", 1]}, "tags[1]", "a tag must be a text", id="a tag that is a number"),
        pytest.param({"tags": "a"}, "tags", "must be a list", id="tags in one text"),
        pytest.param({"tags": ["a" * 101]}, "tags[0]", "at most 100", id="a long tag"),
        pytest.param({"tags": ["a"] * 51}, "tags", "at most 50", id="many tags"),
        pytest.param({"method": [action(name="a" * 201)]}, "method[0].name", "at most 200", id="a long name"),
        pytest.param({"contributions": {"a": "very"}}, "contributions.a", "high, medium", id="a contribution"),
        pytest.param({"method": None}, "", "needs a method", id="no method"),
        pytest.param({"method": "x"}, "method", "must be a list", id="a method that is a text"),
        pytest.param({"method": [1]}, "method[0]", "must be a mapping", id="an activity that is a number"),
        pytest.param({"rollback": []}, "rollback", "did you mean rollbacks", id="a misspelt section"),
        pytest.param({"dry": True}, "dry", "ask for a dry run", id="dry in the document"),
        pytest.param({"controls": [{"name": "c"}]}, "controls", "not run here", id="controls"),
        pytest.param({"extensions": [{"x": 1}]}, "extensions[0]", "needs name", id="an extension without a name"),
        pytest.param(
            {"extensions": [{"name": "reliability", "hypothesis_every": -1}]},
            "extensions[0].hypothesis_every",
            "from 0 to 3600",
            id="the manner of a run",
        ),
        pytest.param({"configuration": {"u": {"type": "env", "key": "U"}}}, "configuration.u", "default", id="env"),
        pytest.param(
            {"configuration": {"u": {"type": "env", "key": "U", "default": {"type": "probe"}}}},
            "configuration.u.default",
            "a text",
            id="env of a mapping",
        ),
        pytest.param({"secrets": {"a": {"b": "hunter22"}}}, "secrets.a.b", "read by everybody", id="a plain secret"),
        pytest.param({"secrets": {"a": {"b": {"type": "vault"}}}}, "secrets.a.b", "Vault are not read", id="a vault"),
        pytest.param({"secrets": {"a": {"type": "env", "key": "B"}}}, "secrets.a", "without a group", id="no group"),
        pytest.param(
            {"rollbacks": [{"ref": "nobody"}]}, "rollbacks[0].ref", "is named 'nobody'", id="a ref of nothing"
        ),
        pytest.param(
            {"method": [action(), action(), {"ref": "call"}]},
            "method[2].ref",
            "2 activities are named",
            id="two of a name",
        ),
        pytest.param(
            {"steady-state-hypothesis": {"probes": []}}, "steady-state-hypothesis", "needs title", id="no title"
        ),
    ],
)
def test_a_problem_of_the_document_is_told_where_it_is(change: dict[str, Any], path: str, message: str) -> None:
    told = found(document(**change))
    assert [problem.path for problem in told] == [path], told
    assert message in told[0].message
    assert told[0].line > 0


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"type": "step"}, "type", "probe or action"),
        ({"name": " "}, "name", "not blank"),
        ({"provider": None}, "", "needs a provider"),
        ({"provider": {"type": "shell"}}, "provider.type", "python, process or http"),
        ({"background": "yes"}, "background", "true or false"),
        ({"backgruond": True}, "backgruond", "did you mean background"),
        ({"timeout": "5s"}, "timeout", "number of seconds"),
        ({"pauses": {"before": -1}}, "pauses.before", "number of seconds"),
        ({"pauses": {"during": 1}}, "pauses.during", "before or after"),
        ({"dry": "actions"}, "dry", "dry run"),
        ({"weight": 0}, "weight", "above 0"),
        ({"controls": [{"name": "c", "provider": {"type": "python", "module": "m"}}]}, "controls", "not run here"),
        ({"measures": "rto"}, "measures", "rpo_seconds"),
        ({"provider": {**HTTP, "url": "ftp://x"}}, "provider.url", "no http or https"),
        ({"provider": {**HTTP, "url": "${nowhere}/x"}}, "provider.url", "nowhere under configuration"),
        ({"provider": {**HTTP, "method": "FETCH"}}, "provider.method", "GET, HEAD"),
        ({"provider": {**HTTP, "headers": {"a": []}}}, "provider.headers.a", "must be a text"),
        ({"provider": {**HTTP, "verify_tls": "no"}}, "provider.verify_tls", "true or false"),
        ({"provider": {**HTTP, "max_retries": 99}}, "provider.max_retries", "0 to 10"),
        ({"provider": {"type": "process", "path": "ls", "arguments": 3}}, "provider.arguments", "must be a list"),
        ({"provider": {"type": "process", "path": "ls", "arguments": "-l; id"}}, "provider.arguments", "a shell"),
        ({"provider": {"type": "process", "path": "rm"}}, "provider.path", "CHAOS_PROGRAMS"),
        ({"provider": {"type": "python", "func": "f"}}, "provider", "needs module"),
        ({"provider": {"type": "python", "module": "os", "func": "system"}}, "provider.module", "CHAOS_MODULES"),
        ({"provider": {"type": "python", "module": "good", "func": "_f"}}, "provider.func", "begins with _"),
        (
            {"provider": {"type": "python", "module": "chaos.runner.probes.slo", "func": "mood"}},
            "provider.func",
            "slo burn_rate",
        ),
        (
            {"provider": {"type": "python", "module": "chaos.runner.probes.slo", "func": "sli", "arguments": {}}},
            "provider",
            "needs the argument slo",
        ),
    ],
)
def test_a_problem_of_an_activity_is_told_where_it_is(change: dict[str, Any], path: str, message: str) -> None:
    one = action(**change)
    told = found(document(method=[one]), modules=("good",), programs=("ls",))
    paths = [problem.path for problem in told]
    assert f"method[0].{path}".rstrip(".") in paths, told
    assert any(message in problem.message for problem in told), told


@pytest.mark.parametrize(
    "tolerance",
    [
        200,
        True,
        "pong",
        [200, 503],
        [503, 200, 429],
        {"type": "range", "target": "body", "range": [1, 2.5]},
        {"type": "regex", "target": "stdout", "pattern": "^[0-9]+$"},
        {"type": "probe", "name": "check", "provider": {**HTTP, "arguments": {}}},
    ],
)
def test_every_kind_of_tolerance_is_taken(tolerance: object) -> None:
    parts = document(**{"steady-state-hypothesis": {"title": "t", "probes": [probe(tolerance=tolerance)]}})
    assert found(parts) == []


@pytest.mark.parametrize(
    ("tolerance", "path", "message"),
    [
        (None, "", "true, a number"),
        (1.5, "", "a range such as [1.5, 1.5]"),
        ([], "", "never met"),
        ({"type": "range", "range": [3, 1]}, ".range", "nothing lies between"),
        ({"type": "range", "range": "1-3"}, ".range", "two numbers"),
        ({"type": "regex", "pattern": "("}, ".pattern", "no regular expression"),
        ({"type": "regex"}, "", "needs pattern"),
        ({"type": "regex", "pattern": "(" * 900}, ".pattern", "no regular expression"),
        ({"type": "jsonpath", "path": ""}, ".path", "not blank"),
        ({"type": "jsonpath", "path": "$.a", "count": -1}, ".count", "whole number"),
        ({"type": "about"}, ".type", "range, regex, jsonpath or probe"),
        ({"type": "probe", "name": "c", "provider": HTTP}, ".provider", "needs arguments"),
    ],
)
def test_a_tolerance_that_is_never_met_or_crashes_is_refused(tolerance: object, path: str, message: str) -> None:
    parts = document(**{"steady-state-hypothesis": {"title": "t", "probes": [probe(tolerance=tolerance)]}})
    told = {problem.path: problem.message for problem in found(parts)}
    place = f"steady-state-hypothesis.probes[0].tolerance{path}"
    assert message in told.get(place, ""), told


def test_a_probe_of_the_hypothesis_needs_a_tolerance_and_is_no_action() -> None:
    without = {name: value for name, value in probe().items() if name != "tolerance"}
    acting = action(tolerance=200)
    told = found(document(**{"steady-state-hypothesis": {"title": "t", "probes": [without, acting]}}))
    assert [problem.path for problem in told] == [
        "steady-state-hypothesis.probes[0]",
        "steady-state-hypothesis.probes[1].type",
    ]


def test_nothing_that_the_document_names_is_imported() -> None:
    named = "antigravity"
    sys.modules.pop(named, None)
    provider = {"type": "python", "module": named, "func": "geohash", "arguments": {}}
    assert found(document(method=[action(provider=provider)]), modules=(named,)) == []
    assert named not in sys.modules


def test_a_recovery_trial_is_measured() -> None:
    bare = document(**{"steady-state-hypothesis": None})
    assert "recovery is seen by them" in found(bare, kind=Kind.DR_TRIAL)[0].message
    assert "objective for lost data" in found(document(), kind=Kind.DR_TRIAL, needs_rpo=True)[0].message
    counting = document(method=[action(), probe(name="lost", measures="rpo_seconds")])
    assert found(counting, kind=Kind.DR_TRIAL, needs_rpo=True) == []
    twice = document(method=[probe(name=name, measures="rpo_seconds") for name in ("a", "b")])
    assert [problem.path for problem in found(twice)] == ["method[1].measures"]
    acting = document(method=[action(measures="rpo_seconds")])
    assert [problem.path for problem in found(acting)] == ["method[0].measures"]


def test_lines_are_those_of_the_text_also_in_json() -> None:
    text = json.dumps(
        document(method=[action(), action(name="bad", provider={"type": "process", "path": "rm"})]), indent=1
    )
    told = found(text)
    assert [text.splitlines()[problem.line - 1].strip() for problem in told] == ['"path": "rm"']


def test_the_number_of_problems_is_bounded() -> None:
    assert len(found(document(method=[{} for _ in range(200)]))) == PROBLEMS_MAX
    assert "at most 200" in found(document(method=[action() for _ in range(201)]))[0].message


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [[]], [{}], {"a": 1}, {"a": {"b": None}}, True])
@pytest.mark.parametrize(
    "section",
    [
        "title",
        "tags",
        "steady-state-hypothesis",
        "method",
        "rollbacks",
        "configuration",
        "secrets",
        "extensions",
        "controls",
        "contributions",
    ],
)
def test_no_shape_of_a_section_crashes(section: str, value: object) -> None:
    assert isinstance(found(document(**{section: value})), list)


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [[]], {"type": "python"}, {"type": ["x"]}, {"a": {"b": None}}])
@pytest.mark.parametrize("field", ["type", "name", "provider", "tolerance", "pauses", "ref", "timeout", "controls"])
def test_no_shape_of_an_activity_crashes(field: str, value: object) -> None:
    one = probe(**{field: value})
    assert isinstance(
        found(document(**{"steady-state-hypothesis": {"title": "t", "probes": [one]}, "method": [one]})), list
    )


def test_a_document_of_unknown_names_is_not_compared_for_seconds() -> None:
    text = json.dumps(document(**{f"unknown{number}": 1 for number in range(10_000)}))
    parsed = parse(text=text)
    began = time.process_time()
    problems(parsed=parsed, surroundings=Surroundings(allowed=Allowed(), targets={}))
    assert time.process_time() - began < 0.5
