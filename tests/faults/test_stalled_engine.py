"""Fault 33: nobody does the work. The operators hear of it, and what the platform sends out as its sign of life stops.

Nothing is shortened: the two installations stall at the same time, since most of the time is spent waiting.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.faults.paging import EMBEDDED, SERVERS, Bench, keys_of, running_bench
from tests.servers.receivers import HttpReceiver, Received, Scripted, SmtpReceiver, recording_http, recording_smtp

pytestmark = pytest.mark.faults

TOLD_SECONDS_MAX = 300.0
PAGE_SECONDS_MAX = 10.0
SIGN_OF_LIFE_SECONDS = 60.0
STALLED, OVER = "[localhost] Pages are not being sent", "[localhost] Pages are being sent again"


@dataclass
class Watched:
    """An installation with operators, somebody outside who expects its sign of life, and somebody to page."""

    bench: Bench
    operators: HttpReceiver
    mail: SmtpReceiver
    outside: HttpReceiver
    paged: HttpReceiver
    stalled_at: float = 0.0
    recovered_at: float = 0.0
    stopped: int = 0  # the process that stands still

    def stall(self) -> None:
        """Embedded: the worker hangs. Beside servers: all workers are dead, and nobody starts them again."""
        product = self.bench.product
        children = product.children()
        if self.bench.redis is None:
            self._stop(children["worker"])
        else:
            self._stop(product.process.pid)
            for pid in set(product.descendants()) - {children["web"], children["beat"]}:
                os.kill(pid, signal.SIGKILL)
        self.stalled_at = time.monotonic()

    def _stop(self, pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)
        self.stopped = pid

    def recover(self) -> None:
        if self.stopped:
            os.kill(self.stopped, signal.SIGCONT)
            self.recovered_at, self.stopped = time.monotonic(), 0

    def told(self) -> list[str]:
        return [request.json()["title"] for request in self.since_the_stall()]

    def since_the_stall(self) -> list[Received]:
        """A start that takes long on a busy machine may have been told before."""
        return [request for request in self.operators.received if request.at > self.stalled_at]


@contextmanager
def watched(kind: str, directory: Path) -> Iterator[Watched]:
    with ExitStack() as stack:
        operators, outside, paged = (stack.enter_context(recording_http()) for _ in range(3))
        paged.script[:] = [Scripted(503)]
        mail = stack.enter_context(recording_smtp())
        environment = {
            "OPERATORS_EMAIL": "operators@example.org",
            "OPERATORS_WEBHOOK_URL": operators.url,
            "HEARTBEAT_URL": outside.url,
            "EMAIL_HOST": mail.host,
            "EMAIL_PORT": str(mail.port),
            "EMAIL_TLS": "none",
            "WORKER_POOL": "prefork" if kind == SERVERS else "threads",
        }
        bench = stack.enter_context(running_bench(kind, directory, **environment))
        one = Watched(bench, operators, mail, outside, paged)
        stack.callback(one.recover)
        yield one


def test_an_engine_that_stalls_is_told_and_its_sign_of_life_stops_until_it_works_again(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with ExitStack() as stack:
        both = {kind: stack.enter_context(watched(kind, tmp_path / kind)) for kind in (EMBEDDED, SERVERS)}
        for one in both.values():
            one.outside.wait_for(1, seconds=60)
            one.bench.page("stalled", [one.paged])
            one.paged.wait_for(1, seconds=30)  # and there will be a next try
            one.stall()
            one.paged.script[:] = [Scripted(204)]
        for kind, one in both.items():
            _the_operators_are_told(one, kind, record_property)
            _nothing_says_that_it_lives(one)
        for one in both.values():
            one.recover()
        for one in both.values():
            _it_works_again(one)


def _the_operators_are_told(one: Watched, kind: str, record: Callable[[str, object], None]) -> None:
    one.bench.product.wait_until(lambda: bool(one.told()), seconds=TOLD_SECONDS_MAX, what="that the operators are told")
    told = one.since_the_stall()[0]
    record(f"seconds until the operators are told, {kind}", round(told.at - one.stalled_at))
    assert told.at - one.stalled_at < TOLD_SECONDS_MAX
    assert told.json()["title"] == STALLED
    assert "no tick since" in told.json()["text"]
    one.bench.product.wait_until(lambda: one.mail.mails[-1:] != [], seconds=20, what="the mail")
    mail = one.mail.mails[-1]
    assert STALLED in str(message_from_bytes(mail.content, policy=default)["subject"])
    assert mail.recipients == ("operators@example.org",)


def _nothing_says_that_it_lives(one: Watched) -> None:
    assert time.monotonic() - one.stalled_at > 1.5 * SIGN_OF_LIFE_SECONDS, "one sign of life would have been due"
    assert [sign for sign in one.outside.received if sign.at > one.stalled_at + 1] == []
    assert one.bench.states("stalled") == ["waiting"]


def _it_works_again(one: Watched) -> None:
    one.bench.wait_until_recovered("stall")
    assert one.bench.wait_until_sent("stalled", seconds=30) < PAGE_SECONDS_MAX
    assert len(set(keys_of(one.paged))) == 1
    one.bench.product.wait_until(lambda: one.told() == [STALLED, OVER], seconds=60, what="that it is over")
    signs = len([sign for sign in one.outside.received if sign.at < one.recovered_at])
    one.outside.wait_for(signs + 1, seconds=2 * SIGN_OF_LIFE_SECONDS)
