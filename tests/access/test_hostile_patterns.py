"""Patterns of silences run where alerts of all teams come in: none may take long, whatever its author had in mind."""

from __future__ import annotations

import time

import pytest

from incidents.intake.domain.silences import Matcher, Operator, matcher_mistake


def like(pattern: str) -> Matcher:
    return Matcher(label="instance", op=Operator.LIKE, value=pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "((a*)b?)*c",
        "((a)*)*b",
        "((a{1,9})b?){9}",
        "(a|a)*b",
        "a?" * 30 + "a" * 30,
        "(a|a)" * 39,
        "(a|a)?(a|a)?b",
        "(.*)(.*)(.*)(.*)b",
        r"(a*)\1b",
        "(?:a+)+b",
    ],
)
def test_a_pattern_that_could_take_for_ever_is_refused_and_says_what_to_change(pattern: str) -> None:
    assert "could take for ever: " in matcher_mistake(like(pattern))


@pytest.mark.parametrize("pattern", [".*a.*a.*b", "(.*)(.*)(.*)b", "(a|a)(a|a)(a|a)b", "a{0,200}a{0,200}a{0,200}b"])
def test_the_slowest_patterns_that_are_taken_answer_at_once(pattern: str) -> None:
    matcher = like(pattern)
    assert matcher_mistake(matcher) == ""
    began = time.process_time()
    assert matcher.holds({"instance": "a" * 1_000}) is False
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        (r"web-[0-9]+\.prod\..*", "web-12.prod.example"),
        ("(web|api)-.*", "api-3"),
        ("web|api|db|cache|queue", "queue"),
        (r"what\?\*\+\{\(\|", "what?*+{(|"),
        ("[(*+?|{)]+", "(*+?"),
        ("[]*]+x", "]*x"),
        ("(web)-(eu|us)-(a|b)", "web-us-b"),
    ],
)
def test_patterns_as_people_write_them_are_taken(pattern: str, value: str) -> None:
    matcher = like(pattern)
    assert matcher_mistake(matcher) == ""
    assert matcher.holds({"instance": value})
