"""Words with placeholders, and to whom something matters."""

from __future__ import annotations

import pytest

from incidents.stakeholders.domain.first_wordings import FIRST
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.domain.matching import Happening, Interest, why_not
from incidents.stakeholders.domain.standing import DeliveryState, Standing, standing_of
from incidents.stakeholders.domain.wording import PLACEHOLDERS, filled, mistakes_of

ANYTHING = Interest(frozenset(), 5)


def test_everybody_begins_with_words_for_each_audience_and_kind_that_hold_no_mistake() -> None:
    assert set(FIRST) == {(audience, kind) for audience in Audience for kind in EventKind}
    assert [
        mistakes_of(words.subject + words.text) for words in FIRST.values() if mistakes_of(words.subject + words.text)
    ] == []
    values = dict.fromkeys(PLACEHOLDERS, "x")
    assert not [words for words in FIRST.values() if "{" in filled(words.subject + words.text, values=values)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{servcie}", "did you mean {service}?", id="a slip names the nearest"),
        pytest.param("{}", "is no placeholder", id="an empty one is none"),
        pytest.param("{service", "a single {", id="a brace that is not closed"),
        pytest.param("service}", "a single }", id="a brace that was not opened"),
        pytest.param("{incident.team.secret}", "is no placeholder", id="nothing is looked up behind a dot"),
        pytest.param("{severity!r}", "is no placeholder", id="nothing is formatted"),
    ],
)
def test_a_mistake_says_what_to_change(text: str, said: str) -> None:
    assert said in mistakes_of(text)[0]


def test_lines_without_a_value_are_left_out_and_braces_may_be_written() -> None:
    text = "{service} fails\nImpact: {impact}\n\nNext: {next_update}\n{{kept}}"
    assert filled(text, values={"service": "Checkout", "impact": " "}) == "Checkout fails\n\n{kept}"
    assert filled("{service}", values={"service": "{impact}", "impact": "never"}) == "{impact}"


@pytest.mark.parametrize(
    ("interest", "happening", "why"),
    [
        (ANYTHING, Happening(EventKind.UPDATED, 5, frozenset({1})), ""),
        (Interest({"resolved"}, 5), Happening(EventKind.UPDATED, 1), "kind"),
        (Interest(frozenset(), 2), Happening(EventKind.UPDATED, 3), "milder than Sev2"),
        (Interest(frozenset(), 2), Happening(EventKind.MAINTENANCE, None), ""),
        (Interest(frozenset(), 5, {1}), Happening(EventKind.UPDATED, 3, frozenset({1, 2})), ""),
        (Interest(frozenset(), 5, {3}, {9}), Happening(EventKind.UPDATED, 3, frozenset({1}), frozenset({9})), ""),
        (Interest(frozenset(), 5, {3}), Happening(EventKind.UPDATED, 3, frozenset({1})), "other services"),
        (Interest(frozenset(), 5, {3}), Happening(EventKind.UPDATED, 3), ""),
    ],
    ids=[
        "who chose nothing is told everything",
        "another kind",
        "a milder severity",
        "what has no severity is never too mild",
        "one of several services",
        "an objective instead of a service",
        "another service",
        "what names no service concerns everybody",
    ],
)
def test_it_matters_to_whom_it_concerns(interest: Interest, happening: Happening, why: str) -> None:
    found = why_not(interest=interest, happening=happening)
    assert (why in found) if why else found == ""


def test_what_was_read_is_read_whatever_became_of_its_reminder() -> None:
    assert standing_of(state=DeliveryState.FAILED, attempts=3, is_read=True) is Standing.READ
    assert standing_of(state=DeliveryState.SENT, attempts=1, is_read=False) is Standing.UNREAD
    assert standing_of(state=DeliveryState.QUEUED, attempts=1, is_read=False) is Standing.RETRYING
    assert standing_of(state=DeliveryState.WAITING, attempts=0, is_read=False) is Standing.WAITING
