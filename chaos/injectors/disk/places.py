"""Where a fill may put its file: no system directory, and the file system of / only when the target says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chaos.injectors.protocol import InjectorError

# A full one of these takes the machine down, or is no file system that fills.
_NEVER = ("/proc", "/sys", "/dev")
_MAY_BE_BELOW = "/dev/shm"  # noqa: S108  memory that programs share; a file system of its own
_SYSTEM_BELOW = ("/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/run", "/sbin", "/usr")
_SYSTEM = ("/", "/home", "/root", "/var", "/var/lib", *_SYSTEM_BELOW)


def problem(path: str, *, may_be_system: bool) -> str:
    """Why no file is put into the directory of that path; blank: it may be. Looks at the path only."""
    if not path.startswith("/") or ".." in path.split("/"):
        return f"directory must be a whole path from /, got {path!r}"
    plain = os.path.normpath(path)
    if _is_in(plain, _NEVER) and not _is_in(plain, (_MAY_BE_BELOW,)):
        return f"directory {plain} is no place for files"
    if not may_be_system and (plain in _SYSTEM or _is_in(plain, _SYSTEM_BELOW)):
        return f"directory {plain} is the system's: set may_be_system if you mean it"
    return ""


@contextmanager
def opened(config: Mapping[str, Any]) -> Iterator[int]:
    """The target's directory, held open: what is done in it cannot be led elsewhere. Raises InjectorError."""
    named = str(config["directory"])
    real = os.path.realpath(named)
    why = problem(real, may_be_system=config["may_be_system"])
    if why:
        raise InjectorError(why, is_permanent=True)
    try:
        descriptor = _open(real)
    except OSError as error:
        raise InjectorError(f"directory {named} cannot be opened: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def opened_again(named: str) -> Iterator[int | None]:
    """To take something back, wherever that was; None when the directory is gone. Raises InjectorError."""
    try:
        descriptor = _open(os.path.realpath(named))
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    except OSError as error:
        raise InjectorError(f"directory {named} cannot be opened: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def check_file_system(descriptor: int, *, config: Mapping[str, Any]) -> None:
    """Raises InjectorError when it is the file system of / and the target does not say that it may be filled."""
    is_root = os.fstat(descriptor).st_dev == Path("/").stat().st_dev
    if is_root and not config["may_be_system"]:
        raise InjectorError(
            f"directory {config['directory']} lies on the file system of /, which the whole machine needs: "
            "set may_be_system if you mean it",
            is_permanent=True,
        )


def _is_in(path: str, directories: tuple[str, ...]) -> bool:
    return any(path == directory or path.startswith(f"{directory}/") for directory in directories)
