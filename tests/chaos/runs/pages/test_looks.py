"""States, verdicts, answers and steps look the same on every page: one table of looks, no tone chosen in a template."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from chaos.runs.domain.guards import Answer
from chaos.runs.domain.progress import Mark
from chaos.runs.domain.states import State, UndoState, Verdict
from reliability.web.states import all_states, look_of
from tests.architecture.sources import ROOT

SHOWN: list[StrEnum] = [
    *(one for one in State if one is not State.ENDED),  # then its verdict is shown
    *Verdict,
    *Answer,
    *UndoState,
    *Mark,
]
WORSE = {"good": 0, "none": 1, "busy": 1, "info": 1, "warn": 2, "bad": 3, "sev1": 4}
_CHOSEN = re.compile(
    r"==\s*[\"'](?:go|wait|no|held|deviated|aborted|done|cut_short)[\"'][^%]*%\}\s*(?:tone-)?(?:good|warn|bad)"
)


@pytest.mark.parametrize("state", SHOWN, ids=lambda one: f"{type(one).__name__} {one}")
def test_each_has_a_look_of_its_own(state: StrEnum) -> None:
    assert state.value in all_states()


def test_answers_and_verdicts_get_worse_in_their_order() -> None:
    for row in (
        [Answer.GO, Answer.WAIT, Answer.NO],
        [Verdict.HELD, Verdict.INCONCLUSIVE, Verdict.ABORTED, Verdict.DEVIATED, Verdict.FAILED_TO_UNDO],
        [UndoState.VERIFIED, UndoState.UNDONE, UndoState.RECORDED, UndoState.FAILED],
    ):
        tones = [WORSE[look_of(one).tone] for one in row]
        assert tones == sorted(set(tones)), row


def test_no_template_chooses_a_tone_for_them() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "templates").rglob("*.html")
        for match in _CHOSEN.finditer(path.read_text())
    ]
    assert not found
