"""Bodies of strangers: bounded before they are read, and read without recursion."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from incidents.intake.domain.refusals import RejectedError, RejectReason
from reliability.web.api.bodies import UnsupportedTypeError, body_of
from reliability.web.api.parsing import MalformedBodyError, parse_json
from reliability.web.errors import TooLarge


def read_body(request: HttpRequest, *, bytes_max: int) -> bytes:
    """The body, decompressed. Raises RejectedError."""
    try:
        return body_of(request, bytes_max=bytes_max)
    except RequestDataTooBig as error:
        raise RejectedError(RejectReason.TOO_LARGE, f"the body is larger than {bytes_max:,} bytes") from error
    except TooLarge as error:
        raise RejectedError(RejectReason.TOO_LARGE, error.message) from error
    except UnsupportedTypeError as error:
        raise RejectedError(RejectReason.UNSUPPORTED, error.message) from error
    except MalformedBodyError as error:
        raise RejectedError(RejectReason.MALFORMED, error.message) from error


def load_json(body: bytes) -> Any:
    """The JSON value. Raises RejectedError for what is none: NaN, bad UTF-8, nesting without end, NUL."""
    try:
        return parse_json(body)
    except MalformedBodyError as error:
        raise RejectedError(RejectReason.MALFORMED, error.message) from error
