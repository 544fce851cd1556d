"""What of a long text is shown at once."""

from __future__ import annotations

import pytest

from incidents.response.views.folding import LETTERS_SHOWN, folded

LINE = "Customer impact: 5,695 of 76,586 events were bad in the last hour."


def test_a_short_text_is_shown_whole() -> None:
    assert (folded(LINE).lead, folded(LINE).rest) == (LINE, "")
    assert folded("\n".join([LINE] * 5)).rest == ""


def test_the_first_lines_of_a_long_text_are_shown_and_nothing_is_lost() -> None:
    text = "\n".join(f"{number} {LINE}" for number in range(12))
    shown = folded(text)
    assert shown.lead.endswith(f"3 {LINE}")
    assert f"{shown.lead}\n{shown.rest}" == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 400, id="one long line is cut between words"),
        pytest.param("x" * 5_000, id="one long word is cut"),
        pytest.param("\n".join(["word " * 60] * 9), id="long lines are cut between lines"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_shown_at_once_is_bounded(text: str) -> None:
    shown = folded(text)
    assert len(shown.lead) <= LETTERS_SHOWN
    assert (shown.lead + shown.rest).replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")
