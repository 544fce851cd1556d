"""One direction of one connection: read, through the stages of the toxics in their order, written."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from chaos.injectors.proxy.bounds import Held
from chaos.injectors.proxy.effects import EFFECTS
from chaos.injectors.proxy.endpoints import Endpoint
from chaos.injectors.proxy.stages import Chunk, Connection, Stage, Step, behind
from chaos.injectors.proxy.toxics import Toxic

_random = random.SystemRandom()


class _Out:
    """The last step: the other side."""

    is_gone = False
    next: Step | None = None

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.has_ended = asyncio.Event()

    async def put(self, chunk: Chunk) -> None:
        if chunk is None:
            self._endpoint.write_eof()
            self.has_ended.set()
        else:
            await self._endpoint.write(chunk)


class Pipe:
    """Toxics are those of its stream; each one's toxicity is thrown once for each connection."""

    def __init__(self, *, connection: Connection, source: Endpoint, target: Endpoint, held: Held) -> None:
        self._connection = connection
        self._source = source
        self._held = held
        self._out = _Out(target)
        self._first: Step = self._out
        self._stages: dict[Toxic, Stage] = {}
        self._thrown: dict[Toxic, float] = {}
        self.has_read_all = False

    async def run(self) -> None:
        """To the end of the source and until that is told to the target. Raises OSError."""
        while chunk := await self._source.read():
            self._first = behind(self._first)
            await self._first.put(chunk)
        self.has_read_all = True
        await behind(self._first).put(None)
        await self._out.has_ended.wait()

    def follow(self, toxics: Sequence[Toxic]) -> None:
        """Have a stage for each of these and for no other."""
        wanted = [toxic for toxic in toxics if toxic.type in EFFECTS and self._is_hit(toxic)]
        for toxic in [toxic for toxic in self._stages if toxic not in wanted]:
            self._stages.pop(toxic).leave()
        for toxic in wanted:
            if toxic in self._stages:
                self._stages[toxic].changed()
            else:
                self._append(toxic)
        self._thrown = {toxic: number for toxic, number in self._thrown.items() if toxic in toxics}

    def stop(self) -> None:
        for stage in self._stages.values():
            stage.stop()
        step: Step | None = self._first  # those that were leaving, too
        while step is not None:
            if isinstance(step, Stage):
                step.stop()
            step = step.next

    def _is_hit(self, toxic: Toxic) -> bool:
        """Thrown once, so that raising the toxicity keeps those that were hit."""
        return self._thrown.setdefault(toxic, _random.random()) < toxic.toxicity

    def _append(self, toxic: Toxic) -> None:
        stage = EFFECTS[toxic.type](toxic=toxic, connection=self._connection, held=self._held, behind_it=self._out)
        self._stages[toxic] = stage
        if self._first is self._out:
            self._first = stage
            return
        last = self._first
        while last.next is not None and last.next is not self._out:
            last = last.next
        if isinstance(last, Stage):
            last.next = stage
