"""Markdown that people wrote, as HTML that is safe to show."""

from __future__ import annotations

import re

import pytest

from reliability.web.markdown import render_markdown

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "![x](https://tracker.example/x.png)",
    "<svg/onload=alert(1)>",
    "<a href='x' style='position:fixed'>x</a>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "`<script>`",
    "```html\n<script>alert(1)</script>\n```",
    "a\0b<iframe src=//x>",
    "| <b onclick=x> | y |\n|---|---|\n| <math> | <form action=x> |",
)
_OF_US = re.compile(
    r"<(/?)(p|br|hr|strong|em|s|code|pre|blockquote|ul|ol|li|a|table|thead|tbody|tr|th|td|h[3-6])\b[^>]*>"
)


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_that_acts_survives(text: str) -> None:
    html = str(render_markdown(text))
    assert "<" not in _OF_US.sub("", html)
    for tag in re.findall(r"<[^>]+>", html):
        assert not re.search(r"\son|style=|src=|javascript|vbscript|data:", tag, re.IGNORECASE), html


def test_tables_links_and_lower_headings_are_shown() -> None:
    html = str(render_markdown("# Top\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[x](https://e.example) ~~no~~ <b>"))
    assert "<h3>Top</h3>" in html
    assert "<td>1</td>" in html
    assert '<a href="https://e.example" rel="noopener noreferrer nofollow">x</a>' in html
    assert "<s>no</s> &lt;b&gt;" in html


def test_boxes_of_tasks_are_shown_in_lists_and_nowhere_else() -> None:
    html = str(
        render_markdown(
            "- [ ] Bound **it**\n- [x] Alert\n\n1. [X] Drill\n\n[x] words\n\n- `[ ] code`\n- [x](https://e.example)"
        )
    )
    assert "<li>☐ Bound <strong>it</strong></li>" in html
    assert "<li>☑ Alert</li>" in html
    assert "<li>☑ Drill</li>" in html
    assert "<p>[x] words</p>" in html
    assert "<code>[ ] code</code>" in html
    assert html.count("☐") + html.count("☑") == 3


def test_deep_nesting_does_not_take_the_stack() -> None:
    assert render_markdown(">" * 10_000 + "x")
    assert render_markdown("* " * 5_000 + "x")
    assert render_markdown("[" * 20_000)
