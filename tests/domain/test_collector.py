from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from reliability.kit.collector import collector_paused


@pytest.fixture(autouse=True)
def _collector_on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_the_collector_waits_and_goes_on_afterwards() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_failure_ends_the_pause() -> None:
    with pytest.raises(ZeroDivisionError), collector_paused():
        _ = 1 / 0
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with collector_paused():
        pass
    assert not gc.isenabled()


def test_the_collector_goes_on_when_the_last_of_overlapping_pauses_ends() -> None:
    first_is_in, first_may_go = threading.Event(), threading.Event()

    def first() -> None:
        with collector_paused():
            first_is_in.set()
            first_may_go.wait(timeout=10)

    thread = threading.Thread(target=first)
    thread.start()
    assert first_is_in.wait(timeout=10)
    with collector_paused():
        first_may_go.set()
        thread.join(timeout=10)
        assert not gc.isenabled()
    assert gc.isenabled()
