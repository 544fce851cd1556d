"""The escalation as a state machine: it ends, skips nothing, tells each step once a pass, and refuses what is stale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.paging.domain.escalation import (
    LAST_RESORT_DELAY,
    Move,
    MoveKind,
    Reason,
    Standing,
    by_hand,
    first_move,
    next_move,
    place_of_stage,
    same_step,
    stage_of,
)
from incidents.paging.domain.frozen import NO_POLICY, FrozenPolicy, FrozenStep, FrozenTarget, TargetKind

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
ANA = FrozenTarget(TargetKind.USER, 1, "Ana")


def step(minutes: int, *targets: FrozenTarget, round_robin: bool = False, turn: int = 0) -> FrozenStep:
    return FrozenStep(delay=timedelta(minutes=minutes), targets=targets or (ANA,), round_robin=round_robin, turn=turn)


def policy(*minutes: int, repeat: int = 0, last_resort: int | None = None) -> FrozenPolicy:
    return FrozenPolicy(
        slug="checkout",
        title="Checkout",
        steps=tuple(step(delay) for delay in minutes),
        repeat=repeat,
        last_resort=None if last_resort is None else step(last_resort),
    )


def walk(frozen: FrozenPolicy, is_heard: Callable[[Move], bool] = lambda _: True) -> list[Move]:
    """Every move from the beginning on when nobody acknowledges."""
    moves = [first_move(frozen=frozen, at=NOW)]
    while moves[-1].kind is not MoveKind.EXHAUSTED:
        here = moves[-1]
        moves.append(next_move(frozen=frozen, move=here, heard_at=here.at if is_heard(here) else None))
        assert len(moves) < 1000, "it does not end"
    return moves


def told(moves: list[Move]) -> list[tuple[int, int]]:
    return [(move.pass_number, move.step) for move in moves if move.kind is MoveKind.STEP]


def minutes_of(moves: list[Move]) -> list[int]:
    return [int((move.at - NOW).total_seconds() // 60) for move in moves]


def test_two_steps_and_one_repeat_are_told_four_times_then_the_last_resort_then_nothing() -> None:
    moves = walk(policy(5, 10, repeat=1, last_resort=20))
    assert told(moves) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert minutes_of(moves) == [0, 5, 15, 20, 30, 50]
    assert [move.kind for move in moves[-2:]] == [MoveKind.LAST_RESORT, MoveKind.EXHAUSTED]
    assert [move.reason for move in moves] == [
        Reason.BEGAN,
        Reason.NOT_ACKNOWLEDGED,
        Reason.REPEATED,
        Reason.NOT_ACKNOWLEDGED,
        Reason.PASSES_DONE,
        Reason.LAST_RESORT_SILENT,
    ]
    assert moves[2].words == "nobody acknowledged within 10 min; pass 2 of 2 begins"


def test_an_empty_step_is_left_at_once_and_says_so() -> None:
    moves = walk(policy(5, 5, 5), lambda move: move.step != 1)
    assert minutes_of(moves)[:3] == [0, 5, 5]
    assert moves[2].reason is Reason.NOBODY_ON_CALL
    assert moves[2].words == "step 2 reached nobody, so the next one is taken at once"


def test_an_empty_last_step_begins_the_next_pass_at_once() -> None:
    moves = walk(policy(5, 5, repeat=1), lambda move: move.step == 0)
    assert told(moves) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert minutes_of(moves)[:4] == [0, 5, 5, 10]


def test_a_policy_that_reaches_nobody_tells_the_last_resort_at_once_whatever_its_repeats() -> None:
    moves = walk(policy(5, 5, 5, repeat=9), lambda move: move.kind is not MoveKind.STEP)
    assert minutes_of(moves)[:4] == [0, 0, 0, 0]
    assert moves[3].kind is MoveKind.LAST_RESORT
    assert moves[3].reason is Reason.NOBODY_AT_ALL


def test_when_nobody_is_left_in_a_later_pass_the_last_resort_comes_at_once() -> None:
    moves = walk(policy(5, 5, repeat=9), lambda move: move.pass_number == 0 or move.kind is not MoveKind.STEP)
    assert told(moves) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert (minutes_of(moves)[4], moves[4].reason) == (10, Reason.NOBODY_AT_ALL)


@pytest.mark.parametrize("frozen", [NO_POLICY, policy()], ids=["no policy", "a policy without steps"])
def test_without_steps_the_last_resort_comes_first(frozen: FrozenPolicy) -> None:
    moves = walk(frozen)
    assert [move.kind for move in moves] == [MoveKind.LAST_RESORT, MoveKind.EXHAUSTED]
    assert moves[0].reason is Reason.NO_STEPS
    assert moves[1].at - moves[0].at == LAST_RESORT_DELAY


def test_the_delay_of_a_step_counts_from_the_end_of_quiet_hours_that_hold_it() -> None:
    frozen = policy(5, 5)
    morning = NOW + timedelta(hours=8)
    following = next_move(frozen=frozen, move=first_move(frozen=frozen, at=NOW), heard_at=morning)
    assert following.at == morning + timedelta(minutes=5)


def test_exhausted_stays_exhausted() -> None:
    frozen = policy(5)
    last = walk(frozen)[-1]
    assert next_move(frozen=frozen, move=last, heard_at=NOW) is last


def test_a_lapsed_acknowledgement_tells_the_same_step_again_with_its_whole_delay() -> None:
    frozen = policy(5, 10, repeat=2)
    later = NOW + timedelta(hours=1)
    again = same_step(frozen=frozen, step=1, pass_number=1, at=later, reason=Reason.ACK_LAPSED)
    assert (again.step, again.pass_number, again.at, again.reason) == (1, 1, later, Reason.ACK_LAPSED)
    following = next_move(frozen=frozen, move=again, heard_at=later)
    assert (following.step, following.pass_number, following.at) == (0, 2, later + timedelta(minutes=10))


def test_an_acknowledgement_taken_back_at_the_last_resort_tells_it_again() -> None:
    frozen = policy(5, last_resort=15)
    again = same_step(frozen=frozen, step=1, pass_number=0, at=NOW, reason=Reason.UNACKNOWLEDGED)
    assert again.kind is MoveKind.LAST_RESORT
    assert next_move(frozen=frozen, move=again, heard_at=NOW).kind is MoveKind.EXHAUSTED


def test_reopened_begins_at_the_first_step() -> None:
    move = first_move(frozen=policy(5, 5), at=NOW, reason=Reason.REOPENED)
    assert (move.step, move.pass_number, move.words) == (0, 0, "it was reopened")


def test_a_round_robin_takes_turns_over_escalations_and_passes() -> None:
    people = tuple(FrozenTarget(TargetKind.USER, number, name) for number, name in enumerate(("Ana", "Bo", "Cy")))
    rotating = step(5, *people, round_robin=True, turn=2)
    assert [group[0].name for group in rotating.in_turn(0)] == ["Cy", "Ana", "Bo"]
    assert [group[0].name for group in rotating.in_turn(1)] == ["Ana", "Bo", "Cy"]
    assert step(5, *people, turn=2).in_turn(1) == (people,)


steps_and_repeats = st.builds(
    lambda minutes, repeat, last: policy(*minutes, repeat=repeat, last_resort=last),
    st.lists(st.integers(1, 60), max_size=6),
    st.integers(0, 5),
    st.none() | st.integers(1, 60),
)


@given(steps_and_repeats, st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_every_policy_ends_skips_no_step_and_tells_each_once_a_pass(
    frozen: FrozenPolicy, empty: set[tuple[int, int]]
) -> None:
    moves = walk(frozen, lambda move: (move.pass_number, move.step) not in empty)
    every = [(number, index) for number in range(frozen.passes) for index in range(len(frozen.steps))]
    taken = told(moves)
    assert taken == every[: len(taken)], "in order, without a step left out or told twice"
    assert [move.kind for move in moves[-2:]] == [MoveKind.LAST_RESORT, MoveKind.EXHAUSTED]
    assert [move.at for move in moves] == sorted(move.at for move in moves)
    if len(taken) < len(every):
        assert moves[-2].reason is Reason.NOBODY_AT_ALL
        assert set(taken[-len(frozen.steps) :]) <= empty, "cut short only when a whole round reached nobody"
    stages = [stage_of(frozen=frozen, step=move.step, pass_number=move.pass_number) for move in moves[:-1]]
    assert len(set(stages)) == len(stages), "no stage comes twice"


@given(steps_and_repeats, st.data())
def test_a_button_escalates_once_however_often_it_is_pressed(frozen: FrozenPolicy, data: st.DataObject) -> None:
    last_stage = len(frozen.steps) * frozen.passes
    stage = data.draw(st.integers(0, last_stage))
    standing = Standing(epoch=3, stage=stage)
    pressed = Standing(epoch=data.draw(st.sampled_from([2, 3, 4])), stage=data.draw(st.integers(0, last_stage)))
    move = by_hand(frozen=frozen, standing=standing, pressed=pressed, at=NOW, by="Ana")
    if pressed != standing or stage == last_stage:
        assert move is None
        return
    assert move is not None
    assert (move.at, move.reason) == (NOW, Reason.BY_HAND)
    reached = stage_of(frozen=frozen, step=move.step, pass_number=move.pass_number)
    assert reached == stage + 1
    again = by_hand(frozen=frozen, standing=Standing(3, reached), pressed=pressed, at=NOW, by="Ana")
    assert again is None, "the same button is stale after it worked"


@given(steps_and_repeats, st.data())
def test_a_stage_names_its_step_and_pass(frozen: FrozenPolicy, data: st.DataObject) -> None:
    stage = data.draw(st.integers(0, len(frozen.steps) * frozen.passes))
    step_number, pass_number = place_of_stage(frozen=frozen, stage=stage)
    assert stage_of(frozen=frozen, step=step_number, pass_number=pass_number) == stage


@given(steps_and_repeats)
def test_a_frozen_policy_is_read_back_as_it_was_written(frozen: FrozenPolicy) -> None:
    assert FrozenPolicy.from_json(frozen.to_json()) == frozen
