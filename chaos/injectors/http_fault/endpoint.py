"""The client's side of a connection whose HTTP messages are understood: requests read, answers written.

What upstream gets and what the client gets is written anew from the parsed messages, header names as they came. After a
switch of protocols (WebSocket, CONNECT) bytes pass as they are.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Protocol

import h11

from chaos.injectors.http_fault.faults import corrupted, error_answer, fault_of
from chaos.injectors.proxy.bounds import READ_BYTES
from chaos.injectors.proxy.endpoints import SocketEndpoint
from chaos.injectors.proxy.toxics import Toxic

_NOTHING = (h11.NEED_DATA, h11.PAUSED)


class Faults(Protocol):
    def toxics_in_force(self) -> list[Toxic]: ...

    async def delay(self, toxic: Toxic) -> None: ...


class HttpEndpoint:
    def __init__(self, *, client: SocketEndpoint, faults: Faults) -> None:
        self._client = client
        self._faults = faults
        self._heard = h11.Connection(h11.SERVER)  # with the client
        self._asked = h11.Connection(h11.CLIENT)  # with upstream
        self._fault: Toxic | None = None  # of the request under way
        self._answered = asyncio.Event()  # a request may follow
        self._reading: asyncio.Task[bytes] | None = None  # from the client; ends with its connection at the latest
        self._is_raw = False
        self._has_ended = False

    async def read(self) -> bytes:
        """The next bytes for upstream. Requests that are answered here never get there."""
        while not self._is_raw:
            if self._has_ended:
                return b""
            try:
                event = self._heard.next_event()
                if event is h11.NEED_DATA:
                    self._heard.receive_data(await self._received())
                elif event is h11.PAUSED:
                    await self._wait_for_answer()
                elif isinstance(event, h11.ConnectionClosed):
                    return b""
                elif data := await self._forwarded(event):
                    return data
            except h11.RemoteProtocolError as error:
                self._refuse(error)
            except h11.LocalProtocolError:
                return b""  # a further request where the last one was to be the last
        rest = self._heard.trailing_data[0]
        if rest:
            self._heard = h11.Connection(h11.SERVER)  # holds nothing any more
            return rest
        return await self._received()

    async def write(self, data: bytes) -> None:
        """Bytes that upstream answered."""
        if self._is_raw:
            await self._client.write(data)
            return
        self._asked.receive_data(data)
        out = self._answer_events()
        if out:
            await self._client.write(out)

    def write_eof(self) -> None:
        """Upstream is done: an answer without a length ends here; one that is cut stays cut."""
        self._has_ended = True
        self._answered.set()
        if not self._is_raw:
            with suppress(ConnectionResetError, h11.RemoteProtocolError):
                self._asked.receive_data(b"")
                self._client.write_soon(self._answer_events())
        if self._heard.our_state is h11.SEND_BODY:
            self._client.reset()
        else:
            self._client.write_eof()

    def close(self) -> None:
        self._client.close()

    def reset(self) -> None:
        self._client.reset()

    async def _forwarded(self, event: Any) -> bytes:
        """A part of a request as upstream gets it; nothing when it was answered here."""
        if isinstance(event, h11.Request):
            self._answered.clear()
            self._fault = fault_of(event, self._faults.toxics_in_force())
            if self._fault is not None and self._fault.attributes["effect"] == "status":
                await self._answer_here(event, self._fault)
                return b""
            if self._fault is not None and self._fault.attributes["effect"] == "delay":
                await self._faults.delay(self._fault)
            return self._asked.send(_request(event)) or b""
        data = self._asked.send(event) or b""
        if isinstance(event, h11.EndOfMessage):
            self._begin_anew()
        return data

    async def _answer_here(self, request: h11.Request, fault: Toxic) -> None:
        """After the rest of the request came, unless its sender waits to be told to go on."""
        while not self._heard.they_are_waiting_for_100_continue:
            event = self._heard.next_event()
            if event is h11.NEED_DATA:
                self._heard.receive_data(await self._received())
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                break
        answer = error_answer(fault, is_head=request.method == b"HEAD")
        await self._client.write(b"".join(self._heard.send(event) or b"" for event in answer))
        if self._heard.our_state is h11.DONE and self._heard.their_state is h11.DONE:
            self._heard.start_next_cycle()
            self._answered.set()
        else:
            self._has_ended = True
            self._client.close()

    def _answer_events(self) -> bytes:
        """What the client gets of what upstream has said by now. Raises ConnectionResetError when that is no HTTP."""
        out = b""
        try:
            while (event := self._asked.next_event()) not in _NOTHING and not isinstance(event, h11.ConnectionClosed):
                out += self._answer(event)
                if h11.SWITCHED_PROTOCOL in (self._asked.their_state, self._heard.our_state):
                    self._is_raw = True
                    self._answered.set()
                    return out + self._asked.trailing_data[0]
                if isinstance(event, h11.EndOfMessage):
                    self._begin_anew()
                    break
        except (h11.RemoteProtocolError, h11.LocalProtocolError) as error:
            self._client.write_soon(out)
            raise ConnectionResetError(f"upstream does not speak HTTP/1.1: {error}") from error
        return out

    def _answer(self, event: Any) -> bytes:
        is_corrupt = self._fault is not None and self._fault.attributes["effect"] == "corrupt"
        if isinstance(event, h11.Data) and is_corrupt:
            event = h11.Data(data=corrupted(event.data))
        if isinstance(event, h11.Response):
            event = _response(event)
        return self._heard.send(event) or b""

    def _begin_anew(self) -> None:
        """Once the request is through and the answer as well. One that closes is left to be closed by upstream."""
        if all(side.our_state is h11.DONE and side.their_state is h11.DONE for side in (self._heard, self._asked)):
            self._heard.start_next_cycle()
            self._asked.start_next_cycle()
            self._fault = None
            self._answered.set()

    async def _wait_for_answer(self) -> None:
        """Until the next request may be read; a client that goes away meanwhile is noticed."""
        if len(self._heard.trailing_data[0]) >= READ_BYTES:
            await self._answered.wait()
            return
        answered = asyncio.ensure_future(self._answered.wait())
        reading = self._reading = self._reading or _kept(self._client)
        try:
            await asyncio.wait({answered, reading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answered.cancel()
        if reading.done():
            data = await self._received()
            self._has_ended = self._has_ended or not data
            if data:
                self._heard.receive_data(data)

    async def _received(self) -> bytes:
        """What the client sends next, also when somebody began to wait for it before."""
        reading = self._reading = self._reading or _kept(self._client)
        data = await asyncio.shield(reading)
        self._reading = None
        return data

    def _refuse(self, error: h11.RemoteProtocolError) -> None:
        """What a server would say to no HTTP."""
        self._has_ended = True
        with suppress(h11.LocalProtocolError):
            body = f"{error}\n".encode()
            headers = [("Content-Length", str(len(body))), ("Connection", "close")]
            parts = (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            )
            self._client.write_soon(b"".join(self._heard.send(part) or b"" for part in parts))
        self._client.close()


def _kept(client: SocketEndpoint) -> asyncio.Task[bytes]:
    reading = asyncio.get_running_loop().create_task(client.read())
    reading.add_done_callback(lambda done: done.cancelled() or done.exception())  # whoever waits is told, or nobody
    return reading


def _request(event: h11.Request) -> h11.Request:
    """As it came; upstream is asked in HTTP/1.1 by one that asks in 1.0 as well."""
    if event.http_version == b"1.1":
        return event
    headers = [*event.headers.raw_items()]
    if not any(name.lower() == b"host" for name, _ in headers):
        headers.append((b"Host", b"localhost"))
    if not any(name.lower() == b"connection" for name, _ in headers):
        headers.append((b"Connection", b"close"))
    return h11.Request(method=event.method, target=event.target, headers=headers)


def _response(event: h11.Response) -> h11.Response:
    """An upstream of HTTP/1.0 closes after its answer, which the client, asking in 1.1, must be told."""
    if event.http_version == b"1.1" or any(name == b"connection" for name, _ in event.headers):
        return event
    headers = [*event.headers.raw_items(), (b"Connection", b"close")]
    return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)
