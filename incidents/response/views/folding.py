"""Long words in two parts: the first lines, which one reads at once, and the rest behind "more"."""

from __future__ import annotations

from dataclasses import dataclass

LINES_SHOWN = 4
LETTERS_SHOWN = 360
_WORTH_FOLDING = 120  # letters: a rest shorter than that takes less room than the word "more"


@dataclass(frozen=True, slots=True)
class Folded:
    lead: str = ""
    rest: str = ""


def folded(text: str) -> Folded:
    """Whole lines as long as they fit; a single long line is cut between words."""
    text = text.strip()
    lead = "\n".join(text.split("\n")[:LINES_SHOWN])
    if len(lead) > LETTERS_SHOWN:
        short = lead[:LETTERS_SHOWN]
        lead = short.rpartition("\n")[0] or short.rpartition(" ")[0] or short
    rest = text[len(lead) :].strip()
    return Folded(text) if len(rest) < _WORTH_FOLDING else Folded(lead.rstrip(), rest)
