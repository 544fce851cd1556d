"""What happens to the bytes of one direction of one connection on their way: steps, linked one to the next.

A stage has a bounded queue and a task of its own. It is put in and taken out while bytes flow: one that leaves hands on
what it holds at once and in order, then whoever comes before it puts past it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Protocol

from chaos.injectors.proxy.bounds import READ_BYTES, STAGE_BYTES_MAX, Held
from chaos.injectors.proxy.toxics import Toxic

_log = logging.getLogger(__name__)
Chunk = bytes | None  # None: the end of what this side sends


class Step(Protocol):
    """Where chunks are put; waits while there is no room."""

    @property
    def is_gone(self) -> bool: ...

    @property
    def next(self) -> Step | None: ...

    async def put(self, chunk: Chunk) -> None: ...


class Connection(Protocol):
    """What a stage may do to the connection it belongs to."""

    def close(self) -> None:
        """In both directions, after what was written is sent."""
        ...

    def reset(self) -> None:
        """Both sides see a reset by their peer."""
        ...

    @property
    def has_ended(self) -> bool:
        """Whether both sides have sent their end."""
        ...


def behind(step: Step) -> Step:
    """*step*, or the first one behind it that is not gone."""
    while step.is_gone and step.next is not None:
        step = step.next
    return step


class Stage:
    """Hands on every chunk as it is: the toxics override `handle`."""

    bytes_max = STAGE_BYTES_MAX

    def __init__(self, *, toxic: Toxic, connection: Connection, held: Held, behind_it: Step) -> None:
        self.toxic = toxic
        self.is_gone = False
        self.next: Step | None = behind_it
        self._connection = connection
        self._held = held
        self._loop = asyncio.get_running_loop()
        self._items: deque[tuple[Chunk, float]] = deque()
        self._bytes = 0
        self._is_leaving = False
        self._arrival: asyncio.Future[None] | None = None
        self._nudge: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._began_at = self._loop.time()
        self._task = self._loop.create_task(self._run())
        self.changed()

    async def put(self, chunk: Chunk) -> None:
        while not self.is_gone and self._bytes >= self._bytes_allowed():
            self._room = self._loop.create_future()
            await self._room
        if self.is_gone:
            await behind(self).put(chunk)
            return
        self._items.append((chunk, self._loop.time()))
        self._count(len(chunk or b""))
        _wake(self._arrival)

    def leave(self) -> None:
        """Its toxic was removed."""
        self._is_leaving = True
        self.changed()
        _wake(self._arrival)

    def changed(self) -> None:
        """Its toxic has other attributes now."""
        _wake(self._nudge)

    def stop(self) -> None:
        """The connection is over."""
        self.is_gone = True
        self._count(-self._bytes)
        self._items.clear()
        self._task.cancel()

    async def handle(self) -> None:
        """Take the first chunk and hand it on; called while there is one."""
        await self._emit(self._take())

    def _bytes_allowed(self) -> int:
        return READ_BYTES if self._held.is_too_much else self.bytes_max

    def _count(self, change: int) -> None:
        self._bytes += change
        self._held.bytes += change

    def _first(self) -> tuple[Chunk, float]:
        """The first chunk and when it came, left where it is."""
        return self._items[0]

    def _take(self) -> Chunk:
        chunk, _ = self._items.popleft()
        self._count(-len(chunk or b""))
        _wake(self._room)
        return chunk

    async def _emit(self, chunk: Chunk) -> None:
        following = behind(self.next) if self.next is not None else None
        self.next = following
        if following is not None:
            await following.put(chunk)

    async def _wait_until(self, instant: float) -> bool:
        """Whether *instant* has come; sooner, with False, when the toxic changed or was removed."""
        if self._is_leaving:
            return False
        if instant <= self._loop.time():
            return True
        self._nudge = self._loop.create_future()
        timer = self._loop.call_at(instant, _wake, self._nudge)
        try:
            await self._nudge
        finally:
            timer.cancel()
        return instant <= self._loop.time()

    async def _run(self) -> None:
        try:
            while True:
                if self._items:
                    await (Stage.handle(self) if self._is_leaving else self.handle())
                elif self._is_leaving:
                    break
                else:
                    self._arrival = self._loop.create_future()
                    await self._arrival
        except OSError:  # the connection broke; whoever reads from it sees that, too
            self._connection.reset()
        except Exception:
            _log.exception("toxic %s broke a connection", self.toxic.name)
            self._connection.reset()
        self.is_gone = True
        _wake(self._room)


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
