"""Which request is hit by which fault, and what is done to it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fnmatch import fnmatchcase
from http import HTTPStatus

import h11

from chaos.injectors.proxy.toxics import Toxic

_random = random.SystemRandom()
_EVERY_BROKEN_BYTE = 7
_FLIPPED = bytes(255 - value for value in range(256))


def fault_of(request: h11.Request, toxics: Sequence[Toxic]) -> Toxic | None:
    """The first that matches method and path, thrown for each request by its toxicity."""
    path = request.target.decode("ascii", "replace").partition("?")[0]
    method = request.method.decode("ascii", "replace")
    for toxic in toxics:
        if toxic.type == "http_fault" and _matches(toxic, method, path) and _random.random() < toxic.toxicity:
            return toxic
    return None


def _matches(toxic: Toxic, method: str, path: str) -> bool:
    wanted, pattern = toxic.attributes["method"], toxic.attributes["path"]
    return (not wanted or wanted.upper() == method.upper()) and (not pattern or fnmatchcase(path, pattern))


def error_answer(toxic: Toxic, *, is_head: bool) -> list[h11.Event]:
    attributes = toxic.attributes
    status = attributes["status"]
    body = (attributes["body"] or f"{status}: a fault that is being tried out\n").encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("X-Fault", toxic.name),
    ]
    if attributes["retry_after"]:
        headers.append(("Retry-After", str(attributes["retry_after"])))
    response = h11.Response(status_code=status, headers=headers, reason=_phrase(status))
    return [response, *([] if is_head else [h11.Data(data=body)]), h11.EndOfMessage()]


def corrupted(data: bytes) -> bytes:
    """As long as before, with every seventh byte flipped: no text, no JSON, no archive survives it."""
    broken = bytearray(data)
    broken[::_EVERY_BROKEN_BYTE] = broken[::_EVERY_BROKEN_BYTE].translate(_FLIPPED)
    return bytes(broken)


def _phrase(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b"Error"
