"""Where an item stands: only what is proven or given, in date and seen by a second person where asked, is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from reliability.readiness.domain.answers import Answer, Found, met, not_met, unknown
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.frozen import frozen_of, shown
from reliability.readiness.domain.items import Item, Kind
from reliability.readiness.domain.reminding import Stage, next_after, stage_at
from reliability.readiness.domain.standing import (
    Given,
    Standing,
    State,
    Verdict,
    Waived,
    by_evidence,
    by_proof,
    in_order,
    tally,
)

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PROVEN = Item("slo-exists", "It has an objective", Day.DAY_0, "why", Kind.PROOF, frozenset({1, 2}))
ASKED = Item("load-tested", "A load test found the limit", Day.DAY_1, "why", Kind.EVIDENCE, frozenset({1}))
GIVEN = Given(7, "820/s", "", date(2026, 3, 1), "Ada", expires_at=NOW + DAY)
WAIVED = Waived(3, "a pilot", NOW + DAY, "Eve")


def answered(item: Item = ASKED, given: Given | None = GIVEN, waived: Waived | None = None) -> Standing:
    return by_evidence(item=item, tier=1, given=given, waived=waived, now=NOW, url="/give/")


@pytest.mark.parametrize(
    ("answer", "state"),
    [(met("yes"), State.MET), (not_met("no", step="do"), State.NOT_MET), (unknown("who knows"), State.UNKNOWN)],
    ids=["met", "not met", "unknown"],
)
def test_a_proof_is_met_only_by_met(answer: Answer, state: State) -> None:
    found = by_proof(item=PROVEN, tier=1, answer=answer, waived=None, now=NOW)
    assert (found.state, found.is_missing) == (state, state is not State.MET)


@pytest.mark.parametrize(
    ("item", "given", "state"),
    [
        (ASKED, None, State.MISSING),
        (ASKED, GIVEN, State.MET),
        (ASKED, replace(GIVEN, expires_at=None), State.MET),
        (ASKED, replace(GIVEN, expires_at=NOW), State.EXPIRED),
        (replace(ASKED, needs_second=True), GIVEN, State.UNREVIEWED),
        (replace(ASKED, needs_second=True), replace(GIVEN, reviewer="Bo"), State.MET),
        (replace(ASKED, needs_second=True), replace(GIVEN, reviewer="Bo", expires_at=NOW), State.EXPIRED),
    ],
    ids=["nothing given", "in date", "for good", "expires now", "alone", "seen by two", "seen by two and expired"],
)
def test_evidence_counts_in_date_and_seen_by_a_second_person(item: Item, given: Given | None, state: State) -> None:
    found = answered(item, given)
    assert found.state is state
    assert bool(found.step) is found.state.is_open


def test_a_waiver_is_an_exception_until_its_instant_and_never_hides_what_is_met() -> None:
    assert answered(given=None, waived=WAIVED).state is State.WAIVED
    assert answered(given=None, waived=replace(WAIVED, until_at=NOW)).state is State.MISSING
    assert answered(waived=WAIVED).state is State.MET
    proven = by_proof(item=PROVEN, tier=1, answer=unknown("?"), waived=WAIVED, now=NOW)
    assert (proven.state, proven.is_missing) == (State.WAIVED, False)


def test_the_verdict_counts_required_items_only() -> None:
    missing, fine, waived = answered(given=None), answered(), answered(given=None, waived=WAIVED)
    optional = by_evidence(item=ASKED, tier=4, given=None, waived=None, now=NOW, url="")
    assert tally([fine, optional]).verdict is Verdict.READY
    assert tally([fine, waived]).verdict is Verdict.READY_WITH_EXCEPTIONS
    found = tally([fine, waived, missing, optional])
    assert (found.verdict, found.missing, found.required, found.optional) == (Verdict.NOT_READY, 1, 3, 1)
    assert tally([]).verdict is Verdict.READY
    order = [fine, waived, optional, missing]
    assert in_order(order) == [missing, optional, waived, fine]


def test_other_words_are_shown_to_whoever_may_not_read_what_it_names() -> None:
    named = met("secret run 7", "/runs/7/", team_ids={4, 5}, elsewhere="a run of another team")
    assert named.shown(may_read=[4, 5, 6]) == named
    hidden = named.shown(may_read=[4])
    assert (hidden.state, hidden.text, hidden.url) == (Found.MET, "a run of another team", "")
    frozen = frozen_of([by_proof(item=PROVEN, tier=1, answer=named, waived=None, now=NOW), answered()])
    assert shown(frozen, may_read=[4, 5])[0]["text"] == "secret run 7"
    assert "secret" not in str(shown(frozen, may_read=[4]))
    assert "team_ids" not in shown(frozen, may_read=[4, 5])[0]
    assert frozen[1]["evidence"]["expires_at"] == "2026-03-10T12:00:00Z"


def test_people_are_reminded_once_before_and_once_after() -> None:
    ends = NOW + 20 * DAY
    asked: dict[str, Any] = {"expires_at": ends, "remind_days": 14}
    assert (stage_at(**asked, now=NOW), next_after(**asked, now=NOW)) == (None, NOW + 6 * DAY)
    assert (stage_at(**asked, now=NOW + 6 * DAY), next_after(**asked, now=NOW + 6 * DAY)) == (Stage.BEFORE, ends)
    assert (stage_at(**asked, now=ends), next_after(**asked, now=ends)) == (Stage.EXPIRED, None)
    never_before: dict[str, Any] = {"expires_at": ends, "remind_days": 0}
    assert (stage_at(**never_before, now=NOW), next_after(**never_before, now=NOW)) == (None, ends)
