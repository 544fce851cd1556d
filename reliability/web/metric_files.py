"""The files in METRICS_DIR, one of each type for a process, and one for all processes that are gone.

A process locks a file of its own for as long as it lives. The kernel frees the lock however the process ends, and
containers that share the directory see each other's locks, though not each other's process ids.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from prometheus_client.mmap_dict import MmapedDict

logger = structlog.get_logger(__name__)

PAST = "past"
# A process that has just made its file may not have locked it yet.
_SETTLED = timedelta(minutes=1)
# Types whose values of several processes add up; a histogram's buckets are kept apart in these files.
_ADDED_UP = frozenset({"counter", "histogram", "summary"})

_names: dict[int, str] = {}
_locks: list[int] = []  # the open file, for as long as the process lives


def process_name() -> str:
    """The same for as long as this process lives, and no other's. Containers share process ids: hence the host."""
    pid = os.getpid()
    if pid not in _names:
        name = f"{socket.gethostname().replace('_', '-')}-{pid}"
        while _locks:  # after a fork: the parent's, which stays locked by the parent
            os.close(_locks.pop())
        path = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) / f"{name}.alive"
        lock = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        _locks.append(lock)
        _names.clear()
        _names[pid] = name
    return _names[pid]


@contextmanager
def undisturbed(directory: Path) -> Iterator[None]:
    """While somebody reads, nothing is folded: it would count twice, or not at all."""
    with _locked(directory, fcntl.LOCK_SH):
        yield


def fold(*, directory: Path, now: datetime) -> int:
    """Add the counts of processes that are gone to one file of each type, and remove theirs.

    Returns how many processes. Gauges of a process that is gone are forgotten.
    """
    with _locked(directory, fcntl.LOCK_EX):
        gone = _gone(directory, now=now)
        paths = [path for path in sorted(directory.glob("*.db")) if _name_of(path) in gone]
        for kind in sorted({_type_of(path) for path in paths} & _ADDED_UP):
            _add_up([path for path in paths if _type_of(path) == kind], into=directory / f"{kind}_{PAST}.db")
        for path in paths:
            path.unlink()
        for name in gone:
            (directory / f"{name}.alive").unlink(missing_ok=True)
    return len(gone)


@contextmanager
def _locked(directory: Path, operation: int) -> Iterator[None]:
    with (directory / "fold.lock").open("a") as lock:
        fcntl.flock(lock, operation)
        yield


def _gone(directory: Path, *, now: datetime) -> set[str]:
    files = [*directory.glob("*.db"), *directory.glob("*.alive")]
    young = {_name_of(path) for path in files if _changed_at(path) > now - _SETTLED}
    names = {_name_of(path) for path in files} - young - {PAST}
    return {name for name in names if not _is_held(directory / f"{name}.alive")}


def _is_held(path: Path) -> bool:
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _add_up(paths: list[Path], *, into: Path) -> None:
    """In a copy that then takes the place of *into*, so that an interruption leaves either the old or the new."""
    copy = into.with_suffix(".folding")
    copy.unlink(missing_ok=True)
    if into.exists():
        shutil.copyfile(into, copy)
    sums = MmapedDict(str(copy))  # type: ignore[no-untyped-call]  # prometheus_client
    for path in paths:
        try:
            entries = list(MmapedDict.read_all_values_from_file(str(path)))  # type: ignore[no-untyped-call]  # as above
        except (RuntimeError, ValueError, struct.error) as error:
            logger.warning("metrics_file_unreadable", path=str(path), error=str(error))
            continue
        for key, value, _, _ in entries:
            before, _ = sums.read_value(key)  # type: ignore[no-untyped-call]  # as above
            sums.write_value(key, before + value, 0.0)  # type: ignore[no-untyped-call]  # as above
    sums.close()  # type: ignore[no-untyped-call]  # as above
    copy.replace(into)


def _type_of(path: Path) -> str:
    return path.stem.partition("_")[0]


def _name_of(path: Path) -> str:
    """`counter_NAME.db`, `gauge_livesum_NAME.db`, `NAME.alive`."""
    return path.stem.rpartition("_")[2]


def _changed_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)  # removed meanwhile: none of our business
