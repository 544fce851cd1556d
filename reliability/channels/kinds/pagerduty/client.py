"""PagerDuty's own client, behind the outbound guard and without its patience.

What it does when left alone (pagerduty 7.2): waits 60 s for an answer; on 429 sleeps and tries again without end, on
5xx for minutes, on a broken network three times; reads answers of any size; and `submit()` without a timestamp
raises AttributeError (`datetime.datetime` has no `timezone`). Retries are rows of ours, so it makes none.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httpx2
import pagerduty
from pagerduty.common import successful_response, try_decoding

from reliability.channels.kinds.http import exchange

REST_BYTES_MAX = 1024 * 1024
_HEADERS_SENT = ("accept", "authorization", "content-type", "user-agent")


class GuardedTransport(httpx2.BaseTransport):
    """Each request of the client goes through `reliability.web.outbound`, whose errors pass through unchanged."""

    def __init__(self, *, whole_bytes_max: int = 0) -> None:
        self._whole_bytes_max = whole_bytes_max

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() in _HEADERS_SENT}
        answer = exchange(
            method=request.method,
            url=str(request.url),
            headers=headers,
            content=request.read(),
            whole_bytes_max=self._whole_bytes_max,
        )
        kept = {
            name: value for name, value in answer.headers.items() if name.lower() in ("content-type", "retry-after")
        }
        # As a stream, which the client reads: of an answer that was read before it cannot tell how long it took.
        return httpx2.Response(answer.status, headers=kept, stream=httpx2.ByteStream(answer.body), request=request)


class _OneTry:
    """Makes `ApiClient.request` hand every answer to its caller at once.

    A status is only handed over when its retries are used up, and then without a pause: so each has one to use, and
    there are more than allowed before the first.
    """

    max_http_attempts = -1
    max_network_attempts = 0

    retry: dict[int, int]
    _url: str

    def hurry(self) -> None:
        self.retry = {status.value: 1 for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST}

    @property
    def url(self) -> str:
        return self._url

    @url.setter
    def url(self, url: str) -> None:
        """The form decided which addresses are allowed: https, or http to a private network that is listed."""
        self._url = url


class EventsClient(_OneTry, pagerduty.EventsApiV2Client):  # type: ignore[misc]  # the library has no types
    """For one event: `with EventsClient(routing_key, base_url) as client: …`."""

    def __init__(self, routing_key: str, base_url: str) -> None:
        super().__init__(routing_key, base_url=base_url, transport=GuardedTransport(), trust_env=False)
        self.hurry()


class RestClient(_OneTry, pagerduty.RestApiV2Client):  # type: ignore[misc]  # the library has no types
    """For questions about incidents."""

    def __init__(self, token: str, base_url: str) -> None:
        super().__init__(
            token, base_url=base_url, transport=GuardedTransport(whole_bytes_max=REST_BYTES_MAX), trust_env=False
        )
        self.hurry()

    def incidents_with_key(self, key: str) -> list[dict[str, Any]]:
        """The newest incidents with the dedup key, of any state and age, newest first. Raises as `get` does."""
        parameters: dict[str, str | int] = {
            "incident_key": key,
            "date_range": "all",
            "sort_by": "created_at:desc",
            "limit": 5,
        }
        answer = self.get("/incidents", params=parameters)
        successful_response(answer, context="asking for incidents")
        found = try_decoding(answer)
        incidents = found.get("incidents") if isinstance(found, dict) else None
        return [incident for incident in incidents or [] if isinstance(incident, dict)]
