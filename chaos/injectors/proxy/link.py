"""A connection through the proxy: a client, its upstream, and a pipe for each direction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from chaos.injectors.proxy.bounds import Held
from chaos.injectors.proxy.endpoints import Endpoint
from chaos.injectors.proxy.pipe import Pipe
from chaos.injectors.proxy.toxics import Toxic

_log = logging.getLogger(__name__)


class Link:
    """Ends when both directions have, or one of them breaks; a reset of one side is passed to the other."""

    def __init__(self, *, client: Endpoint, upstream: Endpoint, held: Held) -> None:
        self._client = client
        self._upstream = upstream
        self._over = asyncio.Event()
        self._pipes: Mapping[str, Pipe] = {
            "upstream": Pipe(connection=self, source=client, target=upstream, held=held),
            "downstream": Pipe(connection=self, source=upstream, target=client, held=held),
        }

    @property
    def has_ended(self) -> bool:
        return all(pipe.has_read_all for pipe in self._pipes.values())

    async def run(self) -> None:
        pipes = {asyncio.create_task(pipe.run()) for pipe in self._pipes.values()}
        over = asyncio.create_task(self._over.wait())
        try:
            await self._first_end(pipes, over)
            self.close()
        except OSError:
            self.reset()
        except Exception:
            _log.exception("a connection broke")
            self.reset()
        finally:
            for task in (*pipes, over):
                task.cancel()
            for pipe in self._pipes.values():
                pipe.stop()
            await asyncio.gather(*pipes, over, return_exceptions=True)

    async def _first_end(self, pipes: set[asyncio.Task[None]], over: asyncio.Task[bool]) -> None:
        """Until both directions are through or the connection is over. Raises what broke one."""
        left = set(pipes)
        while left:
            done, _ = await asyncio.wait({*left, over}, return_when=asyncio.FIRST_COMPLETED)
            if over in done:
                return
            for task in left & done:
                task.result()
            left -= done

    def follow(self, toxics: Sequence[Toxic]) -> None:
        for stream, pipe in self._pipes.items():
            pipe.follow([toxic for toxic in toxics if toxic.stream == stream])

    def close(self) -> None:
        self._client.close()
        self._upstream.close()
        self._over.set()

    def reset(self) -> None:
        self._client.reset()
        self._upstream.reset()
        self._over.set()
