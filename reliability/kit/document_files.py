"""The files that a command names: YAML and JSON documents, those of directories included."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FILES_MAX = 2_000
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})


class DocumentFilesError(Exception):
    """A file or directory that cannot be taken; the message says what to change."""

    reason = "unreadable_files"


def read_document_files(names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """(what problems call it, content) of every file named; `-` is standard input.

    Directories give their files in the order of their paths, without hidden ones such as those of `.git`. Raises
    DocumentFilesError for a file that cannot be read, a directory without documents, and too many files.
    """
    count = 0
    for name in names:
        for path in _paths(name):
            count += 1
            if count > FILES_MAX:
                raise DocumentFilesError(f"more than {FILES_MAX:,} files: name fewer directories")
            yield _read(path)


def _paths(name: str) -> list[Path]:
    path = Path(name)
    if name == "-" or not path.is_dir():
        return [path]
    found = [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix in _SUFFIXES
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not found:
        raise DocumentFilesError(f"{name} holds no .yaml, .yml or .json file")
    return found


def _read(path: Path) -> tuple[str, bytes]:
    if str(path) == "-":
        return "standard input", sys.stdin.buffer.read()
    try:
        return str(path), path.read_bytes()
    except OSError as error:
        raise DocumentFilesError(f"{path} cannot be read: {error.strerror}") from error
