"""A Markdown text as parts under their headings: ATX, setext, bold lines, "Impact:" alone in a line, CAPITALS.

Headings within code, quotations and lists are none. Offsets are lines; every line is in exactly one part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from incidents.postmortems.domain.import_labels import heading_kind, label_kind

_MARKDOWN = MarkdownIt("commonmark", {"maxNesting": 20}).disable(["reference", "html_block"])
_MARKDOWN.core.ruler.enableOnly(["normalize", "block"])
_BOLD_LINE = re.compile(r"^\s{0,3}(\*\*|__)(?P<text>[^*_\n]{2,100})\1\s*:?\s*$")
_BOLD_START = re.compile(r"^\s{0,3}(\*\*|__)(?P<text>[^*_\n:]{2,60}):?\1\s*:?[ \t]+(?P<rest>\S.*)$")
_COLON_LINE = re.compile(r"^\s{0,3}(?P<text>[A-Za-z5][^\n:.!|]{2,60}):\s*$")
_CAPITALS = re.compile(r"^\s{0,3}(?P<text>[A-Z5][A-Z0-9 ;?'&/()-]{3,60}):?\s*$")
PSEUDO_LEVEL = 7
# "**Detection:** 10:04" is a fact, "**Detection:** Borgmon noticed …" a part.
_INSTANT = re.compile(r"\d\d?[:h]\d\d|\b(?:19|20)\d\d\b")
_FACT_SHORT = 20


@dataclass(frozen=True, slots=True)
class Part:
    """heading: as written, without its marks; blank before the first. kind: see import_labels.heading_kind."""

    heading: str
    level: int
    kind: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")


@dataclass(frozen=True, slots=True)
class _Heading:
    start: int
    end: int
    level: int
    text: str
    rest: str = ""


def parts(text: str) -> list[Part]:
    """In order; the first has no heading when text stands before any."""
    lines = text.split("\n")
    found: list[Part] = []
    at, heading = 0, _Heading(0, 0, 0, "")
    for following in [*_headings(text, lines), _Heading(len(lines), len(lines), 0, "")]:
        body = lines[at : following.start]
        if heading.rest:
            body = [heading.rest, *body]
        if heading.text or any(line.strip() for line in body):
            found.append(Part(heading.text, heading.level, heading_kind(heading.text), tuple(body)))
        at, heading = following.end, following
    return found


def _headings(text: str, lines: list[str]) -> Iterator[_Heading]:
    try:
        tokens = _MARKDOWN.parse(text)
    except (RecursionError, IndexError, ValueError):  # whatever the parser makes of it, the text is kept
        return
    for index, token in enumerate(tokens):
        if token.level != 0 or token.map is None:
            continue
        start, end = token.map
        if token.type == "heading_open":
            written = tokens[index + 1].content.strip()
            yield from _setext_or_atx(start, end, int(token.tag[1]), written, token.markup, lines)
        elif token.type == "paragraph_open":
            yield from _pseudo(start, end, lines)


def _setext_or_atx(start: int, end: int, level: int, written: str, markup: str, lines: list[str]) -> Iterator[_Heading]:
    if markup in "-=" and "\n" in written:
        # A paragraph whose last line is underlined: only that line is the heading.
        yield from _pseudo(start, end - 2, lines)
        start, written = end - 2, lines[end - 2].strip()
    if written:
        yield _Heading(start, end, level, written.strip("*_ ") if written.strip("*_ ") else written)


def _pseudo(start: int, end: int, lines: list[str]) -> Iterator[_Heading]:
    """Lines of a paragraph that stand for a heading; those that are no known one only when they stand alone."""
    for number in range(start, min(end, len(lines))):
        line = lines[number]
        if len(line) > 2000 or not line.strip():
            continue
        is_alone = number == start and end - start == 1
        bold, caps = _BOLD_LINE.match(line), _CAPITALS.match(line)
        if bold and (is_alone or heading_kind(bold["text"])):
            if not label_kind(bold["text"]) or heading_kind(bold["text"]):
                yield _Heading(number, number + 1, PSEUDO_LEVEL, bold["text"].strip(" :"))
            continue
        plain = _COLON_LINE.match(line) or caps
        if plain and heading_kind(plain["text"]):
            yield _Heading(number, number + 1, PSEUDO_LEVEL, plain["text"].strip())
            continue
        begun = _BOLD_START.match(line)
        if (
            begun
            and heading_kind(begun["text"])
            and not (
                label_kind(begun["text"]) and (_INSTANT.search(begun["rest"][:60]) or len(begun["rest"]) < _FACT_SHORT)
            )
        ):
            yield _Heading(number, number + 1, PSEUDO_LEVEL, begun["text"].strip(), begun["rest"])
