"""The working directory of a run's process, locked for as long as its agent lives: what has no holder is removed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX = "chaos-run-"


class Place:
    """A new empty directory. Raises OSError when none can be made."""

    def __init__(self) -> None:
        while not self._is_taken():
            pass

    def _is_taken(self) -> bool:
        """Whether it is ours; another agent that sweeps may have been quicker than our lock."""
        self.path = tempfile.mkdtemp(prefix=_PREFIX)
        descriptor = _locked(Path(self.path))
        if descriptor is None:
            return False
        self._descriptor = descriptor
        return True

    def remove(self) -> None:
        """With all that is in it. Once."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._descriptor)


def sweep() -> None:
    """Remove those of agents that were killed, which could not do it themselves."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        descriptor = _locked(path)
        if descriptor is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)


def _locked(path: Path) -> int | None:
    """The directory of our own, open and locked; None when it has a holder, is gone, or is somebody else's."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    with suppress(OSError):
        if os.fstat(descriptor).st_uid == os.geteuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
    os.close(descriptor)
    return None
