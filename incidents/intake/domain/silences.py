"""Whether a silence covers an alert. The same matchers as Alertmanager's: all of them must hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

MATCHERS_MAX = 20
PATTERN_LENGTH_MAX = 200
_VALUE_LENGTH_MAX = 1_000
_LIKE_LENGTH_MAX = 200  # of the value a pattern is held against
_WAYS_MAX = 3  # in one pattern, to match in several ways: each multiplies the steps, by up to the length of the value
_LINE = re.compile(r'\A\s*([^\s=~!"]+)\s*(=~|!~|!=|=)\s*(.*?)\s*\Z', re.DOTALL)
# The pieces of a pattern that matter for how long it may take; what is escaped or in [brackets] does not.
_PIECE = re.compile(
    r"\\(?P<reference>[1-9])|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<extension>\(\?)|(?P<mark>[()|*+?{])", re.DOTALL
)


class Operator(StrEnum):
    IS = "="
    IS_NOT = "!="
    LIKE = "=~"
    NOT_LIKE = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """label: its name; an absent label is an empty text, as in Alertmanager. Patterns match the whole value."""

    label: str
    op: Operator
    value: str

    def holds(self, labels: Mapping[str, str]) -> bool:
        actual = labels.get(self.label, "")
        if self.op is Operator.IS:
            return actual == self.value
        if self.op is Operator.IS_NOT:
            return actual != self.value
        is_like = _pattern(self.value).fullmatch(actual[:_LIKE_LENGTH_MAX]) is not None
        return is_like if self.op is Operator.LIKE else not is_like

    def __str__(self) -> str:
        return f'{self.label}{self.op.value}"{self.value}"'


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """What a silence covers; None narrows nothing."""

    silence_id: int
    reason: str
    matchers: tuple[Matcher, ...]
    service_id: int | None
    integration_id: int | None
    end_at: datetime

    def covers(self, *, labels: Mapping[str, str], service_id: int | None, integration_id: int | None) -> bool:
        if self.service_id is not None and self.service_id != service_id:
            return False
        if self.integration_id is not None and self.integration_id != integration_id:
            return False
        return all(matcher.holds(labels) for matcher in self.matchers)

    def in_words(self) -> str:
        """As it is kept with the alert: `silence 12: database move`. At most 200 characters."""
        text = f"silence {self.silence_id}: {' '.join(self.reason.split())}"
        return text if len(text) <= 200 else text[:199] + "…"


def rule_over(
    *,
    rules: Iterable[SilenceRule],
    labels: Mapping[str, str],
    service_id: int | None,
    integration_id: int | None,
) -> SilenceRule | None:
    """Of the rules that cover the alert the one that lasts longest, None for none."""
    covering = [
        rule for rule in rules if rule.covers(labels=labels, service_id=service_id, integration_id=integration_id)
    ]
    return max(covering, key=lambda rule: (rule.end_at, -rule.silence_id), default=None)


def matchers_of(data: Sequence[Mapping[str, Any]]) -> tuple[Matcher, ...]:
    """Matchers as they are stored."""
    return tuple(Matcher(str(one["label"]), Operator(one["op"]), str(one["value"])) for one in data)


def matchers_to_json(matchers: Iterable[Matcher]) -> list[dict[str, str]]:
    return [{"label": one.label, "op": one.op.value, "value": one.value} for one in matchers]


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """One matcher a line, such as `alertname = "DiskFull"`. Raises ValueError naming the line to change."""
    lines = [entry for entry in text.splitlines() if entry.strip()]
    if len(lines) > MATCHERS_MAX:
        raise ValueError(f"at most {MATCHERS_MAX} matchers: leave {len(lines) - MATCHERS_MAX} out")
    return tuple(_parse_line(entry, number) for number, entry in enumerate(lines, start=1))


def _parse_line(entry: str, number: int) -> Matcher:
    found = _LINE.match(entry)
    if found is None:
        raise ValueError(f"line {number}: write label, operator and value, such as alertname = DiskFull")
    label, op, value = found[1], Operator(found[2]), found[3]
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    matcher = Matcher(label, op, value)
    mistake = matcher_mistake(matcher)
    if mistake:
        raise ValueError(f"line {number}: {mistake}")
    return matcher


def matcher_mistake(matcher: Matcher) -> str:
    """What to change, blank when it is right."""
    if not matcher.label or len(matcher.label) > 120:
        return "a label has 1 to 120 characters"
    if matcher.op in (Operator.IS, Operator.IS_NOT):
        return "" if len(matcher.value) <= _VALUE_LENGTH_MAX else "the value is too long"
    if len(matcher.value) > PATTERN_LENGTH_MAX:
        return f"a pattern has at most {PATTERN_LENGTH_MAX} characters"
    slow = _slowness(matcher.value)
    if slow:
        return f"{matcher.value!r} {slow}"
    try:
        re.compile(matcher.value)
    except re.error as error:
        return f"{matcher.value!r} is no regular expression: {error}"
    return ""


def _slowness(pattern: str) -> str:
    """Why a backtracking engine could take for ever over the pattern, blank when it cannot. Alerts wait for it."""
    ways, is_group_over, chooses = 0, -1, [False]
    for piece in _PIECE.finditer(pattern):
        mark = piece["mark"]
        if piece["extension"] or piece["reference"]:
            return "could take for ever: use no (?…) and no \\1"
        if mark == "(":
            chooses.append(False)
        elif mark == ")":
            ways += len(chooses) > 1 and chooses.pop()
            is_group_over = piece.end()
        elif mark == "|":
            chooses[-1] = True
        elif mark and piece.start() == is_group_over:
            return "could take for ever: repeat single characters and [classes], no groups"
        elif mark:
            ways += 1
    if ways > _WAYS_MAX:
        return f"could take for ever: use *, +, ?, {{}} and (a|b) at most {_WAYS_MAX} times"
    return ""


def format_matchers(matchers: Iterable[Matcher]) -> str:
    return "\n".join(f'{one.label} {one.op.value} "{one.value}"' for one in matchers)
