"""Facts that stand beside the text: YAML front matter, "**Date:** …", "- Severity: SEV-2", tables of metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from incidents.postmortems.domain.import_labels import label_kind

_FRONT = re.compile(r"\A\s*---[ \t]*\n(?P<body>.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LABELLED = re.compile(
    r"^\s{0,6}(?:(?:[-*+•]|\d{1,2}[.)])\s+)?(?:\[.\]\s+)?(?P<label>(?:\*\*|__)?[^\s:*_|`][^:*_|\n]{0,58}?)"
    r"(?P<mark>(?:\*\*|__)?\s*[:：](?:\*\*|__)?|(?:\*\*|__)\s*[-–—=]?|\s[-–—=](?=\s))\s*(?P<value>.*)$"
)
_RULE_ROW = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_SEVERITY = re.compile(
    r"\b(?:sev(?:erity)?|p(?:riority)?|s)[\s:_#-]{0,3}(?P<number>[0-5])\b|^\W*(?P<bare>[1-5])\b|"
    r"\b(?P<word>critical|blocker|catastrophic|major|high|medium|moderate|minor|low|trivial|informational)\b",
    re.IGNORECASE,
)
_SEVERITY_OF = {
    "critical": 1, "blocker": 1, "catastrophic": 1, "major": 2, "high": 2, "medium": 3, "moderate": 3, "minor": 3,
    "low": 4, "trivial": 5, "informational": 5,
}  # fmt: skip
FACTS_MAX = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """label: as written. kind: of import_labels.label_kind."""

    label: str
    kind: str
    value: str


def front_matter(text: str) -> tuple[list[Fact], str]:
    """The facts of a leading YAML block and the block itself; none and a blank when there is none to be read."""
    found = _FRONT.match(text)
    if found is None:
        return [], ""
    try:
        read = yaml.safe_load(found["body"])
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return [], ""
    if not isinstance(read, Mapping):
        return [], ""
    return [Fact(str(key), label_kind(str(key).replace("_", " ")), _flat(value)) for key, value in read.items()][
        :FACTS_MAX
    ], found[0]


def facts(lines: Sequence[str]) -> tuple[list[Fact], list[str]]:
    """Labelled lines and tables of labels; and the lines that say nothing of that kind."""
    found: list[Fact] = []
    rest: list[str] = []
    rows: list[str] = []
    for line in [*lines, ""]:
        if line.count("|") >= 1 and (line.lstrip().startswith("|") or "|" in line.strip("| ")) and len(line) < 5000:
            rows.append(line)
            continue
        if rows:
            of_table = list(_table(rows))
            found += of_table
            rest += [] if of_table else rows
            rows = []
        one = _labelled(line)
        if one is None:
            rest.append(line)
        else:
            found.append(one)
    return found[:FACTS_MAX], rest[:-1]


def cells(row: str) -> list[str]:
    """Of one row of a table, escaped bars kept."""
    bare = row.strip().removeprefix("|").removesuffix("|") if not row.rstrip().endswith("\\|") else row.strip()[1:]
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", bare)]


def is_rule(row: str) -> bool:
    return bool(_RULE_ROW.match(row)) and "-" in row


def severity_of(value: str) -> int | None:
    """1–5; P0 and Sev0 count as 1."""
    found = _SEVERITY.search(value[:200])
    if found is None:
        return None
    if found["word"]:
        return _SEVERITY_OF[found["word"].lower()]
    return max(1, int(found["number"] or found["bare"]))


def _labelled(line: str) -> Fact | None:
    if len(line) > 2000:
        return None
    found = _LABELLED.match(line)
    if found is None or not found["value"].strip(" *_"):
        return None
    label = found["label"].strip("*_ ")
    kind = label_kind(label)
    return Fact(label, kind, found["value"].strip().strip("*_ ")) if kind else None


def _table(rows: Sequence[str]) -> Iterator[Fact]:
    """Two columns of label and value, or labels above one row of values."""
    read = [cells(row) for row in rows if not is_rule(row)]
    pairs = [row for row in read if len(row) == 2 and label_kind(row[0]) and row[1]]
    if pairs and len(pairs) * 2 >= len(read):
        yield from (
            Fact(row[0], label_kind(row[0]) or "other", " | ".join(row[1:])) for row in read if row[0] or row[1:]
        )
    elif len(read) == 2 and len(read[0]) == len(read[1]) > 1 and any(label_kind(cell) for cell in read[0]):
        known = [label_kind(cell) for cell in read[0]]
        if sum(1 for kind in known if kind) * 2 >= len(known):
            yield from (Fact(*one) for one in zip(read[0], (kind or "other" for kind in known), read[1], strict=True))


def _flat(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_flat(one) for one in value)[:2000]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_flat(one)}" for key, one in value.items())[:2000]
    return "" if value is None else str(value)[:2000]
