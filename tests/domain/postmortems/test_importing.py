"""Reading postmortems of other houses: generated ones of many shapes, and cases by hand."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incidents.postmortems.domain.importing import BYTES_MAX, Imported, ImportTooLargeError, read, read_bytes
from incidents.postmortems.domain.sections import SECTIONS_MAX, TEXT_LENGTH_MAX

_SPEC = importlib.util.spec_from_file_location("postmortem_samples", Path(__file__).with_name("generate.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
generate: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["postmortem_samples"] = generate
_SPEC.loader.exec_module(generate)
_WORD = re.compile(r"\w+")


def parts_of(found: Imported) -> Iterator[str]:
    """Everything but the raw text."""
    yield found.title
    for section in found.sections:
        yield f"{section.title}\n{section.text}"
    for row in found.timeline:
        yield f"{row.stamp} {row.text}"
    yield from (text for _, text in found.factors)
    yield from (text for _, text in found.whys)


def test_of_300_files_of_varied_shape_none_crashes_and_what_they_say_is_found() -> None:
    every = generate.samples(300)
    assert len({sample.text for sample in every}) == len(every) == 300
    wrong: list[str] = []
    for sample in every:
        found = read_bytes(content=sample.text.encode("utf-8", "surrogatepass"), name=sample.name)
        assert len(found.sections) <= SECTIONS_MAX
        if found.raw != sample.text.replace("\x00", "�"):
            wrong.append(f"{sample.name}: raw text differs")
        kept = set(_WORD.findall(" ".join(parts_of(found)).lower()))
        if lost := set(_WORD.findall(sample.text.replace("\x00", "�").lower())) - kept:
            wrong.append(f"{sample.name}: lost {sorted(lost)[:6]}")
        if sample.started is None:
            continue
        expected = {
            "title": (sample.title, found.title),
            "start": (sample.started, found.milestones.get("started")),
            "severity": (True, found.severity is not None),
            "sections": (set(), sample.slugs - {one.slug for one in found.sections}),
            "timeline": (sample.timeline, len(found.timeline)),
            "actions": (sample.actions, len(found.actions)),
            "factors": (sample.factors, len(found.factors)),
        }
        wrong += [f"{sample.name}: {what} {a!r} but {b!r}" for what, (a, b) in expected.items() if a != b]
    assert wrong == []


def test_the_example_of_the_sre_book_is_read() -> None:
    found = read(
        text="""# Shakespeare Sonnet++ Postmortem (incident #465)

**Date:** 2015-10-21

**Authors:** jennifer, martym, agoogler

**Status:** Complete, action items in progress

**Summary:** Shakespeare Search down for 66 minutes during period of very high interest.

**Impact:** Estimated 1.21B queries lost, no revenue impact.

**Root Causes:** Cascading failure due to combination of exceptionally high load and a resource leak.

**Trigger:** Latent bug triggered by sudden increase in traffic.

**Resolution:** Directed traffic to sacrificial cluster and added 10x capacity.

**Detection:** Borgmon detected high level of HTTP 500s and paged on-call.

## Action Items

| Action Item | Type | Owner | Bug |
|-------------|------|-------|-----|
| Update playbook with instructions for responding to cascading failure | mitigate | jennifer | n/a **DONE** |
| Plug file descriptor leak in search ranking subsystem | prevent | agoogler | Bug 5554825 **TODO** |

## Lessons Learned

### What went well

* Monitoring quickly alerted us to high rate

### What went wrong

* We're out of practice in responding to cascading failure

### Where we got lucky

* Mailing list of Shakespeare aficionados had a copy of new sonnet available

## Timeline

2015-10-21 (*all times UTC*)

* 14:51 News reports that a new Shakespearean sonnet has been discovered in a Delorean's glove compartment
* 14:54 **OUTAGE BEGINS** — Search backends start melting down under load
* 16:30 Exit criterion of 30 minutes' nominal performance met
"""
    )
    assert found.title == "Shakespeare Sonnet++ Postmortem (incident #465)"
    assert found.milestones["started"] == datetime(2015, 10, 21, 14, 51, tzinfo=UTC)
    assert found.section("summary").startswith("Shakespeare Search down")
    assert found.section("customer-impact").startswith("Estimated 1.21B")
    assert found.section("detection").startswith("Borgmon")
    assert found.section("response").startswith("Directed traffic")
    assert found.section("what-went-well").startswith("* Monitoring")
    assert found.section("where-we-got-lucky").startswith("* Mailing list")
    assert [text[:14] for _, text in found.factors] == ["Cascading fail", "Latent bug tri"]
    assert [row.at.hour * 60 + row.at.minute for row in found.timeline] == [891, 894, 990]
    assert [one.text[:12] for one in found.actions] == ["Update playb", "Plug file de"]
    assert "What went wrong" in " ".join(one.title + one.text for one in found.sections)
    assert "jennifer, martym, agoogler" in next(one.text for one in found.sections if one.title.startswith("Details"))


def test_timelines_cross_midnight_and_zones_are_those_that_are_said() -> None:
    found = read(
        text="# Out\n\nDate: March 4, 2024\n\n## Timeline (PST)\n\n- 23:50 it began\n  with a bang\n- 00:20 it ended\n"
    )
    assert [row.at for row in found.timeline] == [
        datetime(2024, 3, 5, 7, 50, tzinfo=UTC),
        datetime(2024, 3, 5, 8, 20, tzinfo=UTC),
    ]
    assert found.timeline[0].text == "it began\nwith a bang"


def test_a_day_beside_a_start_in_another_zone_does_not_move_the_start() -> None:
    found = read(
        text="# Out\n\n| Field | Value |\n|---|---|\n| Date of incident | 12 Aug 2025 |\n"
        "| Start | 12 Aug 2025 22:41 CEST |\n"
        "| End | 13 Aug 2025 00:17 CEST |\n\n## Timeline (CEST)\n\n- 22:41 it began\n- 00:17 it ended\n"
    )
    start, end = datetime(2025, 8, 12, 20, 41, tzinfo=UTC), datetime(2025, 8, 12, 22, 17, tzinfo=UTC)
    assert found.milestones == {"started": start, "resolved": end}
    assert [row.at for row in found.timeline] == [start, end]
    assert found.clocked == {"started", "resolved"}
    assert found.unsure == []


def test_what_is_not_sure_is_said_and_what_cannot_be_is_left_out() -> None:
    found = read(text="# Out\n\nStarted: 03/04/2024 10:00\nResolved: 03/04/2024 09:00\n")
    assert found.milestones == {"started": datetime(2024, 3, 4, 10, 0, tzinfo=UTC)}
    assert any("month first" in one for one in found.unsure)
    assert any("before the start" in one for one in found.unsure)
    assert read(text="Date: 2024-02-30 25:61").milestones == {}


def test_a_file_that_is_too_large_is_refused_and_one_of_nothing_but_marks_is_read() -> None:
    with pytest.raises(ImportTooLargeError, match="at most 1,000,000"):
        read_bytes(content=b"x" * (BYTES_MAX + 1))
    for piece in ("- 10:04 word\n", "| a | b |\n", "**Impact:** x\n\n", "> - ", "[a][b](", "word word word\n"):
        found = read(text=(piece * BYTES_MAX)[: BYTES_MAX // 60])
        assert all(len(one.text) <= TEXT_LENGTH_MAX for one in found.sections)
        assert len(found.sections) <= SECTIONS_MAX
