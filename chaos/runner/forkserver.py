"""`python -m chaos.runner.forkserver`: makes the process of a run in milliseconds, as a copy of itself.

Loading what a run needs takes half a second of a processor, and fifty runs at once would wait half a minute for it on
two. This process loads it once; whoever asks through the socket on its standard input gets a copy, with pipes of their
own, a session of its own, and the environment they give. It has one thread, as a copy of several would miss the
others; and no secret, as each copy has all that it has.

It ends when the other end of the socket is closed, or its agent is gone, and so do all copies.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

from chaos.runner.__main__ import main as run_one
from chaos.runner.bounded import PARENT, bound_process

MESSAGE_BYTES_MAX = 1 << 16
_PIPES = 2


class ForkServer:
    """Serves one agent, a message at a time.

    Heard: {"number", "directory", "environment"} with the ends of two pipes, and {"forget": pid}.
    Said: {"number", "pid"} or {"number", "error"}; {"pid", "status"} when one has ended. Its number is nobody else's
    before it was forgotten, so whoever kills it hits nobody else.
    """

    def __init__(self, channel: socket.socket, *, run: Callable[[], int]) -> None:
        self._channel = channel
        self._run = run
        self._running: set[int] = set()
        self._bell, self._ring = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._ring, False)

    def serve(self) -> None:
        """Until nobody is at the other end."""
        signal.signal(signal.SIGCHLD, _note)  # without a handler nothing is written to the bell
        signal.set_wakeup_fd(self._ring, warn_on_full_buffer=False)
        gc.collect()
        gc.freeze()  # what is collected is written to, and would not be shared
        while True:
            ready, _, _ = select.select([self._channel.fileno(), self._bell], [], [])
            if self._bell in ready:
                with suppress(BlockingIOError):
                    os.read(self._bell, 4096)
                self._tell_ended()
            if self._channel.fileno() in ready and not self._serve_one():
                return

    def _serve_one(self) -> bool:
        message, pipes, _, _ = socket.recv_fds(self._channel, MESSAGE_BYTES_MAX, _PIPES)
        if not message:
            return False
        wish = json.loads(message)
        if "forget" in wish:
            os.waitpid(int(wish["forget"]), 0)
            return True
        try:
            self._say({"number": wish["number"], "pid": self._copy(wish, pipes)})
        except OSError as error:
            self._say({"number": wish["number"], "error": str(error)})
        finally:
            for pipe in pipes:
                os.close(pipe)
        return True

    def _copy(self, wish: dict[str, Any], pipes: Sequence[int]) -> int:
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_a_run(wish, pipes, server)
        self._running.add(pid)
        return pid

    def _be_a_run(self, wish: dict[str, Any], pipes: Sequence[int], server: int) -> None:
        """Never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            _take_over(pipes)
            os.environ.clear()
            os.environ.update({**wish["environment"], PARENT: str(server)})
            os.chdir(wish["directory"])
            random.seed()  # the copies would all draw the same
            gc.unfreeze()
            status = self._run()
        except BaseException:  # it must not go on as a second server
            traceback.print_exc()
        finally:
            os._exit(status)

    def _tell_ended(self) -> None:
        for pid in list(self._running):
            found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is not None:
                self._running.remove(pid)
                status = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
                self._say({"pid": pid, "status": status})

    def _say(self, message: dict[str, Any]) -> None:
        self._channel.send(json.dumps(message).encode())


def _take_over(pipes: Sequence[int]) -> None:
    """The pipes as standard input and output, and no other file of the server's."""
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor, wanted in zip((*pipes, null), range(3), strict=True):
        os.dup2(descriptor, wanted)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _note(number: int, frame: FrameType | None) -> None:
    """The number was written to the bell."""


def main(run: Callable[[], int] = run_one) -> int:
    bound_process()
    with socket.socket(fileno=os.dup(0)) as channel, suppress(BrokenPipeError, ConnectionResetError):
        ForkServer(channel, run=run).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
