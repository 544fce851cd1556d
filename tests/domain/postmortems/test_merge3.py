"""Three-way merges: what both wrote is there, or nobody's text is chosen."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.postmortems.domain.merge3 import merge3

BASE = "The gateway refused calls.\nRetries doubled the load.\n\nThe alert paged Ada.\n"


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        pytest.param("a b", "a b", "a b", "a b", id="nobody changed anything"),
        pytest.param("a b", "a c", "a b", "a c", id="only I did"),
        pytest.param("a b", "a b", "a c", "a c", id="only they did"),
        pytest.param("a b", "x b", "x b", "x b", id="both did the same"),
        pytest.param("one\ntwo\nthree\n", "1\ntwo\nthree\n", "one\ntwo\n3\n", "1\ntwo\n3\n", id="different lines"),
        pytest.param("one\ntwo\n", "1\ntwo\n", "one\n2\n", "1\n2\n", id="lines beside each other"),
        pytest.param(
            "the shop was down for long", "the web shop was down for long", "the shop was down for 9 minutes",
            "the web shop was down for 9 minutes", id="different words of one line",
        ),
        pytest.param("", "mine\n", "theirs\n", "theirs\nmine\n", id="both began an empty text"),
        pytest.param("", "mine", "theirs", "theirs\nmine", id="both began it without an end of line"),
        pytest.param("a\n", "a\nmine\n", "a\ntheirs\n", "a\ntheirs\nmine\n", id="both added lines at the end"),
        pytest.param("a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", "a\nc\nd\n", id="one took a line away, one added another"),
    ],
)  # fmt: skip
def test_what_fits_together_is_merged(base: str, mine: str, theirs: str, merged: str) -> None:
    assert merge3(base=base, mine=mine, theirs=theirs).text == merged


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        pytest.param("the shop was down", "the shop was slow", "the shop was broken", id="the same word"),
        pytest.param("one two three", "1 two three", "one 2 three", id="words beside each other"),
        pytest.param("a b c d", "a d", "a b x c d", id="a word within what the other took away"),
        pytest.param("a\nb\n", "a\n", "a\nb!\n", id="a line that the other took away"),
    ],
)
def test_what_touches_is_refused_with_both_texts(base: str, mine: str, theirs: str) -> None:
    merge = merge3(base=base, mine=mine, theirs=theirs)
    assert merge.text is None
    assert merge.clashes
    assert all(clash.mine in mine and clash.theirs in theirs and clash.base in base for clash in merge.clashes)


def test_texts_that_would_take_seconds_to_compare_are_left_to_people() -> None:
    words = "a " * 5_000
    assert merge3(base=words, mine=f"x {words}", theirs=f"{words}y").text is None
    lines = "a\n" * 5_000
    assert merge3(base=lines, mine=f"x\n{lines}", theirs=f"{lines}y\n").text is None


_TEXTS = st.lists(st.sampled_from(["alert", "paged", "Ada", ",", " ", "\n", "- ", "ß"]), max_size=14).map("".join)


@given(base=_TEXTS, mine=_TEXTS, theirs=_TEXTS)
@settings(max_examples=400, deadline=None)
def test_a_merge_of_any_texts_never_loses_what_only_one_of_them_added(base: str, mine: str, theirs: str) -> None:
    merged = merge3(base=base, mine=mine, theirs=theirs)
    if merged.text is None:
        assert merged.clashes
        return
    if mine == base:
        assert merged.text == theirs
    if theirs == base:
        assert merged.text == mine


@pytest.mark.parametrize("seed", range(25))
def test_two_editors_of_200_edits_lose_no_word(seed: int) -> None:
    """Each adds unique words and takes some away, from what they last saw; refused edits are made again by hand."""
    chance = random.Random(seed)  # noqa: S311  a test
    stored = "\n".join(" ".join(f"w{line}x{word}" for word in range(8)) for line in range(12)) + "\n"
    seen = {"ada": stored, "bob": stored}
    added: set[str] = set()
    removed: set[str] = set()
    refused = 0
    for number in range(200):
        who = chance.choice(["ada", "bob"])
        base = seen[who]
        word = f"{who}{number}"
        mine, gone = _edited(base, word, chance)
        merged = merge3(base=base, mine=mine, theirs=stored)
        if merged.text is None:
            refused += 1
            assert stored.split().count(word) == 0
            mine, gone = _edited(stored, word, chance)
            merged = merge3(base=stored, mine=mine, theirs=stored)
        assert merged.text is not None
        added.add(word)
        removed |= gone
        stored = merged.text
        seen[who] = stored
        if chance.random() < 0.3:
            seen = dict.fromkeys(seen, stored)
    words = Counter(stored.split())
    assert {word for word in added - removed if words[word] != 1} == set()
    assert not removed & set(words)
    assert refused < 100


def _edited(text: str, word: str, chance: random.Random) -> tuple[str, set[str]]:
    """The text with the word put somewhere, and at times with another taken away."""
    lines = text.split("\n")
    line = chance.randrange(len(lines))
    words = lines[line].split(" ") if lines[line] else []
    gone: set[str] = set()
    if len(words) > 3 and chance.random() < 0.3:
        gone.add(words.pop(chance.randrange(len(words))))
    words.insert(chance.randint(0, len(words)), word)
    lines[line] = " ".join(words)
    return "\n".join(lines), gone
