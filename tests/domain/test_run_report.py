"""The report: the same every time, and what others wrote stays text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.runs.domain.report import Report, escaped, markdown

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def report(**fields: object) -> Report:
    known: dict[str, object] = {
        "number": 12,
        "title": "Orders survive",
        "team": "Payments",
        "service": "Orders",
        "hypothesis": "Nobody notices",
        "blast_radius": "",
        "verdict": "failed_to_undo",
        "reasons": ["not seen to be gone: slow"],
        "score": 0.0,
        "rto_seconds": None,
        "rpo_seconds": 4.25,
        "version": 3,
        "mode": "real",
        "requested_by": "Ada",
        "why": "",
        "started_at": AT,
        "fault_began_at": AT,
        "fault_ended_at": None,
        "ended_at": AT,
    }
    return Report(**(known | fields))  # type: ignore[arg-type]  # fields by name


def test_the_report_says_what_happened_and_leaves_out_what_is_not_known() -> None:
    text = markdown(report(slos=[{"slo": "checkout", "spent": 0.031, "burn": 90.4, "bad": 45.0, "valid": 500.0}]))
    assert (
        text.startswith("# Run 12: Orders survive\n\n**Failed to undo**\n\n\\- not seen")
        or "**Failed to undo**" in text
    )
    assert "| checkout | 3.1 % | 90.4 × | 45 | 500 |" in text
    assert "| Data lost \\(RPO\\) | 4.25 s |" in text
    assert "Recovery time" not in text
    assert "## Blast radius" not in text


def test_the_same_run_gives_the_same_text() -> None:
    assert markdown(report()) == markdown(report())


@pytest.mark.parametrize(
    "evil",
    ["<script>alert(1)</script>", "[click](javascript:alert(1))", "| a | b |", "# heading\n# next", "`code`", "a\\"],
)
def test_what_people_wrote_is_neither_markup_nor_a_new_line(evil: str) -> None:
    text = markdown(report(title=evil, log=[(AT, evil)], probes=[(evil, evil)]))
    assert evil not in text or evil == "a\\"
    assert "<script" not in text
    assert "](javascript" not in text


@given(st.text())
def test_every_special_character_has_a_backslash(text: str) -> None:
    found = escaped(text)
    assert "\n" not in found
    bare = found.replace("\\\\", "")
    for special in "`*_{}[]#|~$":
        assert bare.count(special) == bare.count(f"\\{special}")
    assert not {"<", ">"} & set(found)
