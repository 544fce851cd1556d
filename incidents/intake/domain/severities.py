"""The words that monitoring tools use for how bad it is, as our severities."""

from __future__ import annotations

from collections.abc import Mapping

from incidents.response.domain.severity import Severity
from reliability.kit.severity_words import level_of


def severity_of(word: str, *, own: Mapping[str, int] | None = None) -> Severity | None:
    """The severity a word stands for: *own* words of the integration first. None for a word nobody knows."""
    folded = word.strip().lower()
    if not folded:
        return None
    if own and folded in own:
        return Severity(own[folded])
    level = level_of(folded)
    return None if level is None else Severity(level)


def parse_words(text: str) -> dict[str, int]:
    """Lines such as `platinum = 1`. Raises ValueError naming the line to change."""
    found: dict[str, int] = {}
    for number, entry in enumerate(text.splitlines(), start=1):
        if not entry.strip():
            continue
        word, sign, value = entry.partition("=")
        digit = value.strip().lower().removeprefix("sev")
        if not sign or not word.strip() or digit not in ("1", "2", "3", "4", "5"):
            raise ValueError(f"line {number}: write a word and a severity from 1 to 5, such as platinum = 1")
        found[word.strip().lower()] = int(digit)
    return found


def format_words(own: Mapping[str, int]) -> str:
    return "\n".join(f"{word} = {value}" for word, value in own.items())
