"""The file from which libfaketime reads by how much a process's clock is shifted. A comment in it carries the key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chaos.injectors.protocol import InjectorError

UNSHIFTED = "+0s"
_UNSHIFTED = {"+0", "-0", "+0s", "-0s"}
_SIZE_MAX = 4096
_MARK = "# reliability:"
# "+60s", "-1d", "+2,5h x0.5", "@2026-01-01 00:00:00": https://github.com/wolfcw/libfaketime#usage
_SHIFT = re.compile(
    r"(@?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|[+-]?\d{1,12}([.,]\d{1,9})?[smhdy]?)( [ix]\d{1,6}([.,]\d{1,6})?)?"
)
_NO_SHIFT = "something that is no shift"


def key_in(path: Path) -> str | None:
    """The key of the fault whose shift it holds; None: no fault's. Raises InjectorError when it cannot be read."""
    return next((line.removeprefix(_MARK).strip() for line in _lines(path) if line.startswith(_MARK)), None)


def shift_in(path: Path) -> str:
    """The shift it holds, as libfaketime reads it: the first line that is no comment.

    Of what is no shift only that is told: the path may be of any file, also of one that holds secrets.
    """
    found = next((line.strip() for line in _lines(path) if line.strip() and line[0] not in " #;"), "")
    return found if not found or _SHIFT.fullmatch(found) else _NO_SHIFT


def check_unshifted(path: Path) -> None:
    """Raises InjectorError unless it exists and shifts nothing."""
    if not path.is_file():
        raise InjectorError(f"there is no file {path}: make it with the line {UNSHIFTED}, then start the process")
    key, shift = key_in(path), shift_in(path)
    if key is not None or shift not in _UNSHIFTED:
        whose = "not by us" if key is None else f"by the fault {key}"
        raise InjectorError(f"{path} shifts the clock already by {shift!r}, {whose}: write {UNSHIFTED} into it first")


def write(path: Path, *, shift: str, key: str) -> None:
    """Replace it whole, for libfaketime must never find it empty. Raises InjectorError.

    key: of the fault; with the shift of none it is only the name of the file that is moved into place.
    """
    new = _new(path, key)
    comment = f"{_MARK}{key}\n" if shift != UNSHIFTED else ""
    try:
        new.write_text(f"{comment}{shift}\n")
        with suppress(FileNotFoundError):
            found = path.stat()
            new.chmod(found.st_mode & 0o777)
            if found.st_uid != os.geteuid():
                os.chown(new, found.st_uid, found.st_gid)
        new.replace(path)
    except OSError as error:
        raise InjectorError(f"{path} cannot be written: {error.strerror}") from error


def forget_cut_off(path: Path, *, key: str) -> None:
    """Remove what a `write` that was cut off left beside it."""
    with suppress(OSError):
        _new(path, key).unlink()


def _new(path: Path, key: str) -> Path:
    return path.with_name(f".{path.name}.{key}")


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(errors="replace") as opened:
            yield from opened.read(_SIZE_MAX).splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InjectorError(f"{path} cannot be read: {error.strerror}") from error
