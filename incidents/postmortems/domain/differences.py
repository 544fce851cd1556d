"""What changed between two texts, line by line and within a line word by word, for pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Side = Literal["same", "old", "new"]
_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_WORK_MAX = 4_000_000
CONTEXT_LINES = 2


@dataclass(frozen=True, slots=True)
class Piece:
    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """side: "gap" stands for lines that stayed and are not shown, `text` says how many."""

    side: Literal["same", "old", "new", "gap"]
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def lines_between(*, before: str, after: str) -> list[Line]:
    """What was taken away and what was added, with a little of what stayed around it. Equal texts give none."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return []
    if len(old) * len(new) > _WORK_MAX:
        return [_whole("old", line) for line in old] + [_whole("new", line) for line in new]
    shown: list[Line] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    opcodes = matcher.get_opcodes()
    for index, (tag, start, end, new_start, new_end) in enumerate(opcodes):
        if tag == "equal":
            shown += _around(old[start:end], is_first=index == 0, is_last=index == len(opcodes) - 1)
        else:
            shown += _changed(old[start:end], new[new_start:new_end])
    return shown


def _changed(old: list[str], new: list[str]) -> Iterator[Line]:
    if len(old) != len(new):
        yield from (_whole("old", line) for line in old)
        yield from (_whole("new", line) for line in new)
        return
    for before, after in zip(old, new, strict=True):
        yield from _words(before, after)


def _words(before: str, after: str) -> Iterator[Line]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) * len(new) > _WORK_MAX:
        yield _whole("old", before)
        yield _whole("new", after)
        return
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    yield Line("old", tuple(_pieces(opcodes, old, side="old", at=1)))
    yield Line("new", tuple(_pieces(opcodes, new, side="new", at=3)))


def _pieces(
    opcodes: Sequence[tuple[str, int, int, int, int]], words: list[str], *, side: Side, at: int
) -> Iterator[Piece]:
    for opcode in opcodes:
        text = "".join(words[int(opcode[at]) : int(opcode[at + 1])])
        if text:
            yield Piece("same" if opcode[0] == "equal" else side, text)


def _around(lines: list[str], *, is_first: bool, is_last: bool) -> Iterator[Line]:
    head = 0 if is_first else CONTEXT_LINES
    tail = 0 if is_last else CONTEXT_LINES
    if len(lines) <= head + tail + 1:
        yield from (_whole("same", line) for line in lines)
        return
    yield from (_whole("same", line) for line in lines[:head])
    hidden = len(lines) - head - tail
    yield Line("gap", (Piece("same", f"{hidden} line{'' if hidden == 1 else 's'} as before"),))
    yield from (_whole("same", line) for line in lines[len(lines) - tail :])


def _whole(side: Side, line: str) -> Line:
    return Line(side, (Piece(side, line),))
