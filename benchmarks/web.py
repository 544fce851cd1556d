"""The product's own web process, over the database of the stage."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from stage import DIRECTORY, ROOT

from reliability.access.models import User
from tests.servers.prometheus import free_port

START_SECONDS = 60.0


@contextmanager
def running_web() -> Iterator[int]:
    """Start the web process on a free port and hand the port out; it is ended by its own process id."""
    call_command("collectstatic", interactive=False, verbosity=0)
    port = free_port()
    log = DIRECTORY / "web.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "reliability.server"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port), "HOST": "127.0.0.1"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(port, process, lambda: log.read_text()[-3000:])
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def signed_in(user: User) -> Mapping[str, str]:
    """Headers of a browser in which *user* is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


def _await(port: int, process: subprocess.Popen[bytes], log: Callable[[], str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the web process ended at once:\n{log()}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the web process did not answer within {START_SECONDS:g} s:\n{log()}")
