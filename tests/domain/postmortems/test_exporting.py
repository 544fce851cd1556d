"""What is exported is read again as it was; due times, snippets and likeness."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incidents.postmortems.domain import due
from incidents.postmortems.domain.exported_evidence import (
    ExportedChart,
    ExportedEvidence,
    ExportedImpact,
    ExportedMetric,
    ExportedSuspect,
)
from incidents.postmortems.domain.exporting import (
    Exported,
    ExportedAction,
    ExportedFactor,
    ExportedMoment,
    ExportedSection,
    ExportedWhy,
    file_name,
    to_json,
    to_markdown,
)
from incidents.postmortems.domain.factors import Category
from incidents.postmortems.domain.importing import read
from incidents.postmortems.domain.sections import SECTIONS
from incidents.postmortems.domain.similarity import ALIKE, category_of, likeness, words_of
from incidents.postmortems.domain.snippets import snippet, words_of_search

AT = datetime(2026, 3, 3, 10, 4, 5, tzinfo=UTC)
DOCUMENT = Exported(
    number=12,
    title='Checkout "failed": 1/5 of carts\r\nInjected: header',
    team="Payments",
    state="published",
    url="https://rel.example.org/postmortems/12/",
    severity=2,
    milestones={"started": AT, "detected": AT + timedelta(minutes=6), "resolved": AT + timedelta(minutes=37)},
    services=("Checkout", "Gateway"),
    tags=("dns", "retry"),
    facilitator="Ines",
    published_at=AT,
    sections=(
        *(ExportedSection(kind.slug, kind.title, f"About **{kind.slug}**.\n\n- one\n- two") for kind in SECTIONS),
        ExportedSection("free-1", "What the vendor said", "## Their view\n\nNothing."),
    ),
    timeline=(ExportedMoment(AT, "First errors"), ExportedMoment(AT + timedelta(minutes=6), "Paged", "*late*")),
    factors=(ExportedFactor("capacity", "The pool was short of connections"),),
    whys=(ExportedWhy(1, "Why did it fail?"), ExportedWhy(2, "The pool was empty"), ExportedWhy(2, "Retries doubled")),
    actions=(ExportedAction("Alert on the pool", "done", "Ines", "2026-03-20", "https://rel.example.org/actions/3/"),),
    evidence=ExportedEvidence(
        taken_at=AT + timedelta(hours=1),
        metrics=(ExportedMetric("ttm", "Time to mitigate", 1200.0, "20 min", "from the beginning until it was fine"),),
        impacts=(
            ExportedImpact("Carts | a\nb", "", 1234567.0, 2e6, 20, 37, 0.4125, 1.0, "99.50", "EUR"),
            ExportedImpact("Search", "", None, None, None, 37, None, 0.0, None, ""),
        ),
        suspects=(
            ExportedSuspect(
                "Deploy *841*", "Checkout", 720.0, "12 min before", "https://ci.example/841", "of it itself"
            ),
        ),
        charts=(ExportedChart("Burn rate: Carts", "in UTC", ("Time", "Burn"), ("", "ratio"), ((AT, 0.5), (AT, None))),),
    ),
)


def test_an_exported_postmortem_is_imported_as_it_was() -> None:
    text = to_markdown(DOCUMENT)
    found = read(text=text, name="x.md")
    assert found.title == 'Checkout "failed": 1/5 of carts Injected: header'
    assert found.milestones == DOCUMENT.milestones
    assert (found.severity, found.tags) == (2, ["dns", "retry"])
    assert {one.slug: one.text for one in found.sections if one.slug} == {
        one.slug: one.text for one in DOCUMENT.sections if one.slug in {kind.slug for kind in SECTIONS}
    }
    assert next(one for one in found.sections if one.title == "What the vendor said").text.endswith("Nothing.")
    assert [(row.at, row.text) for row in found.timeline] == [
        (AT, "First errors"),
        (AT + timedelta(minutes=6), "Paged\n*late*"),
    ]
    assert [text for _, text in found.factors] == ["The pool was short of connections (capacity)"]
    assert found.factors[0][0] is Category.CAPACITY
    assert found.whys == [(1, "Why did it fail?"), (2, "The pool was empty"), (2, "Retries doubled")]
    assert [one.is_done for one in found.actions] == [True]


def test_evidence_is_exported_as_tables_that_are_imported_whole_and_change_no_fact() -> None:
    text = to_markdown(DOCUMENT)
    written = text.partition("## Evidence\n\n")[2].strip()
    rows = [
        "| Time to mitigate | 20 min | from the beginning until it was fine |",
        r"| Carts \| a b | 1,234,567 | 2,000,000 | 20 | 37 | 41.2 % | 99.5 EUR | 100 % |",
        "| Search | not measured | not measured | not measured | 37 | not known |  | 0 % |",
        "| 2026-03-03 10:04:05 UTC | 50 % |",
        "| 2026-03-03 10:04:05 UTC | not known |",
        "| Deploy *841* | Checkout | 12 min before | of it itself | https://ci.example/841 |",
    ]
    assert [row for row in rows if row not in written.split("\n")] == []
    found = read(text=text)
    assert " ".join(next(one.text for one in found.sections if one.title == "Evidence").split()) == " ".join(
        written.split()
    )
    # A time to mitigate is no length of the incident, also where little else stands before it.
    bare = replace(DOCUMENT, milestones={"started": AT}, sections=(), timeline=(), factors=(), whys=(), actions=())
    again = read(text=to_markdown(bare))
    assert again.milestones == {"started": AT}
    assert next(one.text for one in again.sections if one.title == "Evidence").count("\n|") == 3 + 4 + 4 + 3
    assert DOCUMENT.evidence is not None
    nothing = replace(DOCUMENT, evidence=replace(DOCUMENT.evidence, metrics=(), impacts=(), suspects=(), charts=()))
    assert "## Evidence" not in to_markdown(nothing)


def test_json_and_file_names_are_plain() -> None:
    read_again = json.loads(to_json(DOCUMENT))
    assert read_again["milestones"]["started"] == "2026-03-03T10:04:05+00:00"
    assert read_again["evidence"]["metrics"][0]["seconds"] == 1200.0
    assert read_again["evidence"]["impacts"][0]["lost"] == 1234567.0
    assert read_again["evidence"]["charts"][0]["rows"][1] == ["2026-03-03T10:04:05+00:00", None]
    assert file_name(DOCUMENT, "md") == "postmortem-12-checkout-failed-1-5-of-carts-injected-header.md"


def test_reminders_come_before_at_and_for_seven_days_after_the_due_time() -> None:
    due_at = due.due_at(resolved_at=AT)
    assert due_at == AT + timedelta(hours=48)
    assert [stage.slug for stage in due.stages(due_at=due_at)][:3] == ["before", "due", "late-1"]
    assert due.standing(due_at=due_at, now=due_at - timedelta(hours=25)) is None
    standing = due.standing(due_at=due_at, now=due_at + timedelta(days=3, hours=5))
    assert standing is not None
    assert (standing.slug, standing.days_late) == ("late-3", 3)
    assert due.next_at(due_at=due_at, now=due_at) == due_at + timedelta(days=1)
    assert due.next_at(due_at=due_at, now=due_at + timedelta(days=7)) is None


def test_a_snippet_shows_the_first_place_and_marks_what_matches() -> None:
    pieces = snippet(text="word " * 100 + "the *pool* of connections ran dry " + "word " * 100, words=["pool", "dry"])
    assert [piece.text for piece in pieces if piece.is_hit] == ["pool", "dry"]
    assert pieces[0].text == "… "
    assert "".join(piece.text for piece in snippet(text="<b>x</b>", words=["zz"])) == "<b>x</b>"
    assert "".join(piece.text for piece in snippet(text="> quoted\n\n- > `a` > b", words=["zz"])) == "quoted a > b"
    assert words_of_search('  "Pool", dry\0 pool ') == ["pool", "dry"]
    assert snippet(text="", words=[]) == ()


ALIKE_PAIRS = [
    ("The connection pool was exhausted by retries", "Retries exhausted the pool of connections"),
    ("The certificate of the gateway expired", "An expired certificate on the payment gateway"),
    ("Alert threshold was set for last year's traffic", "The threshold of the alert came from last year's traffic"),
    ("A migration locked the orders table", "Orders table locked during a migration"),
    ("Configuration was rolled out to all regions at once", "The configuration reached all regions at once"),
]
OTHER_PAIRS = [
    ("The connection pool was exhausted by retries", "The certificate of the gateway expired"),
    ("A migration locked the orders table", "A deployment broke the search index"),
    ("The alert was silenced during maintenance", "Alert threshold was set for last year's traffic"),
    ("The runbook named the old gateway", "The runbook did not mention the second region"),
    ("The cache was cold after the restart", "The cache served stale prices"),
]


@pytest.mark.parametrize(("first", "second"), ALIKE_PAIRS)
def test_the_same_factor_in_other_words_is_alike(first: str, second: str) -> None:
    assert likeness(words_of(first), words_of(second)) >= ALIKE


@pytest.mark.parametrize(("first", "second"), OTHER_PAIRS)
def test_another_factor_of_the_same_field_is_not(first: str, second: str) -> None:
    assert likeness(words_of(first), words_of(second)) < ALIKE


def test_a_category_is_guessed_from_its_words() -> None:
    assert category_of("The connection pool was exhausted") is Category.CAPACITY
    assert category_of("No alert fired") is Category.DETECTION
    assert category_of("Something odd") is Category.OTHER
