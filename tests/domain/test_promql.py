"""Selectors, the sums they come in, and matching labels as the server does."""

from __future__ import annotations

import pytest

from reliability.telemetry.domain.promql import (
    Matcher,
    bracket_fault,
    counters_of,
    one_of,
    parse_selector,
    takes_growth,
)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("up", "up"),
        ("  up {  } ", "up"),
        ('m{job="a",code!~"5.."}', 'm{code!~"5..",job="a"}'),
        ("m{job='a',}", 'm{job="a"}'),
        ("m{path=`/a\\d`}", 'm{path="/a\\\\d"}'),
        ('{__name__="m",job="a"}', 'm{job="a"}'),
        ('{"http.requests", job="a"}', '{__name__="http.requests",job="a"}'),
        ('job:rate:sum{a="}"}', 'job:rate:sum{a="}"}'),
    ],
)
def test_a_selector_is_read_and_written(text: str, rendered: str) -> None:
    selector = parse_selector(text)
    assert selector is not None
    assert selector.render() == rendered
    assert parse_selector(rendered) == selector


@pytest.mark.parametrize(
    "text", ["", "{}", "m[5m]", "m offset 5m", "sum(m)", "m{a}", "m{a=b}", 'm{a="b"', "m{} + m{}", "1", 'm{a="\\z"}']
)
def test_what_is_more_than_a_selector_is_none(text: str) -> None:
    assert parse_selector(text) is None


@pytest.mark.parametrize(
    ("query", "selectors"),
    [
        ("m", ["m"]),
        ("sum(m)", ["m"]),
        ("sum by (job) (m)", ["m"]),
        ("sum(m) by (job)", ["m"]),
        ("(sum(m))", ["m"]),
        ('sum(rate(m{a="("}[5m]))', ['m{a="("}']),
        ("increase(m[1h])", ["m"]),
        ("sum(m) or vector(0)", ["m"]),
        ("sum(a) + sum(b)", ["a", "b"]),
        ("sum(rate(a[5m])) + sum(rate(b[5m]))", ["a", "b"]),
    ],
)
def test_sums_of_counters_are_read_as_their_counters(query: str, selectors: list[str]) -> None:
    counters = counters_of(query)
    assert counters is not None
    assert [counter.render() for counter in counters] == selectors


@pytest.mark.parametrize(
    "query",
    [
        "a + b",
        "sum by (job) (a) + sum(b)",
        "sum(a) - sum(b)",
        "sum(a) * 2",
        "max(a)",
        "sum(a offset 5m)",
        "rate(sum(a)[5m:1m])",
        "a or b",
        "sum(a",
        "sum(a))",
    ],
)
def test_other_expressions_are_left_to_the_server(query: str) -> None:
    assert counters_of(query) is None


@pytest.mark.parametrize(
    ("matcher", "labels", "is_match"),
    [
        (Matcher("code", "=", "200"), {"code": "200"}, True),
        (Matcher("code", "!=", "200"), {}, True),
        (Matcher("code", "=", ""), {}, True),
        (Matcher("code", "=~", "5.."), {"code": "503"}, True),
        (Matcher("code", "=~", "5.."), {"code": "1503"}, False),
        (Matcher("code", "!~", "5..|429"), {"code": "429"}, False),
        (Matcher("code", "!~", "5.."), {}, True),
    ],
)
def test_labels_match_as_on_the_server(matcher: Matcher, labels: dict[str, str], is_match: bool) -> None:
    assert matcher.matches(labels) is is_match


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a*)*", "\\d+", "a{3}", "^a$", "(?i)a", ".*.*.*.*", "a**", "[[:alpha:]]"]
)
def test_patterns_that_could_differ_or_be_slow_are_left_to_the_server(pattern: str) -> None:
    assert not Matcher("a", "=~", pattern).is_local


@pytest.mark.parametrize("pattern", ["5..", "2..|3..", "/api/.*", "[45]..", "(get|post)", "a.+b?"])
def test_plain_patterns_are_matched_here(pattern: str) -> None:
    assert Matcher("a", "=~", pattern).is_local


def test_united_values_match_themselves_only() -> None:
    matcher = one_of("path", ["/a.b", "/c+d", "x|y"])
    assert matcher.value == r"/a\.b|/c\+d|x\|y"
    assert [matcher.matches({"path": path}) for path in ("/a.b", "/c+d", "x|y", "/aXb", "x")] == [True] * 3 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("query", "words"),
    [("sum(a", "'(' is never closed"), ("a)", "closes nothing"), ('m{a="b}', "quote"), ('m{a=")"}', None)],
)
def test_brackets_are_checked_outside_of_strings(query: str, words: str | None) -> None:
    fault = bracket_fault(query)
    assert (fault is None) if words is None else (fault is not None and words in fault)


def test_rates_are_recognised_outside_of_strings() -> None:
    assert takes_growth("sum(rate(a[5m])) / 2")
    assert not takes_growth('a{path="rate(x)"}')
    assert not takes_growth("error_rate")
