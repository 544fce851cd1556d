"""What went wrong with a request, in words that say what to change."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests import exceptions as failures

from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.web.outbound_policy import OutboundRefused
from reliability.web.outbound_requests import AnswerBroken, AnswerTooSlow, BodyTooLarge, RedirectRefused

_RETRIED = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_TOO_EXPENSIVE = ("too many samples", "exceeded maximum resolution", "too many series", "limit exceeded", "too large")


class PassingError(SourceError):
    """A failure that a repeat may mend. `retry_after` are the seconds the server asked for, if it did."""

    def __init__(self, reason: Reason, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason, message)
        self.retry_after = retry_after


def explain_silence(*, url: str, seconds: float) -> SourceError:
    """A request that got no answer in its time."""
    return SourceError(Reason.TIMEOUT, f"{urlsplit(url).hostname or url} did not answer within {seconds:.3g} s")


def explain_failure(error: Exception, *, url: str) -> SourceError:
    """A SourceError for what the HTTP client raised."""
    host = urlsplit(url).hostname or url
    simple = _explain_guard(error)
    if simple is not None:
        return simple
    if isinstance(error, failures.SSLError):
        return SourceError(Reason.TLS, _tls_words(error, host))
    if isinstance(error, failures.ConnectTimeout):
        return PassingError(Reason.UNREACHABLE, f"{host} did not accept a connection in time: is a firewall between?")
    if isinstance(error, failures.InvalidURL | failures.MissingSchema | failures.InvalidSchema | UnicodeError):
        return SourceError(Reason.INVALID_SETTINGS, f"{url} is no usable address: {error}")
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return SourceError(
            Reason.UNKNOWN_HOST, f"the name {host} is not known here: check the spelling, or the DNS of this machine"
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        port = urlsplit(url).port or "the port"
        return PassingError(
            Reason.CONNECTION_REFUSED, f"{host} refused the connection: does the server run, and listen on {port}?"
        )
    if any(
        isinstance(cause, ConnectionResetError | EOFError) or type(cause).__name__ == "RemoteDisconnected"
        for cause in causes
    ):
        return PassingError(
            Reason.BROKEN_ANSWER, f"{host} broke off the connection: is the address right about http and https?"
        )
    return PassingError(Reason.UNREACHABLE, f"{host} cannot be reached: {causes[-1]}")


def _explain_guard(error: Exception) -> SourceError | None:
    if isinstance(error, OutboundRefused):
        return SourceError(Reason.ADDRESS_REFUSED, str(error))
    if isinstance(error, BodyTooLarge):
        return SourceError(Reason.ANSWER_TOO_LARGE, f"{error}: narrow the query, or raise SOURCE_BODY_BYTES_MAX")
    if isinstance(error, AnswerTooSlow):
        return SourceError(Reason.TIMEOUT, str(error))
    if isinstance(error, AnswerBroken):
        return PassingError(Reason.BROKEN_ANSWER, str(error))
    if isinstance(error, RedirectRefused):
        return SourceError(Reason.REDIRECT, str(error))
    return None


def _tls_words(error: Exception, host: str) -> str:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not valid here: {cause.verify_message}. {_tls_advice(cause)}"
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            return f"{host} does not speak TLS on this port: does the address begin with http:// instead?"
    return f"no secure connection to {host}: {error}"


def _tls_advice(error: ssl.SSLCertVerificationError) -> str:
    if "self" in error.verify_message or "issuer" in error.verify_message:
        return "Enter the PEM text of your certificate authority"
    if "expired" in error.verify_message:
        return "Renew it"
    return "The address must be a name the certificate was made for"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, outermost first; requests wraps urllib3, which wraps the socket's error."""
    seen: set[int] = set()
    queue: list[BaseException | None] = [error]
    while queue:
        current = queue.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        queue += [current.__cause__, current.__context__, getattr(current, "reason", None)]
        queue += [argument for argument in current.args if isinstance(argument, BaseException)]
        queue = [item for item in queue if isinstance(item, BaseException)]


def read_answer(response: requests.Response) -> dict[str, Any]:
    """The JSON object of a successful API answer. Raises SourceError for every other answer."""
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        answer = None
    if isinstance(answer, dict) and answer.get("status") == "success" and response.ok:
        return answer
    raise _refusal(response, answer)


def _refusal(response: requests.Response, answer: object) -> SourceError:
    """Why *response* is no success: by its status first, since proxies answer in HTML."""
    status, host = response.status_code, urlsplit(response.url).hostname
    if status == HTTPStatus.UNAUTHORIZED:
        return SourceError(Reason.UNAUTHORIZED, f"{host} wants credentials, or does not know these (401)")
    if status == HTTPStatus.FORBIDDEN:
        return SourceError(Reason.UNAUTHORIZED, f"{host} knows these credentials and refuses them (403)")
    if isinstance(answer, dict) and answer.get("errorType"):
        return _api_error(response, str(answer["errorType"]), str(answer.get("error") or "no reason given"))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return PassingError(
            Reason.RATE_LIMITED, f"{host} asks for fewer queries (429)", retry_after=_retry_after(response)
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = PassingError if status in _RETRIED else SourceError
        return kind(Reason.SERVER_ERROR, f"{host} failed ({status} {response.reason})")
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return SourceError(
            Reason.WRONG_PATH,
            f"there is no query API at {response.url.partition('?')[0]} ({status}): is a path prefix missing or wrong?",
        )
    return _not_prometheus(response, answer)


def _not_prometheus(response: requests.Response, answer: object) -> SourceError:
    kind = response.headers.get("content-type", "").partition(";")[0] or "an unnamed type"
    if "html" in kind:
        what = "a web page: a log-in page or a wrong path prefix, perhaps"
    elif answer is not None:
        what = "JSON that is not the Prometheus API's"
    elif response.ok and "json" in kind:
        return PassingError(Reason.BROKEN_ANSWER, f"{response.url.partition('?')[0]} answered broken JSON")
    else:
        what = f"{kind}, not JSON"
    return SourceError(Reason.NOT_PROMETHEUS, f"{response.url.partition('?')[0]} answered with {what}")


def _api_error(response: requests.Response, kind: str, text: str) -> SourceError:
    """errorType of the API: https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview"""
    lowered = text.lower()
    if any(words in lowered for words in _TOO_EXPENSIVE):
        return SourceError(Reason.QUERY_TOO_EXPENSIVE, f"the server finds the query too large: {text}")
    if kind in ("timeout", "canceled"):
        return SourceError(Reason.TIMEOUT, f"the server gave up on the query: {text}")
    if response.status_code in _RETRIED:
        reason = Reason.RATE_LIMITED if response.status_code == HTTPStatus.TOO_MANY_REQUESTS else Reason.SERVER_ERROR
        return PassingError(reason, f"the server cannot answer now: {text}", retry_after=_retry_after(response))
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or kind == "internal":
        return SourceError(Reason.SERVER_ERROR, f"the server failed: {text}")
    return SourceError(Reason.QUERY_ERROR, f"the server refuses the query: {text}")


def _retry_after(response: requests.Response) -> float | None:
    """Seconds of Retry-After; its date form is not worth a clock here."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None
