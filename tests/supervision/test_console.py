"""Lines of several processes on one terminal."""

from __future__ import annotations

import json
import os

import pytest

from reliability.supervision.console import Console, write_line


def test_lines_carry_the_name_of_their_process(capsys: pytest.CaptureFixture[str]) -> None:
    write_line("web", "started")
    assert capsys.readouterr().out == "web     | started\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '{"event": "x", "code": 200}', {"process": "web", "event": "x", "code": 200}, id="JSON gets the name"
        ),
        pytest.param("a warning", {"process": "web", "event": "a warning"}, id="text becomes an event"),
        pytest.param("[1]", {"process": "web", "event": "[1]"}, id="JSON that is no object is text"),
    ],
)
def test_json_logs_stay_one_object_per_line(
    text: str, expected: dict[str, object], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    write_line("web", text)
    assert json.loads(capsys.readouterr().out) == expected


def test_a_line_that_arrives_in_pieces_is_written_once_and_a_rest_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reading, writing = os.pipe()
    console = Console()
    console.listen("beat", os.fdopen(reading, "rb", buffering=0))
    for piece in (b"one li", b"ne\ntwo\nre"):
        os.write(writing, piece)
        console.pump(1.0)
    os.write(writing, b"st")
    os.close(writing)
    console.pump(1.0)
    console.pump(1.0)
    assert capsys.readouterr().out.splitlines() == ["beat    | one line", "beat    | two", "beat    | rest"]
