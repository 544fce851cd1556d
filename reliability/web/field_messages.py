"""What a field says when it is left empty or holds nonsense: what to write, in one tone, instead of Django's words."""

from __future__ import annotations

WHY = {"required": "say why: the reason is kept in the record"}

CHOICE = {"required": "choose one of these", "invalid_choice": "choose one of these"}

GONE = "of the list: that one is gone, or not yours to see"

EMAIL = {
    "required": "write an email address, such as ada@example.com",
    "invalid": "write an email address, such as ada@example.com",
}


def needed(words: str, **others: str) -> dict[str, str]:
    """error_messages of a field whose emptiness is answered with *words*."""
    return {"required": words, **others}


def chosen(noun: str) -> dict[str, str]:
    """error_messages of a field that takes one *noun* (with its article) of a list."""
    return {"required": f"choose {noun}", "invalid_choice": f"choose {noun} {GONE}"}


def number(words: str, *, low: int | None = None, high: int | None = None) -> dict[str, str]:
    """error_messages of a number: *words* when it is missing or none, and its bounds."""
    found = {"required": words, "invalid": words}
    if low is not None:
        found |= {"min_value": f"write at least {low:,}"}
    if high is not None:
        found |= {"max_value": f"write at most {high:,}"}
    return found
