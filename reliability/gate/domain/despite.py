"""What was deployed in spite of a no: each deployment beside the last answer that was given before it began. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.gate.domain.deciding import is_same_revision

# An answer is about what comes next, not about next week.
ANSWER_COUNTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """revision: blank when the asker did not say, so that it is about whatever came next."""

    id: int
    service_id: int
    environment: str
    revision: str
    at: datetime
    is_go: bool


@dataclass(frozen=True, slots=True)
class Deployed:
    """at: when it began, or, if that was not told, when it ended."""

    id: int
    service_id: int
    environment: str
    revision: str
    at: datetime


def despite_no_go(*, deployed: Iterable[Deployed], answers: Iterable[Answer]) -> list[tuple[int, int]]:
    """(deployment, answer) where the last answer of the day before it began was a no, in the order of *deployed*.

    An override that came in time shows as an answer of go only when somebody asked again: whoever calls leaves out
    deployments that an override covered.
    """
    by_place: dict[tuple[int, str], list[Answer]] = defaultdict(list)
    for answer in sorted(answers, key=lambda one: (one.at, one.id)):
        by_place[answer.service_id, answer.environment].append(answer)
    found = []
    for one in deployed:
        last = _last(by_place.get((one.service_id, one.environment), ()), one)
        if last is not None and not last.is_go:
            found.append((one.id, last.id))
    return found


def _last(answers: Sequence[Answer], one: Deployed) -> Answer | None:
    """answers: of its place, in order of time."""
    for place in range(bisect_right(answers, one.at, key=lambda answer: answer.at) - 1, -1, -1):
        answer = answers[place]
        if answer.at < one.at - ANSWER_COUNTS:
            return None
        if not answer.revision or not one.revision or is_same_revision(answer.revision, one.revision):
            return answer
    return None
