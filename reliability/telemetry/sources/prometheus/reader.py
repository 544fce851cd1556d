"""Reading the counts of many SLIs from one Prometheus-compatible server with few requests.

The period is measured in pieces, each with samples from a gap before to a gap after it, so that every piece
knows what it needs about its edges: pieces put together equal the period measured at once, minute by minute.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import numpy as np

from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts, concatenate
from reliability.telemetry.domain.failures import SOURCE_DOWN, Reason, SourceError
from reliability.telemetry.domain.histogram import missing_bucket_message
from reliability.telemetry.domain.promql import Selector
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.domain.specs import validate_spec
from reliability.telemetry.sources.kind import Answers, Connection, Reading
from reliability.telemetry.sources.prometheus.client import PrometheusClient
from reliability.telemetry.sources.prometheus.expressions import batches, fetch_expressions, singly
from reliability.telemetry.sources.prometheus.latency import MissingBucketError, measure_latency
from reliability.telemetry.sources.prometheus.measure import Data, Found, measure_gauge, measure_ratio
from reliability.telemetry.sources.prometheus.needs import Needs, bucket_selector, needs_of
from reliability.telemetry.sources.prometheus.options import Options
from reliability.telemetry.sources.prometheus.plan import Fetch, plan_fetches
from reliability.telemetry.sources.prometheus.raw import Series, apart, fetch_members
from reliability.telemetry.sources.prometheus.standing import Standing

Key = TypeVar("Key")
Job = TypeVar("Job")


def read(
    *,
    connection: Connection,
    queries: Sequence[SliQuery],
    period: Period,
    now: datetime,
    seconds_max: float | None = None,
) -> Reading:
    """Counts per key for the whole minutes of *period*; minutes that end after *now* are not covered.

    seconds_max: about how long the reading may take; what was not begun by then has an error of reason OUT_OF_TIME.
    Raises nothing: a query that fails has a SourceError as its answer, and `failure` tells of the source.
    """
    answers: Answers = {}
    valid: list[SliQuery] = []
    for query in queries:
        faults = validate_spec(query.spec, "prometheus")
        if faults:
            message = "; ".join(f"{path}: {text}" if path else text for path, text in faults)
            answers[query.key] = SourceError(Reason.INVALID_SPEC, message)
        else:
            valid.append(query)
    try:
        client = PrometheusClient(
            options=Options.of(connection), source_id=connection.source_id, seconds_max=seconds_max
        )
    except SourceError as error:
        return Reading(answers={**answers, **{query.key: error for query in valid}}, failure=error)
    with client:
        reader = _Reader(client, valid, now)
        answers |= reader.read(period)
        seconds = client.session.seconds
        return Reading(
            answers=answers,
            failure=reader.failure,
            latency_seconds=sum(seconds) / len(seconds) if seconds else None,
            requests=len(seconds),
            warnings=(*_slowness(answers), *client.session.warnings),
        )


def _slowness(answers: Answers) -> Iterator[str]:
    """How many indicators got no answer although their source gives some."""
    late = [answer for answer in answers.values() if isinstance(answer, SourceError) and not answer.is_source_down]
    count = sum(answer.reason is Reason.TIMEOUT or answer.reason in SOURCE_DOWN for answer in late)
    if count:
        yield f"{count} of {len(answers)} indicators got no answer in time or a failure, while others are answered"


class _Reader:
    """One reading: its client, what to fetch, and whether the source still answers."""

    def __init__(self, client: PrometheusClient, queries: Sequence[SliQuery], now: datetime) -> None:
        self._client = client
        self._queries = queries
        self._now = floor_minute(now)
        self._needs: Needs = needs_of(query.spec for query in queries)
        self._standing = Standing(partial(client.ping, at=self._now))

    @property
    def failure(self) -> SourceError | None:
        """Why the source as a whole failed, when it did."""
        return self._standing.down

    def read(self, period: Period) -> Answers:
        pieces: dict[Hashable, list[Counts | SourceError]] = {query.key: [] for query in self._queries}
        for piece in self._pieces(period):
            for key, answer in self._read_piece(piece).items():
                pieces[key].append(answer)
        self._standing.settle()
        answers = {key: self._whole(found, period) for key, found in pieces.items()}
        return {
            key: self._standing.judged(answer) if isinstance(answer, SourceError) else answer
            for key, answer in answers.items()
        }

    def _pieces(self, period: Period) -> Iterator[Period]:
        minutes = Period.from_minutes(period.start_minute, period.end_minute)
        return minutes.split(self._client.options.piece)

    def _whole(self, found: list[Counts | SourceError], period: Period) -> Counts | SourceError:
        """The pieces put together. A bucket that some pieces lack leaves these uncovered; other errors are final."""
        errors = [answer for answer in found if isinstance(answer, SourceError)]
        counts = [answer for answer in found if isinstance(answer, Counts)]
        final = next((error for error in errors if error.reason is not Reason.NO_SUCH_BUCKET), None)
        if final is not None:
            return final
        if errors and not any(piece.covered.any() for piece in counts):
            return errors[-1]
        if errors:
            return self._patched(found, period)
        return concatenate(counts) if counts else _nothing(period)

    def _patched(self, found: list[Counts | SourceError], period: Period) -> Counts:
        filled = []
        for piece, answer in zip(self._pieces(period), found, strict=True):
            filled.append(
                replace(_nothing(piece), warnings=(answer.message,)) if isinstance(answer, SourceError) else answer
            )
        return concatenate(filled)

    def _read_piece(self, piece: Period) -> dict[Hashable, Counts | SourceError]:
        if piece.start >= self._now:
            return {query.key: _nothing(piece) for query in self._queries}
        known = Period(piece.start, min(piece.end, self._now))
        raw, stepped = self._fetch(known)
        return {query.key: self._measure(query, piece, known, raw, stepped) for query in self._queries}

    def _fetch(self, known: Period) -> tuple[dict[Selector, Found], dict[str, Found]]:
        gap = self._client.options.gap
        around = Period(known.start - gap, min(known.end + gap, self._now))
        first = floor_minute(known.start - gap)

        def raw_of(fetch: Fetch) -> Mapping[Selector, list[Series]]:
            return fetch_members(client=self._client, fetch=fetch, window=around)

        def stepped_of(batch: tuple[str, ...]) -> Mapping[str, list[Series]]:
            return fetch_expressions(client=self._client, batch=batch, first=first, last=around.end)

        with ThreadPoolExecutor(max_workers=self._client.options.concurrency) as pool:
            fetches = plan_fetches(self._needs.selectors)
            raw = self._gather(pool, fetches, raw_of, keys=lambda fetch: fetch.members, apart=apart)
            groups = batches(list(self._needs.expressions))
            stepped = self._gather(pool, groups, stepped_of, keys=lambda batch: batch, apart=singly)
        return raw, stepped

    def _gather(
        self,
        pool: Executor,
        jobs: Sequence[Job],
        fetch: Callable[[Job], Mapping[Key, list[Series]]],
        *,
        keys: Callable[[Job], Sequence[Key]],
        apart: Callable[[Job], list[Job]],
    ) -> dict[Key, Found]:
        """What the jobs bring, by key. A joint request that fails is asked for apart, after all others."""
        found: dict[Key, Found] = {}
        while jobs:
            again: list[Job] = []
            answers = pool.map(lambda job: self._standing.ask(partial(fetch, job)), jobs)
            for job, answer in zip(jobs, answers, strict=True):
                if isinstance(answer, SourceError):
                    found |= dict.fromkeys(keys(job), answer)
                    again += apart(job)
                else:
                    found |= answer
            if again:
                self._standing.settle()
            jobs = again
        return found

    def _measure(
        self,
        query: SliQuery,
        piece: Period,
        known: Period,
        raw: dict[Selector, Found],
        stepped: dict[str, Found],
    ) -> Counts | SourceError:
        data = Data(piece.start_minute, piece.minutes, self._client.options.gap, raw, stepped, {})
        try:
            counts = self._counts(query, data)
        except MissingBucketError as error:
            return self._nearest(query, known) or error
        except SourceError as error:
            return error
        is_over = np.arange(piece.minutes) < known.minutes  # a minute that still runs is not measured
        return replace(
            counts,
            good=np.where(is_over, counts.good, 0.0),
            valid=np.where(is_over, counts.valid, 0.0),
            covered=counts.covered & is_over,
            faulty=counts.faulty & is_over,
            warnings=(*counts.warnings, *data.warnings),
        )

    def _counts(self, query: SliQuery, data: Data) -> Counts:
        if query.spec["kind"] == "ratio":
            return measure_ratio(query.spec, data)
        if query.spec["kind"] == "latency":
            return measure_latency(query.spec, data, self._needs.patterns)
        return measure_gauge(query.spec, data)

    def _nearest(self, query: SliQuery, known: Period) -> SourceError | None:
        """The missing bucket's error with its nearest neighbours; None when they cannot be had."""
        selector = bucket_selector(query.spec)
        try:
            bounds = self._client.label_values(
                label="le", selector=selector.render(), start=known.start - timedelta(hours=1), end=known.end
            )
        except SourceError:
            return None
        message = missing_bucket_message(
            metric=str(selector.metric), threshold=float(query.spec["threshold_seconds"]), bounds=bounds
        )
        return SourceError(Reason.NO_SUCH_BUCKET, message)


def _nothing(period: Period) -> Counts:
    return Counts.nothing(start_minute=period.start_minute, minutes=period.minutes)
