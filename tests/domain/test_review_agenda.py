"""The agenda says why each point is there, and nothing that people wrote becomes Markdown of its own."""

from __future__ import annotations

from markdown_it import MarkdownIt

from incidents.learning.domain.agenda import LINKS_MAX, Findings, Link, agenda_of, markdown_of

LINKS = [Link(f"#{n} Pool", f"/incidents/actions/{n}/") for n in range(1, 12)]


def titles(**fields: object) -> list[str]:
    given = {"title": "November 2026", "incidents": 1, "incidents_before": 2, "experiments": 1, **fields}
    return [point.title for point in agenda_of(Findings(**given))]  # type: ignore[arg-type]  # of the tests below


def test_a_quiet_period_asks_whether_it_was_quiet() -> None:
    assert titles(incidents=0, experiments=0) == ["No incident", "Nothing was tried", "One thing"]


def test_each_finding_is_one_point_in_order() -> None:
    one = LINKS[:1]
    found = titles(
        severe=one,
        unwritten=one,
        recurring=["Change"],
        worse=[("MTTR", "20 % more than before")],
        better=[("MTTA", "30 % less than before")],
        overdue=one,
        unproven=one,
        reopened=one,
        overspent=one,
        unmeasured=one,
        deviated=one,
    )
    assert found == [
        "What went well",
        "What happened",
        "What is not written down",
        "What comes again",
        "What takes longer or comes sooner",
        "Error budgets",
        "What experiments showed",
        "What we said we would do",
        "What nobody has proven",
        "One thing",
    ]


def test_long_lists_are_cut_and_counted() -> None:
    findings = Findings("November 2026", 3, 0, experiments=1, overdue=LINKS, totals={"overdue": 30})
    (point,) = (one for one in agenda_of(findings) if one.title == "What we said we would do")
    assert (len(point.links), point.more, point.why) == (LINKS_MAX, 30 - LINKS_MAX, "30 action items are overdue.")


def test_the_document_holds_every_link_and_no_markdown_of_others() -> None:
    hostile = Link("](https://evil.example) # <script>alert(1)</script>\n\n# Heading", "/incidents/7/")
    points = agenda_of(Findings("November 2026", 1, 0, experiments=1, severe=[hostile]))
    text = markdown_of(points=points, heading="Retrospective", scope="team payments", base_url="https://r.example.org")
    tokens = MarkdownIt("commonmark").parse(text)
    links = [child.attrs["href"] for one in tokens for child in one.children or () if child.type == "link_open"]
    assert links == ["https://r.example.org/incidents/7/"]
    headings = [tokens[row + 1].content for row, one in enumerate(tokens) if one.type == "heading_open"]
    assert headings == ["Retrospective", "1. What happened", "2. One thing"]
    assert not [one for one in tokens if one.type.startswith("html")]
    assert "<script>" not in MarkdownIt("commonmark").render(text)
