"""Lines of several processes on one terminal: each with the name of its process, whole lines only. JSON stays JSON."""

from __future__ import annotations

import json
import os
import selectors
import sys
from typing import IO

_NAME_WIDTH = 7
_PIECE_BYTES = 65536


def say(text: str) -> None:
    """A line of the supervisor itself."""
    write_line("up", text)


def write_line(name: str, text: str) -> None:
    line = _as_json(name, text) if os.environ.get("LOG_FORMAT") == "json" else f"{name:<{_NAME_WIDTH}} | {text}"
    # A closed terminal or a full log disk must not end the supervisor.
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        return


def _as_json(name: str, text: str) -> str:
    """One JSON object per line whoever wrote it, with the name of its process."""
    try:
        content = json.loads(text)
    except ValueError:
        content = text
    if isinstance(content, dict):
        return json.dumps({"process": name, **content})
    return json.dumps({"process": name, "event": text})


class Console:
    """Reads the pipes of all children and writes what they say."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._rests: dict[int, bytes] = {}

    def listen(self, name: str, pipe: IO[bytes]) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._selector.register(pipe, selectors.EVENT_READ, name)

    def pump(self, seconds: float) -> None:
        """Write what arrives within *seconds*; returns early when something did."""
        for key, _ in self._selector.select(seconds):
            pipe = key.fileobj
            try:
                piece = os.read(key.fd, _PIECE_BYTES)
            except BlockingIOError:
                continue
            *lines, rest = (self._rests.pop(key.fd, b"") + piece).split(b"\n")
            for line in lines:
                write_line(key.data, line.decode(errors="replace"))
            if piece:
                self._rests[key.fd] = rest
                continue
            if rest:
                write_line(key.data, rest.decode(errors="replace"))
            self._selector.unregister(pipe)
            pipe.close()  # type: ignore[union-attr]  # only pipes are registered
