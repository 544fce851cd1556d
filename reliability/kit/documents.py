"""YAML and JSON text into nodes that know their line. Bounded in bytes, depth, size and aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reliability.kit.problems import DocumentError, Problem

BYTES_MAX = 4 * 1024 * 1024
DEPTH_MAX = 40
NODES_MAX = 200_000  # after aliases are followed: what an alias bomb multiplies
DOCUMENTS_MAX = 5_000

Scalar: TypeAlias = str | int | Decimal | bool | None

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,18}\.[0-9]{0,30}|\.[0-9]{1,30}|[0-9]{1,18})(?:[eE][-+]?[0-9]{1,2})?\Z")
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
# YAML 1.2 words only: `on`, `off`, `yes` and `no` stay text, as a person who writes them means them.
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line it stands on. value: a scalar, a list of nodes, or a dict of key to node.

    size counts the node and all below it.
    """

    value: Scalar | list[Node] | dict[str, Node]
    line: int
    size: int = 1

    def plain(self) -> Any:
        """The value without lines; decimals become floats, so that it is JSON."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return float(self.value) if isinstance(self.value, Decimal) else self.value


@dataclass(slots=True)
class _Open:
    """A collection whose end was not read yet. key is the mapping's key that waits for its value."""

    line: int
    value: list[Node] | dict[str, Node]
    anchor: str | None
    size: int = 1
    key: str | None = None


def read_documents(text: str | bytes, *, file: str) -> list[Node]:
    """Every document of a YAML stream (JSON is a part of YAML), empty ones left out.

    Raises DocumentError with the line for what is no YAML, too large, too deep, or holds a key twice.
    """
    source = _decode(text, file)
    try:
        return list(_Composer(file).documents(source))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = ", ".join(part for part in (error.context, error.problem) if part)
        raise _refusal(file, mark.line + 1 if mark else 0, f"this is not valid YAML: {words}") from error
    except yaml.YAMLError as error:
        line = source.count("\n", 0, getattr(error, "position", 0)) + 1
        reason = getattr(error, "reason", error)
        raise _refusal(file, line, f"this is not valid YAML: {reason}") from error


def _refusal(file: str, line: int, message: str) -> DocumentError:
    return DocumentError([Problem(file, line, "", message)])


def _decode(text: str | bytes, file: str) -> str:
    if len(text) > BYTES_MAX:
        raise _refusal(file, 0, f"larger than {BYTES_MAX // 1024 // 1024} MiB: split it into several files")
    if isinstance(text, str):
        source = text
    else:
        try:
            source = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text[: error.start].count(b"\n") + 1
            raise _refusal(file, line, "this is not UTF-8: save the file as UTF-8") from error
    if source.lstrip()[:1] in ("{", "["):
        # JSON may be indented with tabs, which YAML forbids; inside a JSON text a raw tab is not possible.
        return _PAIR.sub(_one_sign, source.replace("\t", " "))
    return source


def _one_sign(pair: re.Match[str]) -> str:
    """The sign that two escapes of JSON stand for; YAML knows no pairs."""
    high, low = int(pair.group(2), 16), int(pair.group(3), 16)
    return pair.group(1) + chr(0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00))


class _Composer:
    """Builds nodes from parser events without recursion, so that depth is a number and not a crash."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.nodes = 0

    def documents(self, source: str) -> Iterator[Node]:
        count = 0
        for event in yaml.parse(source, Loader=_LOADER):
            if isinstance(event, DocumentStartEvent):
                self.anchors.clear()
                count += 1
                if count > DOCUMENTS_MAX:
                    raise self._refuse(event, f"more than {DOCUMENTS_MAX} documents: split the file")
            finished = self._take(event)
            if finished is not None and not self.stack and finished.value is not None:
                yield finished

    def _take(self, event: Any) -> Node | None:
        """Read one event; return the node that it finished, placed where it belongs."""
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open(event)
            return None
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            opened = self.stack.pop()
            node = Node(opened.value, opened.line, opened.size)
            return self._place(node, event, opened.anchor)
        if isinstance(event, ScalarEvent):
            return self._place(Node(_scalar(event), _line(event)), event, event.anchor, is_plain_text=event.value)
        if isinstance(event, AliasEvent):
            return self._place(self._aliased(event), event, None)
        return None

    def _open(self, event: NodeEvent) -> None:
        if len(self.stack) >= DEPTH_MAX:
            raise self._refuse(event, f"nested deeper than {DEPTH_MAX} levels")
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise self._refuse(event, "a key must be a text, not a list or a mapping")
        value: list[Node] | dict[str, Node] = {} if isinstance(event, MappingStartEvent) else []
        self.stack.append(_Open(_line(event), value, event.anchor))

    def _aliased(self, event: AliasEvent) -> Node:
        node = self.anchors.get(event.anchor or "")
        if node is None:
            raise self._refuse(event, f"the alias *{event.anchor} has no anchor &{event.anchor} before it")
        return Node(node.value, _line(event), node.size)

    def _place(self, node: Node, event: Any, anchor: str | None, *, is_plain_text: str | None = None) -> Node:
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            return node
        parent = self.stack[-1]
        if isinstance(parent.value, dict) and parent.key is None:
            parent.key = self._key(node, event, is_plain_text, parent)
            return node
        self._count(node, event)
        parent.size += node.size
        if isinstance(parent.value, list):
            parent.value.append(node)
        else:
            parent.value[parent.key or ""] = node
            parent.key = None
        return node

    def _key(self, node: Node, event: Any, text: str | None, parent: _Open) -> str:
        if text is None:
            raise self._refuse(event, "a key must be a text")
        if text == "<<":
            raise self._refuse(event, "merge keys (<<) are not read: write the fields out")
        if isinstance(parent.value, dict) and text in parent.value:
            first = parent.value[text].line
            raise self._refuse(event, f"the key {text!r} stands here twice, first in line {first}: remove one")
        return text

    def _count(self, node: Node, event: Any) -> None:
        if isinstance(event, AliasEvent):
            self.nodes += node.size
        elif not isinstance(node.value, list | dict):
            self.nodes += 1
        if self.nodes > NODES_MAX:
            raise self._refuse(event, f"more than {NODES_MAX:,} values once its aliases are followed: an alias bomb?")

    def _refuse(self, event: Any, message: str) -> DocumentError:
        return _refusal(self.file, _line(event), message)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 0


def _scalar(event: ScalarEvent) -> Scalar:
    text = str(event.value)
    if event.style in ("'", '"', "|", ">"):  # text as it stands
        return text
    return read_plain(text)


def read_plain(text: str) -> Scalar:
    """What an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return Decimal(text)
    return text
