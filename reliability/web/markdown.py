"""Markdown that people wrote, as HTML that is safe to show: CommonMark with tables, then only what is on a list.

HTML within the text is shown as text. Links open only http, https, mailto and addresses of this site, and tell no
other site where they were followed; pictures are left out, as they would tell who reads.
"""

from __future__ import annotations

from collections.abc import Sequence

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Headings of a text stand below those of the page.
_HEADINGS = {f"h{level}": f"h{min(level + 2, 6)}" for level in range(1, 7)}
_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5", "h6"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
# Deeper nesting is shown as it was typed, and never takes the stack.
_NESTING_MAX = 20

_BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": _NESTING_MAX})
_MARKDOWN.enable(["table", "strikethrough"]).disable("image")


def render_markdown(text: str) -> SafeString:
    """Never raises on any text."""
    tokens = _MARKDOWN.parse(text.replace("\0", ""))
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag) if token.type.startswith("heading") else token.tag
    _tick(tokens)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow"
    )
    return mark_safe(clean)  # noqa: S308  cleaned just now


def _tick(tokens: Sequence[Token]) -> None:
    """Boxes of tasks at the beginning of a list's items."""
    for before, inline in zip(tokens, tokens[2:], strict=False):
        if before.type == "list_item_open" and inline.type == "inline" and inline.children:
            first = inline.children[0]
            box = _BOXES.get(first.content[:4]) if first.type == "text" else None
            first.content = f"{box}{first.content[4:]}" if box else first.content
