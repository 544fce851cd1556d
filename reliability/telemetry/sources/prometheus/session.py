"""The HTTP session that prometheus-api-client works through."""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from typing import Any

import requests

from reliability.telemetry.domain.failures import SourceError
from reliability.telemetry.sources.prometheus.deadline import Deadline
from reliability.telemetry.sources.prometheus.explain import explain_silence, read_answer
from reliability.web.metrics import SOURCE_SECONDS

_POST_REFUSED = {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}


class ParsedResponse(requests.Response):
    """A response whose JSON was read once, by a parser without recursion."""

    answer: dict[str, Any]

    def json(self, **_options: Any) -> dict[str, Any]:
        return self.answer


class QuerySession(requests.Session):
    """Sends parameters of POST requests in the body, where the library would put them into the URL; checks
    every answer; and keeps what the library drops: the server's warnings, its clock, and how long it took.

    No request goes on beyond the deadline of its reading.
    One session serves several threads: urllib3's pool is made for it, and cookies are not kept.
    """

    def __init__(self, *, deadline: Deadline | None = None) -> None:
        super().__init__()
        self._deadline = deadline or Deadline.after(None)
        self.trust_env = False  # no proxy, .netrc or CA file from the environment of the process
        self.takes_posts = True
        self.seconds: list[float] = []
        self.warnings: dict[str, None] = {}  # ordered, distinct
        self.date_header = ""
        self._lock = threading.Lock()

    def request(self, method: str | bytes, url: str | bytes, params: Any = None, **options: Any) -> ParsedResponse:  # type: ignore[override]  # the library passes these by name
        connect, read = options["timeout"]
        read = self._deadline.seconds_for(read)
        if isinstance(params, dict) and "timeout" in params:
            params = {**params, "timeout": f"{read:.3g}s"}  # the server need not work on for nobody
        options["timeout"] = (min(connect, read), read)
        options["allow_redirects"] = False
        if method == "POST" and self.takes_posts:
            response = self._timed("POST", url, data=params, **options)
            if response.status_code not in _POST_REFUSED:
                return self._checked(response)
            self.takes_posts = False
        return self._checked(self._timed("GET", url, params=params, **options))

    def _timed(self, method: str, url: str | bytes, **options: Any) -> requests.Response:
        started, outcome = time.monotonic(), "failed"
        try:
            response = super().request(method, url, **options)
            outcome = "answered"
        except requests.exceptions.ReadTimeout as error:
            raise explain_silence(url=str(url), seconds=options["timeout"][1]) from error
        else:
            return response
        finally:
            seconds = time.monotonic() - started
            self.seconds.append(seconds)
            SOURCE_SECONDS.labels("prometheus", outcome).observe(seconds)
            self.cookies.clear()

    def _checked(self, response: requests.Response) -> ParsedResponse:
        self.date_header = response.headers.get("date", "")
        try:
            answer = read_answer(response)
        except SourceError:
            SOURCE_SECONDS.labels("prometheus", "refused").observe(response.elapsed.total_seconds())
            raise
        with self._lock:
            for name in ("warnings", "infos"):
                self.warnings.update(dict.fromkeys(map(str, answer.get(name) or ())))
        parsed = ParsedResponse()
        parsed.__dict__.update(response.__dict__)
        parsed.answer = answer
        return parsed
