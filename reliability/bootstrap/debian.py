"""Debian packages: installed when we may, named when we may not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence


def can_install() -> bool:
    """Whether this is a system with apt-get and we are root, or sudo asks for no password."""
    return shutil.which("apt-get") is not None and _privileges() is not None


def install(packages: Sequence[str]) -> bool:
    """Install the packages without questions; returns whether that worked."""
    privileges = _privileges()
    if privileges is None:
        return False
    apt = [*privileges, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    wanted = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    if _run(wanted):
        return True
    return _run([*apt, "update"]) and _run(wanted)  # a fresh system knows no package yet


def _privileges() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None or not _run([sudo, "-n", "true"]):
        return None
    return [sudo, "-n"]


def _run(command: list[str]) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603  apt-get
