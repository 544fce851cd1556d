"""The place of a text where the words of a search stand, cut out, with what matches told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Marks of Markdown; a quotation is marked at the beginning of its line only.
_MARKS = re.compile(r"[#*`|]+|^[ \t]*(?:[-+] +)?(?:> ?)+", re.MULTILINE)
BEFORE, LENGTH_MAX = 60, 220
WORDS_MAX = 8


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_hit: bool


def words_of_search(text: str) -> list[str]:
    """Lower case, each once, without marks around; at most WORDS_MAX."""
    words = (word.strip("\"'“”.,;:!?()[]") for word in text.replace("\0", "").lower().split())
    return list(dict.fromkeys(word[:60] for word in words if word))[:WORDS_MAX]


def snippet(*, text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """Around the first place of the first word that stands there; the beginning when none does."""
    plain = " ".join(_MARKS.sub(" ", text[:400_000]).split())
    pattern = re.compile(
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)", re.IGNORECASE
    )
    first = pattern.search(plain)
    start = max(0, first.start() - BEFORE) if first else 0
    start = plain.find(" ", start - 1, start + 20) + 1 if start else 0
    cut = plain[start : start + LENGTH_MAX]
    pieces: list[Piece] = [Piece("… ", False)] if start else []
    at = 0
    for hit in pattern.finditer(cut):
        if hit.start() > at:
            pieces.append(Piece(cut[at : hit.start()], False))
        pieces.append(Piece(hit[0], True))
        at = hit.end()
    rest = cut[at:] + ("…" if start + LENGTH_MAX < len(plain) else "")
    return (*pieces, *([Piece(rest, False)] if rest else []))
