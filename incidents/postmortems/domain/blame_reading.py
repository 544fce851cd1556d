"""What of a text is the writer's own words, sentence by sentence. Offsets are those of the text as it was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Longer runs without a full stop are read in pieces: no pattern ever sees more at once.
SENTENCE_MAX = 600

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_NOT_OURS = re.compile(
    r"`[^`\n]{1,500}`"  # code
    r"|https?://[^\s)>\]]{1,2000}"
    r"|^[ \t]*>.*$"  # somebody else's words
    r"|\"[^\"\n]{1,500}\"|“[^”\n]{1,500}”|«[^»\n]{1,500}»|„[^“\n]{1,500}“"
    r"|(?<![\w'])'[^'\n]{3,200}'(?!\w)",
    re.MULTILINE,
)
_END = re.compile(
    r"[.!?…]+[\"')\]*_]*(?=\s|$)"
    r"|\n[ \t]*\n"
    r"|\n(?=[ \t]*(?:[-*+•]|\d{1,3}[.)]|#{1,6})[ \t])"  # the next item of a list, the next heading
    r"|(?<=\|)|\|"
)
_HEADING_END = re.compile(r"^[ \t]*#{1,6} [^\n]*\n", re.MULTILINE)
_APOSTROPHES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "\n": " ", "\t": " ", "\r": " ", "\x00": " ", "*": " ", "_": " "}
)
_PLAIN = str.maketrans({chr(code): " " for code in range(1, 9)})


@dataclass(frozen=True, slots=True)
class Sentence:
    """start: of the whole text. text: as long as what it stands for; quoted words and code are blanks."""

    start: int
    text: str


def sentences(*, text: str) -> Iterator[Sentence]:
    """Every sentence in the writer's own words."""
    own = _FENCE.sub(_blank, text)
    own = _NOT_OURS.sub(_blank, own)
    # A heading is a sentence of its own, whatever follows.
    own = _HEADING_END.sub(lambda found: found[0][:-1] + "|", own)
    at = 0
    for end in [found.end() for found in _END.finditer(own)] + [len(own)]:
        while at < end:
            piece = own[at : min(end, at + SENTENCE_MAX)]
            if piece.strip(" \t\n|-:"):
                yield Sentence(at, piece.translate(_APOSTROPHES).translate(_PLAIN))
            at += max(len(piece), 1)
    return


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
