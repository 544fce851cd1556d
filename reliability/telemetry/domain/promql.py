"""As much of PromQL as is needed to read raw samples: plain selectors, and sums of them.

Whatever is not recognised here is an expression, which the server evaluates once a minute.
Source of the grammar: https://prometheus.io/docs/prometheus/latest/querying/basics/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_OPERATOR = re.compile(r"=~|!~|!=|=")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_AGGREGATE = re.compile(r"sum\s*(?:(?:by|without)\s*\(([^()]*)\)\s*)?\(", re.IGNORECASE)
_TRAILING_GROUP = re.compile(r"\s*(by|without)\s*\([^()]*\)\Z", re.IGNORECASE)
_GROWTH = re.compile(r"(?:rate|increase)\s*\(", re.IGNORECASE)
# `… or vector(0)` fills in for absent series, which count as no increase anyway.
_OR_ZERO = re.compile(r"\s+or\s+(?:on\s*\(\s*\)\s*)?vector\s*\(\s*0\s*\)\s*\Z", re.IGNORECASE)
_RANGE = re.compile(r"\s*\[\s*[0-9smhdwy]+\s*\]\Z")
# Regular expressions that RE2 and Python read alike and that neither can be slow on: no backslash, anchor,
# brace or lookaround, no quantifier after a group.
_SIMPLE_REGEX = re.compile(r"(?:[\w:/@%,;=<>~\-& |.(\[\]]|\[\^|[\w.\]][*+?](?![*+?])|\)(?![*+?]))*\Z", re.ASCII)
_REGEX_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """label op "value", where op is = != =~ !~."""

    label: str
    op: str
    value: str

    @property
    def is_local(self) -> bool:
        """Whether matches() decides it exactly as the server does."""
        if self.op in ("=", "!="):
            return True
        return len(self.value) < 2000 and self.value.count("*") + self.value.count("+") <= 3 and _is_simple(self.value)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a series with these labels is selected; an absent label is the empty string."""
        actual = labels.get(self.label, "")
        if self.op in ("=", "!="):
            return (actual == self.value) == (self.op == "=")
        return (re.fullmatch(self.value, actual, re.ASCII) is not None) == (self.op == "=~")

    def render(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        label = self.label if _LABEL.match(self.label) else f'"{self.label}"'
        return f'{label}{self.op}"{escaped}"'


def _is_simple(pattern: str) -> bool:
    if not _SIMPLE_REGEX.match(pattern) or "(?" in pattern or "[[" in pattern:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def one_of(label: str, values: list[str]) -> Matcher:
    """label =~ exactly these values."""
    return Matcher(label, "=~", "|".join(_REGEX_SPECIAL.sub(r"\\\g<0>", value) for value in values))


@dataclass(frozen=True, slots=True)
class Selector:
    """metric{matchers}: the metric's name, too, is a matcher (of the label __name__)."""

    matchers: frozenset[Matcher]

    @property
    def metric(self) -> str | None:
        names = [m.value for m in self.matchers if m.label == "__name__" and m.op == "="]
        return names[0] if len(names) == 1 else None

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(matcher.matches(labels) for matcher in self.matchers)

    def with_metric(self, name: str) -> Selector:
        others = {m for m in self.matchers if m.label != "__name__"}
        return replace(self, matchers=frozenset({Matcher("__name__", "=", name), *others}))

    def plus(self, *matchers: Matcher) -> Selector:
        return replace(self, matchers=self.matchers | set(matchers))

    def has(self, label: str) -> bool:
        return any(matcher.label == label for matcher in self.matchers)

    def render(self) -> str:
        """PromQL text, the same for equal selectors."""
        name = self.metric
        short = name if name and _NAME.fullmatch(name) else ""
        rest = sorted(m for m in self.matchers if not (short and m.label == "__name__"))
        inside = ",".join(matcher.render() for matcher in rest)
        return f"{short}{{{inside}}}" if inside else short


def parse_selector(text: str) -> Selector | None:
    """The selector that *text* is, or None when it is anything more (or nothing valid)."""
    text = text.strip()
    matchers: set[Matcher] = set()
    name = _NAME.match(text)
    if name:
        matchers.add(Matcher("__name__", "=", name.group()))
    rest = text[name.end() :].strip() if name else text
    if rest:
        if not (rest.startswith("{") and rest.endswith("}")):
            return None
        inner = _parse_matchers(rest[1:-1])
        if inner is None:
            return None
        matchers |= inner
    return Selector(frozenset(matchers)) if matchers else None


def _parse_matchers(text: str) -> set[Matcher] | None:
    matchers: set[Matcher] = set()
    rest = text.strip()
    while rest:
        parsed = _parse_matcher(rest)
        if parsed is None:
            return None
        matcher, rest = parsed
        matchers.add(matcher)
        rest = rest.strip()
        if rest and not rest.startswith(","):
            return None
        rest = rest[1:].strip()
    return matchers


def _parse_matcher(text: str) -> tuple[Matcher, str] | None:
    quoted = _parse_string(text)
    if quoted is not None:
        label, rest = quoted
    else:
        name = _NAME.match(text)
        if not name:
            return None
        label, rest = name.group(), text[name.end() :]
    rest = rest.strip()
    operator = _OPERATOR.match(rest)
    if not operator:
        # {"metric.name"}: a lone quoted string names the metric (Prometheus 3)
        return (Matcher("__name__", "=", label), rest) if quoted is not None else None
    value = _parse_string(rest[operator.end() :].strip())
    return (Matcher(label, operator.group(), value[0]), value[1]) if value is not None else None


def _parse_string(text: str) -> tuple[str, str] | None:
    """A leading string literal and what follows it; None when there is none or it has an escape unknown here."""
    if not text or text[0] not in "\"'`":
        return None
    characters: list[str] = []
    quote, position = text[0], 1
    while position < len(text):
        character = text[position]
        if character == quote:
            return "".join(characters), text[position + 1 :]
        if character == "\\" and quote != "`":
            position += 1
            escaped = _ESCAPES.get(text[position : position + 1])
            if escaped is None:
                return None
            character = escaped
        characters.append(character)
        position += 1
    return None


def counters_of(query: str) -> tuple[Selector, ...] | None:
    """The plain counters whose increases add up to the increase of *query*; None when it is not of that form.

    Recognised: a selector; sum(…), also by/without labels, since increases are summed over series anyway;
    … or vector(0); rate(…[5m]) and increase(…[5m]) of a selector, since this platform computes the increase itself;
    and a + of such sums without grouping.
    """
    terms = _split_sum(_OR_ZERO.sub("", query))
    if terms is None:
        return None
    if len(terms) > 1 and not all(_is_total(term) for term in terms):
        return None  # a + b matches label by label and drops what has no partner
    selectors = [_unwrap(term) for term in terms]
    return None if any(selector is None for selector in selectors) else tuple(s for s in selectors if s is not None)


def _is_total(term: str) -> bool:
    stripped = _strip_parentheses(term)
    return re.match(r"sum\s*\(", stripped, re.IGNORECASE) is not None and not _TRAILING_GROUP.search(stripped)


def _unwrap(text: str) -> Selector | None:
    text = _strip_parentheses(text)
    selector = parse_selector(text)
    if selector is not None:
        return selector
    aggregate = _AGGREGATE.match(text)
    if aggregate:
        body = _TRAILING_GROUP.sub("", text) if aggregate.group(1) is None else text
        inner = _call_body(body, aggregate.end() - 1)
        return _unwrap(inner) if inner is not None else None
    growth = _GROWTH.match(text)
    if growth:
        inner = _call_body(text, growth.end() - 1)
        if inner is not None and _RANGE.search(inner):
            return parse_selector(_RANGE.sub("", inner))
    return None


def _call_body(text: str, opening: int) -> str | None:
    """What is inside the parenthesis at *opening*, when its partner ends the text."""
    return text[opening + 1 : -1] if _closing(text, opening) == len(text) - 1 else None


def _strip_parentheses(text: str) -> str:
    text = text.strip()
    while text.startswith("(") and _closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str, opening: int) -> int | None:
    depth = 0
    for position, character in _outside_strings(text):
        if position < opening:
            continue
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return position
    return None


