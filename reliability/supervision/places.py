"""Where the embedded mode keeps things. Standard library only: settings and the supervisor both read it."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# The kernel's bound on a unix socket's path is 108 bytes on Linux, 104 on macOS.
_SOCKET_PATH_BYTES_MAX = 100


def data_dir(*, is_demo: bool) -> Path:
    """DATA_DIR, or `var`; the demo, whose password everyone knows, has its own `var/demo`."""
    return Path(os.environ.get("DATA_DIR") or (ROOT / "var" / "demo" if is_demo else ROOT / "var")).resolve()


def demo_note(directory: Path) -> Path:
    """The log-in of the demo, written by the demo's loader: where it lies, an account with a known password exists."""
    return directory / "demo_login.txt"


def demo_host() -> str:
    """Where the demo's service for experiments listens: an address of its own, so that leave to reach it is no leave
    to reach what else listens on this machine. Systems other than Linux know one loopback address only.
    """
    return "127.83.0.1" if sys.platform == "linux" else "127.0.0.1"


def short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def broker_socket(directory: Path) -> Path:
    """The embedded broker's socket in the data directory, or in the temporary one when that path is too long."""
    path = directory / "broker.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES_MAX:
        return path
    return Path(tempfile.gettempdir()) / f"reliability-{os.getuid()}-{short_hash(directory)}" / "broker.sock"
