"""`python -m reliability.demo.rates`: the service, our proxy in front of it, and customers, until SIGTERM."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from chaos.injectors.proxy.api import Api
from chaos.injectors.proxy.errors import ApiError
from chaos.injectors.proxy.proxies import Proxies
from chaos.injectors.proxy.web import Gate, WebServer
from reliability.demo.rates.counts import Counts
from reliability.demo.rates.ports import Ports, read
from reliability.supervision.places import demo_host

PROXY = "rates"
ASKED_PER_SECOND = 10
GOOD_WITHIN_SECONDS = 0.25
GIVEN_UP_AFTER_SECONDS = 2.0
WRITTEN_EVERY_SECONDS = 2.0
UNDER_WAY_MAX = 60
_BODY = b'{"EUR": 1, "USD": 1.08, "GBP": 0.86, "JPY": 163.4}\n'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (
    len(_BODY),
    _BODY,
)
_QUESTION = b"GET /rates HTTP/1.1\r\nHost: rates\r\nConnection: close\r\n\r\n"


def main() -> int:
    data_dir = Path(os.environ["DATA_DIR"])
    ports = read(data_dir)
    if ports is None:
        sys.stderr.write("there are no ports yet: manage.py demo chooses them\n")
        return 2
    try:
        asyncio.run(_serve(ports, data_dir))
    except (ApiError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _serve(ports: Ports, data_dir: Path) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    host, proxies = demo_host(), Proxies()
    service = await asyncio.start_server(_answer, host, ports.service)
    listen = {"listen": f"{host}:{ports.proxy}", "upstream": f"{host}:{ports.service}"}
    await proxies.populate([{"name": PROXY, **listen}])
    api = await WebServer(answering=Api(proxies).answer, gate=Gate()).start(host=host, port=ports.api)
    customers = asyncio.create_task(_customers(ports, data_dir))
    try:
        await over.wait()
    finally:
        customers.cancel()
        with suppress(asyncio.CancelledError):
            await customers
        api.close()
        proxies.close()
        service.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One question a connection, answered within some milliseconds."""
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(random.uniform(0.004, 0.03))  # noqa: S311  how long it thinks
        writer.write(_ANSWER)
        await writer.drain()
    writer.close()


async def _customers(ports: Ports, data_dir: Path) -> None:
    counts, asking, written = Counts(), set[asyncio.Task[None]](), 0.0
    while True:
        if len(asking) < UNDER_WAY_MAX:
            task = asyncio.create_task(_ask(ports, counts))
            asking.add(task)
            task.add_done_callback(asking.discard)
        if time.monotonic() - written >= WRITTEN_EVERY_SECONDS:
            written = time.monotonic()
            with suppress(OSError):  # a full disk: the next time
                counts.write(data_dir)
        await asyncio.sleep(1 / ASKED_PER_SECOND)


async def _ask(ports: Ports, counts: Counts) -> None:
    """Good: 200 within GOOD_WITHIN_SECONDS. It counts for the minute in which it was asked."""
    minute, began = int(time.time() // 60), time.monotonic()
    is_answered = False
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        async with asyncio.timeout(GIVEN_UP_AFTER_SECONDS):
            is_answered = await _is_answered(ports)
    is_good = is_answered and time.monotonic() - began <= GOOD_WITHIN_SECONDS
    counts.add(minute=minute, is_good=is_good)


async def _is_answered(ports: Ports) -> bool:
    reader, writer = await asyncio.open_connection(demo_host(), ports.proxy)
    try:
        writer.write(_QUESTION)
        status_line = await reader.readuntil(b"\r\n")
        return b" 200 " in status_line
    finally:
        writer.close()


if __name__ == "__main__":
    sys.exit(main())