def _outside_strings(text: str) -> list[tuple[int, str]]:
    """Positions and characters that are not part of a string literal."""
    found: list[tuple[int, str]] = []
    quote, position = "", 0
    while position < len(text):
        character = text[position]
        if quote:
            position += character == "\\" and quote != "`"
            quote = "" if character == quote else quote
        elif character in "\"'`":
            quote = character
        else:
            found.append((position, character))
        position += 1
    return found


def _split_sum(query: str) -> list[str] | None:
    """The operands of + at the top level (one when there is none); None when brackets do not match."""
    text = _strip_parentheses(query)
    depth, start, terms = 0, 0, []
    for position, character in _outside_strings(text):
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            return None
        if character == "+" and depth == 0:
            terms.append(text[start:position])
            start = position + 1
    return [*terms, text[start:]] if depth == 0 else None


def bracket_fault(query: str) -> str | None:
    """What is unbalanced in *query*, in words; None when nothing is."""
    if not _strings_end(query):
        return "a quote is never closed"
    partner = {")": "(", "]": "[", "}": "{"}
    stack: list[str] = []
    for position, character in _outside_strings(query):
        if character in "([{":
            stack.append(character)
        elif character in partner and (not stack or stack.pop() != partner[character]):
            return f"{character!r} at position {position + 1} closes nothing"
    return f"{stack[-1]!r} is never closed" if stack else None


def _strings_end(query: str) -> bool:
    """Whether every string literal ends: a character appended after the text is then outside of strings."""
    probe = _outside_strings(query + "x")
    return bool(probe) and probe[-1][0] == len(query)


def takes_growth(query: str) -> bool:
    """Whether the query takes a rate or increase itself (outside of string literals)."""
    bare = "".join(character for _, character in _outside_strings(query))
    return re.search(r"\b(rate|irate|increase|delta|idelta)\s*\(", bare, re.IGNORECASE) is not None
