"""Static files over ASGI, as the product serves them: whole answers, no warning, ranges and "not modified" kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

CONTENT = b"body { color: black }\n" * 1000


@pytest.fixture
def ask(settings: Any, tmp_path: Path) -> Any:
    """`ask("/static/site.css", range="bytes=0-3")` through the whole stack of middleware; warnings fail the test."""
    (tmp_path / "site.css").write_bytes(CONTENT)
    settings.STATIC_ROOT = tmp_path

    def get(path: str, **headers: str) -> Any:
        return async_to_sync(AsyncClient().get)(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return get


def test_a_file_is_sent_whole(ask: Any) -> None:
    answer = ask("/static/site.css")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert not answer.streaming
    assert answer["Content-Type"].startswith("text/css")
    assert answer["Content-Length"] == str(len(CONTENT))


def test_a_part_of_a_file_is_sent_when_asked_for(ask: Any) -> None:
    answer = ask("/static/site.css", range="bytes=5-9")
    assert (answer.status_code, answer.content) == (206, CONTENT[5:10])
    assert answer["Content-Range"] == f"bytes 5-9/{len(CONTENT)}"


def test_a_file_that_was_not_modified_is_not_sent_again(ask: Any) -> None:
    etag = ask("/static/site.css")["ETag"]
    answer = ask("/static/site.css", if_none_match=etag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert "Content-Type" not in answer


def test_a_file_that_is_not_there_is_not_found(ask: Any) -> None:
    assert ask("/static/none.css").status_code == 404
