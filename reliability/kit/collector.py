"""Python's garbage collector, told to wait."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0
_was_on = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Make many objects without a search for garbage every few hundred of them; what is due is searched afterwards.

    Reading 10,000 objectives makes some 100,000 objects, all of which stay: searching among them again and again took
    a third of the time. The collector belongs to the whole process, so other threads' cycles wait, too: pause it for
    well under a second. Pauses may overlap; the last one to end puts the collector back as the first one found it.
    """
    global _pauses, _was_on
    with _lock:
        if not _pauses:
            _was_on = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses and _was_on:
                gc.enable()
