"""The virtualenv: made when there is none, brought in step when the lock file has changed."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reliability.bootstrap.debian import can_install, install

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")  # the second holds everything of the first
# Pure Python without a wheel of the version that jsonpath2 pins: its set-up script is covered by its hash.
PUBLISHED_AS_SOURCE = ("antlr4-python3-runtime",)


class SetUpError(Exception):
    """Why the environment cannot be made; the message says what to do."""


def prefix() -> Path:
    """Where the virtualenv is: VENV_DIR, else .venv beside the code."""
    return Path(os.environ.get("VENV_DIR") or ROOT / ".venv")


def ensure(*, lock: str) -> Path:
    """The virtualenv's Python, with exactly what the lock file names installed. Raises SetUpError.

    An environment that holds the tests' packages serves for running, too. PREPARED=1 (containers) says that
    this Python holds everything already.
    """
    if os.environ.get("PREPARED"):
        return Path(sys.executable)
    python = prefix() / "bin" / "python"
    if _is_in_step(python, lock):
        return python
    with _one_at_a_time():
        if _is_in_step(python, lock):
            return python
        started_at = time.monotonic()
        _say(f"installing what {lock} names into {prefix()} (only after a change)")
        _make(python, lock)
        _stamp().write_text(f"{lock} {_digest(lock)}\n")
        _say(f"installed in {time.monotonic() - started_at:.0f} s")
    return python


def is_inside() -> bool:
    """Whether this very process runs in the environment that `ensure` vouches for."""
    return bool(os.environ.get("PREPARED")) or Path(sys.prefix).resolve() == prefix().resolve()


def _say(text: str) -> None:
    sys.stderr.write(f"setup   | {text}\n")


def _stamp() -> Path:
    return prefix() / "installed.lock"


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def _is_in_step(python: Path, lock: str) -> bool:
    if not python.exists() or not _stamp().is_file():
        return False
    enough = LOCKS[LOCKS.index(lock) :]
    return _stamp().read_text().strip() in {f"{name} {_digest(name)}" for name in enough}


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    prefix().parent.mkdir(parents=True, exist_ok=True)
    with prefix().with_name(f"{prefix().name}.making").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(python: Path, lock: str) -> None:
    uv = shutil.which("uv")
    if uv is not None and _succeeds([uv, "--version"]):
        sync = [uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(ROOT / lock)]
        is_made = python.exists() or _succeeds([uv, "venv", "--quiet", "--python", sys.executable, str(prefix())])
        if is_made and _succeeds(sync):
            return
        _say("uv could not do it (it does not read pip's configuration); going on with pip")
    if not python.exists() or not _succeeds([str(python), "-m", "pip", "--version"]):
        _require_venv_module()
        _run([sys.executable, "-m", "venv", "--clear", str(prefix())])
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # Wheels only: a fresh machine has no compiler, and a build would run code that no hash covers.
    wheels = ["--only-binary", ":all:", "--no-binary", ",".join(PUBLISHED_AS_SOURCE)]
    _run([*pip, "install", "--require-hashes", *wheels, "-r", str(ROOT / lock)])


def _require_venv_module() -> None:
    """Debian splits venv and ensurepip from Python; install them where that is allowed."""
    if importlib.util.find_spec("ensurepip") is not None and importlib.util.find_spec("venv") is not None:
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if can_install():
        _say(f"installing the Debian package {package}")
        if install([package]) or install(["python3-venv"]):
            return
    raise SetUpError(f"Python's venv module is missing: sudo apt-get install {package} (or install uv), then again")


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603  named above


def _run(command: list[str]) -> None:
    ended = subprocess.run(command, check=False)  # noqa: S603  uv, venv or pip, named above
    if ended.returncode:
        raise SetUpError(
            f"`{' '.join(command)}` failed (see above). Without a network, point pip at a mirror or a folder of "
            "wheels by PIP_INDEX_URL or PIP_FIND_LINKS."
        )
