"""Queries of one Prometheus-compatible server, through prometheus-api-client with its traps closed.

Found by reading the library (0.7.2), and what is done about each:
- no time-out unless given: connect, read and total time-outs are given, and the server is told one, too;
- its own adapter retries 408 and 500 three times and follows redirects: ours is mounted in its place;
- POST parameters go into the URL: QuerySession puts them into the body, and uses GET where POST is refused;
- get_metric_range_data repeats samples on chunk edges and freezes default times at import: not used;
- warnings of the API are dropped: QuerySession keeps them.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from math import isfinite
from typing import Any, TypeVar

from prometheus_api_client import PrometheusConnect
from urllib3.util.retry import Retry

from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.sources.prometheus.deadline import Deadline
from reliability.telemetry.sources.prometheus.explain import PassingError, explain_failure
from reliability.telemetry.sources.prometheus.options import CONNECT_SECONDS, Options
from reliability.telemetry.sources.prometheus.session import QuerySession
from reliability.web.outbound_requests import GuardedAdapter

Result = TypeVar("Result")
Matrix = list[dict[str, Any]]

_ATTEMPTS = 3
_BACKOFF_SECONDS_MAX = 5.0
_PING_SECONDS = 2.0
_PING_SECONDS_MIN = 1.0  # so long it gets beyond the deadline: what it tells saves more
_jitter = random.SystemRandom()
_slots: dict[tuple[int | None, int], threading.BoundedSemaphore] = {}
_slots_lock = threading.Lock()


def _slots_of(source_id: int | None, concurrency: int) -> threading.BoundedSemaphore:
    """The requests this process may have open at the source."""
    with _slots_lock:
        return _slots.setdefault((source_id, concurrency), threading.BoundedSemaphore(concurrency))


class PrometheusClient:
    """One server. Every method raises SourceError and nothing else. Usable from several threads.

    seconds_max: how long all of its requests together may take, beginning now.
    """

    def __init__(self, *, options: Options, source_id: int | None = None, seconds_max: float | None = None) -> None:
        self.options = options
        self._deadline = Deadline.after(seconds_max)
        self._slots = _slots_of(source_id, options.concurrency)
        self.session = QuerySession(deadline=self._deadline)
        self._api = PrometheusConnect(
            url=options.url,
            headers=dict(options.headers),
            auth=options.auth,
            session=self.session,
            timeout=(CONNECT_SECONDS, options.read_seconds),
            method="POST",
            retry=Retry(total=0),
        )
        self._guard(
            self.session, total_seconds=self._deadline.share_of(options.read_seconds * 3)
        )  # in place of the adapter that the library mounts

    def __enter__(self) -> PrometheusClient:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._api.close()

    def instant(self, *, query: str, at: datetime) -> Matrix:
        """Evaluate at one instant; a query that ends in [range] gives raw samples with their own instants."""
        params = {"time": at.timestamp(), "timeout": f"{self.options.read_seconds:g}s"}
        return _series_list(self._call(lambda: self._api.custom_query(query=query, params=params)))

    def each_minute(self, *, query: str, first: datetime, last: datetime) -> Matrix:
        """Evaluate at every full minute from *first* to *last*, both included and both full minutes."""
        params = {"timeout": f"{self.options.read_seconds:g}s"}
        return _series_list(
            self._call(
                lambda: self._api.custom_query_range(
                    query=query, start_time=first, end_time=last, step="60", params=params
                )
            )
        )

    def label_values(self, *, label: str, selector: str, start: datetime, end: datetime) -> list[str]:
        """The values of a label among the series of a selector."""
        params = {"match[]": selector, "start": start.timestamp(), "end": end.timestamp()}
        values = self._call(lambda: self._api.get_label_values(label_name=label, params=params))
        return [str(value) for value in values or ()]

    def build_info(self) -> dict[str, str]:
        """Version and name of the server, as it tells; empty where the address is unknown to it."""
        url = f"{self.options.url}/api/v1/status/buildinfo"
        try:
            answer = self._call(lambda: self._get(url))
        except SourceError as error:
            if error.reason in (Reason.WRONG_PATH, Reason.QUERY_ERROR, Reason.NOT_PROMETHEUS):
                return {}
            raise
        data = answer.get("data")
        return {str(name): str(value) for name, value in data.items()} if isinstance(data, dict) else {}

    def _guard(self, session: QuerySession, *, total_seconds: float) -> None:
        options = self.options
        try:
            guard = GuardedAdapter(
                body_bytes_max=options.body_bytes_max, total_seconds=total_seconds, ca_bundle=options.ca_bundle
            )
        except OSError as error:
            raise SourceError(Reason.INVALID_SETTINGS, f"the certificate authority is not usable: {error}") from error
        for prefix in (options.url, "http://", "https://"):
            session.mount(prefix, guard)

    def ping(self, *, at: datetime) -> SourceError | None:
        """Why not even a constant is answered; None when it is.

        Asked at once, beyond the bound of requests at a time: what is slow may hold all of these.
        """
        seconds = min(_PING_SECONDS, self.options.read_seconds, max(self._deadline.left, _PING_SECONDS_MIN))
        params = {"query": "vector(1)", "time": at.timestamp(), "timeout": f"{seconds:.3g}s"}
        with QuerySession() as session:
            self._guard(session, total_seconds=seconds)
            ask = partial(
                session.request,
                "POST",
                f"{self.options.url}/api/v1/query",
                params,
                headers=dict(self.options.headers),
                auth=self.options.auth,
                timeout=(seconds, seconds),
            )
            try:
                _series_list(ask().json()["data"]["result"])
            except SourceError as error:
                return None if error.reason in (Reason.QUERY_ERROR, Reason.QUERY_TOO_EXPENSIVE) else error
            except (KeyError, TypeError):
                return SourceError(Reason.BROKEN_ANSWER, "the server answered success without a result")
            except Exception as error:
                return explain_failure(error, url=self.options.url)
        return None

    def _get(self, url: str) -> dict[str, Any]:
        timeout = (CONNECT_SECONDS, self.options.read_seconds)
        return self.session.request(
            "GET", url, headers=dict(self.options.headers), auth=self.options.auth, timeout=timeout
        ).json()

    def _call(self, ask: Callable[[], Result]) -> Result:
        """*ask*, again where a repeat may help, within bounds."""
        attempt = 1
        while True:
            try:
                return self._ask_once(ask)
            except PassingError as error:
                if attempt == _ATTEMPTS:
                    raise
                wait = error.retry_after or self.options.backoff_seconds * 2**attempt * _jitter.uniform(0.5, 1)
                if wait > min(_BACKOFF_SECONDS_MAX, self._deadline.left):
                    raise
                time.sleep(wait)
            attempt += 1

    def _ask_once(self, ask: Callable[[], Result]) -> Result:
        left = self._deadline.left
        if not self._slots.acquire(timeout=left if isfinite(left) else None):
            raise self._deadline.missed()
        try:
            return ask()
        except SourceError:
            raise
        except (KeyError, TypeError) as error:  # the library takes answer["data"]["result"] for granted
            raise SourceError(Reason.BROKEN_ANSWER, "the server answered success without a result") from error
        except Exception as error:
            raise explain_failure(error, url=self.options.url) from error
        finally:
            self._slots.release()


def _series_list(result: object) -> Matrix:
    """The series of a vector or matrix. Raises SourceError for what is neither (a string, a scalar)."""
    if isinstance(result, list) and all(isinstance(series, dict) and "metric" in series for series in result):
        return result
    if isinstance(result, list):
        raise SourceError(
            Reason.QUERY_ERROR, "the query gives a plain number: write one that gives series, e.g. vector(1)"
        )
    raise SourceError(Reason.BROKEN_ANSWER, "the server answered success without a result")
