"""The files that a command names."""

from __future__ import annotations

from pathlib import Path

import pytest

from reliability.kit.document_files import DocumentFilesError, read_document_files


def test_a_directory_gives_its_documents_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.json", "notes.txt", ".git/config.yaml", "deep/c.yml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    found = [Path(name).relative_to(tmp_path).as_posix() for name, _ in read_document_files([str(tmp_path)])]
    assert found == ["a.json", "b.yaml", "deep/c.yml"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("", "holds no .yaml, .yml or .json file", id="a directory without documents"),
        pytest.param("gone.yaml", "cannot be read: No such file", id="a file that is not there"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(DocumentFilesError, match=words):
        list(read_document_files([str(tmp_path / name)]))
