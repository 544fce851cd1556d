"""The blameless check: finds words that put blame on a person, says why, and what to write instead.

It knows persons from machines ("the server failed to restart" is fine), leaves quotations, code and negations alone
("nobody is to blame"), and only warns. Sources: Dekker, The Field Guide to Understanding Human Error; Allspaw,
Blameless PostMortems (2012); Google SRE book, chapter 15.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.postmortems.domain.blame_people import mark_people, names_pattern
from incidents.postmortems.domain.blame_reading import Sentence, sentences
from incidents.postmortems.domain.blame_rules import NEGATION, RULES, SUGGESTION, TAKEN_BACK, WHY, Kind, Rule

TEXT_MAX = 100_000  # characters of one check
FINDINGS_MAX = 200
_BLANKS = re.compile(r"^[\s,;:]+")


@dataclass(frozen=True, slots=True)
class TeamWord:
    """A word or phrase of a team's list. is_excused: fine here, whatever the rules say; else always found."""

    text: str
    suggestion: str = ""
    is_excused: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """start, end: characters of the whole text, half-open. text: what stands there. sentence: its surroundings."""

    start: int
    end: int
    text: str
    sentence: str
    kind: Kind
    why: str
    suggestion: str


def check(*, text: str, people: Sequence[str] = (), words: Sequence[TeamWord] = ()) -> list[Finding]:
    """Every place that blames, in order, none twice; at most FINDINGS_MAX in the first TEXT_MAX characters.

    people: names of those who took part. Never raises on any text.
    """
    read = text[:TEXT_MAX]
    names = names_pattern(people)
    added = _phrases(word for word in words if not word.is_excused)
    excused = _phrases(word for word in words if word.is_excused)
    found: list[Finding] = []
    for sentence in sentences(text=read):
        taken: list[tuple[int, int]] = []
        for start, end, kind, suggestion in _in_sentence(sentence, names, added):
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            if not _is_excused(sentence.text, start, end, excused):
                found.append(_finding(read, sentence, start, end, kind, suggestion))
        if len(found) >= FINDINGS_MAX:
            break
    return sorted(found, key=lambda one: (one.start, one.end))[:FINDINGS_MAX]


def _in_sentence(
    sentence: Sentence, names: re.Pattern[str], added: Sequence[tuple[re.Pattern[str], TeamWord]]
) -> Iterable[tuple[int, int, Kind, str]]:
    for pattern, word in added:
        for hit in pattern.finditer(sentence.text):
            yield hit.start(), hit.end(), Kind.TEAM_WORD, word.suggestion or SUGGESTION[Kind.TEAM_WORD]
    marked = mark_people(text=sentence.text, names=names)
    for rule in RULES:
        for hit in rule.pattern.finditer(marked):
            if not _is_turned(rule, marked, hit):
                yield hit.start(), hit.end(), rule.kind, SUGGESTION[rule.kind]


def _is_turned(rule: Rule, marked: str, hit: re.Match[str]) -> bool:
    if not rule.is_excused_by_no:
        return False
    if NEGATION.search(marked, max(0, hit.start() - 60), hit.end()):
        return True
    return TAKEN_BACK.search(marked, hit.start(), hit.end() + 40) is not None


def _is_excused(text: str, start: int, end: int, excused: Sequence[tuple[re.Pattern[str], TeamWord]]) -> bool:
    return any(hit.start() < end and start < hit.end() for pattern, _ in excused for hit in pattern.finditer(text))


def _phrases(words: Iterable[TeamWord]) -> list[tuple[re.Pattern[str], TeamWord]]:
    """Whole words in any case; any blank between them."""
    found = []
    for word in words:
        phrase = r"\s+".join(map(re.escape, word.text.split()))
        if phrase:
            found.append((re.compile(rf"(?<!\w){phrase}(?!\w)", re.IGNORECASE), word))
    return found


def _finding(text: str, sentence: Sentence, start: int, end: int, kind: Kind, suggestion: str) -> Finding:
    blanks = _BLANKS.match(sentence.text[start:end])
    begin = sentence.start + start + (blanks.end() if blanks else 0)
    stop = sentence.start + end
    around = " ".join(text[sentence.start : sentence.start + len(sentence.text)].split())
    return Finding(begin, stop, text[begin:stop], around, kind, WHY[kind], suggestion)
