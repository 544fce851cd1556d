"""Where an action may go from where it is, and when words are needed."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from incidents.actions.domain.drafts import TITLE_MAX, ActionDraft, mistakes_of
from incidents.actions.domain.states import (
    CLOSED,
    FOLLOWS,
    LIVE,
    TODO,
    Priority,
    State,
    is_overdue,
    mistake_of_move,
    needs_reason,
)


def test_nobody_moves_an_action_to_proven() -> None:
    assert all(State.VERIFIED not in following for following in FOLLOWS.values())
    for state in LIVE:
        assert "only its proof makes it proven" in mistake_of_move(state=state, to=State.VERIFIED)


def test_every_state_can_be_left_and_says_where_to() -> None:
    assert set(FOLLOWS) == set(State) == {*LIVE, *CLOSED}
    for state, to in product(State, State):
        mistake = mistake_of_move(state=state, to=to)
        assert (mistake == "") == (to in FOLLOWS[state])
    assert "from there it goes to open" in mistake_of_move(state=State.CANCELLED, to=State.DONE)


def test_words_are_needed_to_close_without_proof_and_to_open_again_only() -> None:
    wanted = {(state, to) for state in State for to in FOLLOWS[state] if needs_reason(state=state, to=to)}
    without_proof = {(state, to) for state in LIVE for to in (State.UNPROVEN, State.CANCELLED)}
    again = {(state, State.OPEN) for state in CLOSED} | {(State.DONE, to) for to in TODO}
    assert wanted == without_proof | again


def test_what_is_due_today_is_not_overdue_and_what_is_done_never_is() -> None:
    today = date(2026, 11, 21)
    assert not is_overdue(state=State.OPEN, due_on=today, today=today)
    assert is_overdue(state=State.IN_PROGRESS, due_on=date(2026, 11, 20), today=today)
    assert not is_overdue(state=State.DONE, due_on=date(2026, 11, 20), today=today)
    assert not is_overdue(state=State.OPEN, due_on=None, today=today)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, {"title"}),
        ({"title": "x" * (TITLE_MAX + 1)}, {"title"}),
        ({"kind": "hope", "priority": "asap", "proof": "trust"}, {"kind", "priority", "proof"}),
        ({"proof": "experiment"}, {"experiment"}),
        ({"proof": "slo", "slo_days": 0}, {"slo", "slo_days"}),
        ({"proof": "check"}, {"checker"}),
        ({"proof": "check", "checker_id": 3, "owner_id": 3}, {"checker"}),
        ({"due_on": date(1999, 12, 31)}, {"due_on"}),
        ({"proof": "check", "checker_id": 3, "owner_id": 4}, set()),
    ],
)
def test_a_draft_says_what_is_wrong_at_the_field(fields: dict[str, object], wrong: set[str]) -> None:
    draft = ActionDraft(**{"title": "Bound the pool", **fields})  # type: ignore[arg-type]  # of the table above
    assert {field for field, _ in mistakes_of(draft)} == wrong


def test_a_draft_keeps_of_the_proof_only_what_it_needs() -> None:
    draft = ActionDraft(title=" Bound it ", proof="check", checker_id=3, slo_id=9, slo_days=14, experiment_id=7)
    fields = draft.fields()
    assert (fields["title"], fields["checker_id"], fields["priority_rank"]) == ("Bound it", 3, Priority.NORMAL.rank)
    assert (fields["slo_id"], fields["slo_days"], fields["experiment_id"]) == (None, None, None)
