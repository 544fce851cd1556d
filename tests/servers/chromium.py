"""Debian's Chromium for the journeys."""

from __future__ import annotations

import shutil

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class ChromiumMissingError(Exception):
    """No Chromium on this machine."""


def chromium_path() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise ChromiumMissingError("Chromium is missing: sudo apt-get install chromium")
    return found
