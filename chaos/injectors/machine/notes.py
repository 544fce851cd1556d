"""What was done for each fault on this machine, noted before it is done; and one holder of a fault at a time.

A note outlives the process that wrote it. It lies where the same user finds it again: in /run for root, which a reboot
empties as it ends most faults, otherwise in /tmp.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from chaos.injectors.protocol import InjectorError

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_WAIT_SECONDS = 30.0
_KEPT_SECONDS = 7 * 24 * 3600.0


class Note:
    """The note of one fault, open for its only holder. descriptor: whoever has it open holds the fault too."""

    def __init__(self, *, path: Path, descriptor: int) -> None:
        self._path = path
        self.descriptor = descriptor
        self.values: dict[str, Any] = _read(path)

    @property
    def is_undone(self) -> bool:
        return bool(self.values.get("is_undone"))

    def write(self, **values: Any) -> None:
        """Add to what is noted, all of it or nothing. Raises InjectorError when it cannot be written."""
        self.values = {**self.values, **values}
        new = self._path.with_suffix(".new")
        try:
            new.write_text(json.dumps(self.values))
            new.replace(self._path)
        except OSError as error:
            raise InjectorError(f"no note of the fault could be written to {self._path}: {error.strerror}") from error

    def end(self, **values: Any) -> None:
        """From here on the fault is not put in place any more. What was taken back stays so if this cannot be kept."""
        with suppress(InjectorError):
            self.write(is_undone=True, **values)


def check_key(key: str) -> str:
    """The key, fit for the name of a file. Raises InjectorError."""
    if not _KEY.fullmatch(key):
        raise InjectorError(f"{key[:120]!r} is no key of a fault: letters, digits, '-', '_' and '.'", is_permanent=True)
    return key


def directory() -> Path:
    """Where notes lie, made when missing. Raises InjectorError when somebody else could write there."""
    path = _path()
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise InjectorError(f"notes of faults cannot be kept in {path}: {error.strerror}") from error
    if path.is_symlink() or not path.is_dir() or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise InjectorError(
            f"{path} must be a directory that only its owner may write to: remove it", is_permanent=True
        )
    return path


def _path() -> Path:
    uid = os.geteuid()
    elsewhere = f"/tmp/reliability-chaos-{uid}"  # noqa: S108  its owner and mode are checked before it is used
    return Path("/run/reliability-chaos" if uid == 0 and os.access("/run", os.W_OK) else elsewhere)


@contextmanager
def held(key: str) -> Iterator[Note]:
    """The note of a fault, after whoever holds it lets go: a holder that dies lets go too. Raises InjectorError."""
    path = directory() / f"{check_key(key)}.json"
    descriptor = _locked(path.with_suffix(".lock"))
    try:
        yield Note(path=path, descriptor=descriptor)
    finally:
        os.close(descriptor)


def noted(key: str) -> Mapping[str, Any]:
    """What is noted of a fault, without waiting for its holder."""
    return _read(directory() / f"{check_key(key)}.json")


def sweep() -> None:
    """Remove what belongs to faults that were taken back long ago."""
    with suppress(OSError):
        for path in directory().glob("*.json"):
            is_old = _age(path) > _KEPT_SECONDS
            if is_old and _read(path).get("is_undone"):
                for suffix in (".lock", ".log", ".guardian", ".json"):
                    path.with_suffix(suffix).unlink(missing_ok=True)


def _locked(path: Path) -> int:
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise InjectorError(f"{path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise InjectorError(f"another process has been busy with the fault {path.stem} for long") from None
            time.sleep(0.02)
        os.close(descriptor)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _age(path: Path) -> float:
    """Seconds since the file was written, by the clock of its own file system."""
    probe = path.parent / ".clock"
    probe.touch()
    return probe.stat().st_mtime - path.stat().st_mtime
