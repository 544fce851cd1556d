"""Bodies of requests: their declared type, and gzip with a bound on what comes out."""

from __future__ import annotations

import zlib
from typing import ClassVar

from django.http import HttpRequest

from reliability.web.api.parsing import MalformedBodyError
from reliability.web.errors import ProblemError, TooLarge

_GZIP = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 64 * 1024


class UnsupportedTypeError(ProblemError):
    """A Content-Type or Content-Encoding nobody reads here."""

    status: ClassVar[int] = 415
    reason = "unsupported_type"


def content_type_of(request: HttpRequest) -> str:
    """The media type without its parameters, in lower case; empty when none was sent."""
    return (request.content_type or "").strip().lower()


def body_of(request: HttpRequest, *, bytes_max: int) -> bytes:
    """The body, decompressed when it says so. Raises TooLarge, UnsupportedTypeError, MalformedBodyError."""
    body = request.body
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return gunzip(body, bytes_max=bytes_max)
    if encoding not in ("", "identity"):
        raise UnsupportedTypeError(f"Content-Encoding {encoding!r} is not read here: send gzip or none")
    if len(body) > bytes_max:
        raise _too_large(bytes_max)
    return body


def gunzip(body: bytes, *, bytes_max: int) -> bytes:
    """Decompress, but never more than *bytes_max*: a bomb costs what a full body costs."""
    # The last four bytes name the size of an honest body: a large one is refused without unpacking it.
    if len(body) >= 18 and int.from_bytes(body[-4:], "little") > bytes_max:
        raise _too_large(bytes_max)
    unpacked = bytearray()
    unpacker = zlib.decompressobj(_GZIP)
    try:
        pending = body
        while not unpacker.eof:
            piece = unpacker.decompress(pending, _PIECE_BYTES)
            pending = unpacker.unconsumed_tail
            unpacked += piece
            if len(unpacked) > bytes_max:
                raise _too_large(bytes_max)
            if not piece and not pending:
                break
    except zlib.error as error:
        raise MalformedBodyError(f"the body is not gzip as its Content-Encoding says: {error}") from error
    if not unpacker.eof:
        raise MalformedBodyError("the gzip body is cut off: send it again")
    if unpacker.unused_data:
        raise MalformedBodyError("something follows the gzip body: send one gzip member only")
    return bytes(unpacked)


def _too_large(bytes_max: int) -> TooLarge:
    return TooLarge(f"the body is larger than {bytes_max:,} bytes: send it in smaller parts")
