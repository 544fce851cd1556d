"""Tags as people type them: words under which a team finds its postmortems again."""

from __future__ import annotations

from collections.abc import Iterable

TAG_LENGTH_MAX = 40
TAGS_MAX = 20


class TagError(ValueError):
    """The message says what to change."""


def tags_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in lower case, without a # before it, in the order given. Raises TagError."""
    found = dict.fromkeys(" ".join(text.lower().split()).lstrip("# ") for text in texts)
    found.pop("", None)
    long = next((tag for tag in found if len(tag) > TAG_LENGTH_MAX), None)
    if long is not None:
        raise TagError(f"“{long[:60]}” has {len(long)} characters, a tag has at most {TAG_LENGTH_MAX}")
    if any("," in tag or "\0" in tag for tag in found):
        raise TagError("a tag holds no comma: it is what parts them")
    if len(found) > TAGS_MAX:
        raise TagError(f"{len(found)} tags are too many, {TAGS_MAX} fit")
    return tuple(found)
