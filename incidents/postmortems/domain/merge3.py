"""Two people changed the same text: what both wrote, when it fits together without guessing.

First by lines; where both changed the same lines, by words. Changes that touch each other are no longer told apart by
any rule, so they are refused with both texts: nothing is chosen for anybody. The one exception are whole lines that
both added at the same place: both stay, those that were saved first on top. Source: Khanna, Kunal, Pierce, "A formal
investigation of diff3" (2007).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Comparing is as long as both texts multiplied: beyond this it would take seconds, and people are asked instead.
_WORK_MAX = 4_000_000
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\n|[^\S\n]+|\S+")


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that both changed: what it was, and what each made of it."""

    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merge:
    """text: what came of it, None when there is a clash."""

    text: str | None
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class _Region:
    """A stretch of all three texts. is_stable: it is the same in each of them."""

    base: tuple[str, ...]
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    is_stable: bool = False


def merge3(*, base: str, mine: str, theirs: str) -> Merge:
    """*base* is what both began with, *theirs* what was saved first, *mine* what comes now.

    Every word that either added is in the answer, every word that neither took away is, too; or there is no answer.
    """
    parts: list[str] = []
    clashes: list[Clash] = []
    for region in _regions(_LINE.findall(base), _LINE.findall(mine), _LINE.findall(theirs), is_words=False):
        taken = _taken(region)
        found = Merge(taken) if taken is not None else _by_words(region)
        clashes += found.clashes
        parts.append(found.text or "")
    return Merge(None, tuple(clashes)) if clashes else Merge("".join(parts))


def _by_words(region: _Region) -> Merge:
    """Of lines that both changed."""
    added = _both_added(region)
    if added is not None:
        return Merge(added)
    base, mine, theirs = ("".join(side) for side in (region.base, region.mine, region.theirs))
    parts: list[str] = []
    clashes: list[Clash] = []
    for piece in _regions(_WORD.findall(base), _WORD.findall(mine), _WORD.findall(theirs), is_words=True):
        taken = _taken(piece)
        if taken is None:
            clashes.append(Clash("".join(piece.base), "".join(piece.mine), "".join(piece.theirs)))
        parts.append(taken or "")
    # The whole lines are shown: single words of a clash tell little.
    return Merge(None, (Clash(base, mine, theirs),)) if clashes else Merge("".join(parts))


def _taken(region: _Region) -> str | None:
    """What to take where at most one of them changed anything, or both the same."""
    if region.is_stable or region.mine in (region.base, region.theirs):
        return "".join(region.theirs)
    return "".join(region.mine) if region.theirs == region.base else None


def _both_added(region: _Region) -> str | None:
    """Whole lines that both added where there was nothing: theirs, then mine."""
    if region.base or not region.mine or not region.theirs:
        return None
    above = "".join(region.theirs)
    return f"{above}{'' if above.endswith(chr(10)) else chr(10)}{''.join(region.mine)}"


def _regions(base: list[str], mine: list[str], theirs: list[str], *, is_words: bool) -> Iterator[_Region]:
    """The three texts as stretches that all have, and what lies between those."""
    if _is_too_much(base, mine) or _is_too_much(base, theirs):
        yield _Region(tuple(base), tuple(mine), tuple(theirs))
        return
    at_base = at_mine = at_theirs = 0
    ends = (len(base), len(mine), len(theirs), 0)
    for start, start_mine, start_theirs, size in (*_shared(base, mine, theirs, is_words=is_words), ends):
        between = _Region(
            tuple(base[at_base:start]), tuple(mine[at_mine:start_mine]), tuple(theirs[at_theirs:start_theirs])
        )
        if between.base or between.mine or between.theirs:
            yield between
        if size:
            same = tuple(base[start : start + size])
            yield _Region(same, same, same, is_stable=True)
        at_base, at_mine, at_theirs = start + size, start_mine + size, start_theirs + size


def _is_too_much(one: Sequence[str], other: Sequence[str]) -> bool:
    return len(one) * len(other) > _WORK_MAX


def _shared(
    base: list[str], mine: list[str], theirs: list[str], *, is_words: bool
) -> Iterator[tuple[int, int, int, int]]:
    """(start in base, in mine, in theirs, length) of what all three have in the same order."""
    of_mine, of_theirs = _matches(base, mine), _matches(base, theirs)
    place = 0
    while place < len(base):
        if place not in of_mine or place not in of_theirs:
            place += 1
            continue
        end = place + 1
        while (
            end < len(base)
            and of_mine.get(end) == of_mine[place] + end - place
            and of_theirs.get(end) == of_theirs[place] + end - place
        ):
            end += 1
        # Blanks alone hold nothing together: "one |two" and "one| two" would be mixed at them.
        if not is_words or any(word == "\n" or not word.isspace() for word in base[place:end]):
            yield place, of_mine[place], of_theirs[place], end - place
        place = end


def _matches(base: list[str], other: list[str]) -> dict[int, int]:
    """Where each element of *base* that stayed stands in *other*."""
    matcher = SequenceMatcher(lambda word: word.isspace(), base, other, autojunk=False)
    return {
        block.a + offset: block.b + offset for block in matcher.get_matching_blocks() for offset in range(block.size)
    }
