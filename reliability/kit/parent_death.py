"""Dying with the parent process, where the system can do that (Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent_pid: int | None = None) -> None:
    """Ask the kernel to kill this process when its parent ends, however that ends. Nothing happens off Linux.

    parent_pid: the parent it should have; when that is gone already the process ends at once. Called between
    fork and exec, so it allocates little and imports nothing. Source: prctl(2), PR_SET_PDEATHSIG.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent_pid is not None and os.getppid() != parent_pid:
        os._exit(1)
