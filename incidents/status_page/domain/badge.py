"""The badge: one line as SVG, for read-mes and wikis."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from incidents.status_page.domain.content import Content
from incidents.status_page.domain.overall import overall

# White on each is at least 4.5:1.
_COLOURS = {"good": "#12703f", "warn": "#8a4a00", "bad": "#b0261d", "info": "#2456c7", "none": "#4f5964"}
_LABEL = "#2a3038"
_WORDS_MAX = 60
_CHARACTER = 6.6  # of 11 px in a system sans, at most
_PADDING = 16
_HEIGHT = 20


def badge(content: Content) -> bytes:
    """The page's title and its state, with the words for screen readers."""
    found = overall(content)
    title, words = content.page.title[:_WORDS_MAX], found.description[:_WORDS_MAX]
    left, right = _width(title), _width(words)
    total = left + right
    spoken = f"{title}: {words}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{_HEIGHT}" '
        f'viewBox="0 0 {total} {_HEIGHT}" role="img" aria-label={quoteattr(spoken)}>'
        f"<title>{escape(spoken)}</title>"
        f'<rect width="{total}" height="{_HEIGHT}" rx="3" fill="{_LABEL}"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{_COLOURS[found.tone]}"/>'
        '<g fill="#fff" font-family="system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,sans-serif" font-size="11" '
        'text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14">{escape(title)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{escape(words)}</text></g></svg>\n'
    ).encode()


def _width(text: str) -> int:
    return round(len(text) * _CHARACTER) + _PADDING
