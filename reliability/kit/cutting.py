"""Long texts made short: at a word, and never within an address, which would lead elsewhere."""

from __future__ import annotations

import re

_BLANK = re.compile(r"\s")
# A longer word without an address is cut within: an answer in one piece would be lost whole.
_WORD_MAX = 40
_DANGLING = " \t\r\n,;:([{<\"'“„‘"


def cut(text: str, *, length_max: int) -> str:
    """Without blanks around it, at most *length_max* letters, with an ellipsis where something is left out."""
    text = text.strip()
    if len(text) <= length_max:
        return text
    if length_max < 1:
        return ""
    end = length_max - 1
    begin = max((found.end() for found in _BLANK.finditer(text, 0, end)), default=0)
    after = _BLANK.search(text, end)
    word = text[begin : after.start() if after is not None else len(text)]
    if len(word) > end - begin and ("://" in word or (begin and len(word) <= _WORD_MAX)):
        end = begin
    return f"{text[:end].rstrip(_DANGLING)}…"
