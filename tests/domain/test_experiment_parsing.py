"""Text of an experiment into a document with lines, and what is refused on the way."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.experiments.domain.kinds import Format
from chaos.experiments.domain.parsing import VALUE_BYTES_MAX, parse
from chaos.experiments.domain.places import DocumentProblemsError, Problem, line_of

YAML = dedent("""\
    # kept as it is
    title: Orders survive
    method:
      - type: action
        name: slow
        provider:
          type: python
          arguments: {target: db, latency: 400}
    rollbacks: []
    """)


def problem(text: str, format: str = "") -> Problem:  # noqa: A002  the word of the column
    with pytest.raises(DocumentProblemsError) as caught:
        parse(text=text, format=format)
    return caught.value.problems[0]


def test_every_path_of_yaml_has_its_line() -> None:
    parsed = parse(text=YAML)
    assert parsed.format is Format.YAML
    assert parsed.document["method"][0]["provider"]["arguments"] == {"target": "db", "latency": 400}
    assert parsed.lines[("title",)] == 2
    assert parsed.lines[("method", 0, "name")] == 5
    assert parsed.lines[("method", 0, "provider", "arguments", "latency")] == 8


def test_every_path_of_json_has_its_line_also_when_it_is_indented_with_tabs() -> None:
    text = json.dumps({"title": "a\tb", "method": [{"name": "x", "n": 12345678901234567890}]}, indent="\t")
    parsed = parse(text=text)
    assert parsed.format is Format.JSON
    assert parsed.document["method"][0]["n"] == 12345678901234567890, "a large number stays a number"
    assert parsed.document["title"] == "a\tb"
    assert parsed.lines[("method", 0, "name")] == 5


def test_what_is_missing_has_the_line_of_what_is_around_it() -> None:
    lines = parse(text=YAML).lines
    assert line_of(("method", 0, "provider", "module"), lines) == lines[("method", 0, "provider")] == 7
    assert line_of(("nothing",), {}) == 0


@pytest.mark.parametrize(
    ("text", "format", "line", "message"),
    [
        pytest.param("title: a\ntitle: b\n", "", 2, "twice", id="a key stands twice in YAML"),
        pytest.param('{"title": 1,\n"title": 2}', "", 2, "twice", id="a key stands twice in JSON"),
        pytest.param("title: a\nmethod:\n\t- x\n", "", 3, "tabs", id="a tab indents YAML"),
        pytest.param('{"a": NaN}', "", 1, "NaN cannot be compared|not valid JSON", id="NaN in JSON"),
        pytest.param("title: a\nx: .nan\n", "", 2, "write a number", id="not a number in YAML"),
        pytest.param("x: [1, -.inf]\n", "", 1, "write a number", id="infinity in YAML"),
        pytest.param("a: 1\n---\nb: 2\n", "", 3, "second document", id="two documents"),
        pytest.param("- a\n- b\n", "", 1, "a mapping", id="a list"),
        pytest.param("", "", 1, "holds no experiment", id="nothing"),
        pytest.param("a: &x 1\nb: *y\n", "", 2, "alias", id="an alias of nothing"),
        pytest.param("a: {<<: {b: 1}}\n", "", 1, "merge keys", id="a merge key"),
        pytest.param("title: a", "json", 1, "not valid JSON", id="YAML that is called JSON"),
        pytest.param("title: a", "toml", 0, "yaml or json", id="another format"),
        pytest.param("title: \ud800\n", "", 1, "UTF-8", id="half of a sign"),
        pytest.param('{"a": "\\u0000"}', "", 1, "no database keeps", id="a NUL in JSON"),
        pytest.param('a: "\\0"\n', "", 1, "no database keeps", id="a NUL in YAML"),
        pytest.param('b: 1\na: {"x\\ud800": 1}\n', "", 2, "Unicode|no database keeps", id="half of a sign in a key"),
        pytest.param('{"a": 1e999}', "", 1, "too large|not valid JSON", id="a number without bounds"),
        pytest.param("a: " + "[" * 60 + "]" * 60, "", 1, "nested deeper", id="too deep"),
        pytest.param("x" * (256 * 1024 + 1), "", 0, "262,145 bytes", id="too large"),
    ],
)
def test_what_is_no_document_is_refused_at_its_line(text: str, format: str, line: int, message: str) -> None:  # noqa: A002  the word of the column
    found = problem(text, format)
    assert found.line == line
    assert any(word in found.message for word in message.split("|")), found.message


def test_tags_mean_nothing() -> None:
    assert parse(text="title: !!python/object/apply:os.system [id]\n").document == {"title": ["id"]}


def test_aliases_are_followed_only_so_far() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert "alias bomb" in problem(bomb).message
    long = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 10)}]\n"
    assert f"{VALUE_BYTES_MAX:,} signs" in problem(long).message


@given(st.text(max_size=200) | st.text(alphabet="{}[]:-&*!|>\"'#%@\n\t abc123,?", max_size=300))
def test_any_text_is_a_document_or_is_refused(text: str) -> None:
    try:
        parsed = parse(text=text)
    except DocumentProblemsError:
        return
    assert isinstance(parsed.document, dict)
    json.dumps(parsed.document, allow_nan=False)


@pytest.mark.parametrize("opening", ["[", '{"a":', "- ", "? ", "{a: "])
def test_no_depth_crashes(opening: str) -> None:
    for text in (opening * 50_000, f"a: {opening * 20_000}"):
        with pytest.raises(DocumentProblemsError):
            parse(text=text)
