"""A supervisor for tests: starts the real process of a run, answers what it asks, keeps what it tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chaos.runner.protocol import Answer, Ask, End, Event, Job, Stop, decode, encode
from tests.architecture.sources import ROOT

Answering = Callable[[Ask], Answer]


def agree(ask: Ask) -> Answer:
    return Answer(number=ask.number, is_ok=True, value={})


@dataclass
class Supervised:
    """One child and all it said so far."""

    process: subprocess.Popen[bytes]
    answering: Answering
    events: list[Event] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    end: End | None = None

    def run_until(self, is_enough: Callable[[Event | Ask], bool]) -> Event | Ask | None:
        """Serve the child until it says something of that kind, or ends."""
        assert self.process.stdout is not None
        while text := self.process.stdout.readline():
            line = decode(text)
            if isinstance(line, Event):
                self.events.append(line)
            elif isinstance(line, Ask):
                self.asks.append(line)
                self.send(self.answering(line))
            elif isinstance(line, End):
                self.end = line
            if isinstance(line, Event | Ask) and is_enough(line):
                return line
        return None

    def finish(self) -> End:
        """Serve the child to its end."""
        self.run_until(lambda line: False)
        self.process.wait(timeout=10)
        assert self.end is not None, f"the child ended with {self.process.returncode} and without a word"
        return self.end

    def send(self, line: Answer | Stop | Job) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode(line))
        self.process.stdin.flush()

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@contextmanager
def supervised(
    document: Mapping[str, Any],
    *,
    answering: Answering = agree,
    targets: Mapping[str, Mapping[str, Any]] | None = None,
    secrets: Mapping[str, Mapping[str, str]] | None = None,
    modules: list[str] | None = None,
    programs: list[str] | None = None,
    outbound: list[str] | None = None,
    part: str = "all",
    is_dry: bool = False,
    prefix: str = "run-1",
) -> Iterator[Supervised]:
    process = subprocess.Popen(
        [sys.executable, "-m", "chaos.runner"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    child = Supervised(process=process, answering=answering)
    child.send(
        Job(
            run_id=1,
            part=part,
            is_dry=is_dry,
            document=document,
            targets=targets or {},
            secrets=secrets or {},
            allowed={
                "modules": modules or [],
                "programs": programs or [],
                "outbound": ["127.0.0.1"] if outbound is None else outbound,
            },
            fault_prefix=prefix,
        )
    )
    try:
        yield child
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
