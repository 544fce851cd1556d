"""What the demo's shop deployed in twelve weeks, as its pipeline tells it: rows of `POST /api/v1/deployments`."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

DAYS = 84
_SEED = 46
_HOUR = timedelta(hours=1)
_WORDS = (
    "Say which field is wrong", "Cache the price list for a minute", "Retry the acquirer once", "Sort by relevance",
    "Log the order number", "Drop the old column", "Time out after two seconds", "Translate the receipt",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoPipeline:
    """per_week: deployments. hours: from a first commit to opened, to reviewed, to merged, to deployed, on average."""

    service: str
    per_week: int
    hours: tuple[float, float, float, float]


PIPELINES = (
    DemoPipeline("checkout", 6, (5, 2, 4, 3)),
    DemoPipeline("payments", 3, (9, 6, 12, 20)),
    DemoPipeline("catalogue", 4, (4, 3, 5, 2)),
    DemoPipeline("storefront", 9, (3, 1, 2, 1)),
    DemoPipeline("search", 2, (14, 9, 20, 30)),
)
# As in `emergencies.CHANGES`: the release that broke checkout, and the way back. Hours before the first start.
BROKEN, BACK = ("checkout", 150.6, "checkout 2026.46.1"), ("checkout", 149.7, "checkout 2026.45.4 (rolled back)")


def rows_until(now: datetime) -> Iterator[dict[str, Any]]:
    """Of each service one after the other, the oldest first; at the same instant always the same rows."""
    for pipeline in PIPELINES:
        yield from _of(pipeline, now)


def _of(pipeline: DemoPipeline, now: datetime) -> Iterator[dict[str, Any]]:
    chance = random.Random(f"{_SEED}:{pipeline.service}")  # noqa: S311  a story, no secret
    ends = [now - one * _HOUR for one in sorted(_hours_ago(pipeline, chance), reverse=True)]
    parent = ""
    for number, finished in enumerate(ends, 1):
        before = parent
        made = _made(pipeline, number, finished, parent, chance)
        parent = made["revision"]
        is_broken = (pipeline.service, finished) == (BROKEN[0], now - BROKEN[1] * _HOUR)
        named = {"title": BROKEN[2]} if is_broken else {}
        yield _row(pipeline, str(number), finished, {**made, **named})
        if is_broken:
            yield _row(pipeline, f"{number}-back", now - BACK[1] * _HOUR, _back(before, BACK[2]))
        elif number > 3 and chance.random() < 0.06:
            mended = finished + timedelta(minutes=chance.randint(9, 110))
            yield _row(pipeline, f"{number}-back", mended, _back(before, "Back to the release before"))


def _row(pipeline: DemoPipeline, key: str, finished: datetime, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{pipeline.service}-{key}",
        "service": pipeline.service,
        "environment": "production",
        "started_at": (finished - timedelta(minutes=4)).isoformat(),
        "finished_at": finished.isoformat(),
        "outcome": "succeeded",
        **more,
    }


def _back(revision: str, title: str) -> dict[str, Any]:
    return {"revision": revision, "rollback": True, "title": title}


def _hours_ago(pipeline: DemoPipeline, chance: random.Random) -> set[float]:
    count = pipeline.per_week * DAYS // 7
    found = {round(chance.uniform(2, DAYS * 24), 1) for _ in range(count)}
    quiet = {one for one in found if 148 < one < 152}  # the story of the broken release stands alone
    return (found - quiet) | ({BROKEN[1]} if pipeline.service == BROKEN[0] else set())


def _made(
    pipeline: DemoPipeline, number: int, finished: datetime, parent: str, chance: random.Random
) -> dict[str, Any]:
    """A release of one change request with one to three commits."""
    steps = [timedelta(hours=mean * chance.lognormvariate(0, 0.6)) for mean in pipeline.hours]
    merged = finished - steps[3]
    reviewed, opened = merged - steps[2], merged - steps[2] - steps[1]
    first = opened - steps[0]
    commits: list[dict[str, Any]] = []
    count = chance.randint(1, 3)
    for place in range(count):
        sha = hashlib.sha256(f"{pipeline.service}:{number}:{place}".encode()).hexdigest()[:40]
        at = first + (merged - first) * place / count
        commits.append(
            {
                "sha": sha,
                "committed_at": at.isoformat(),
                "message": _WORDS[(number + place) % len(_WORDS)],
                "parents": [parent] if parent else [],
            }
        )
        parent = sha
    change = {
        "id": f"#{400 + number}",
        "first_commit_at": first.isoformat(),
        "opened_at": opened.isoformat(),
        "first_review_at": reviewed.isoformat(),
        "merged_at": merged.isoformat(),
        "merge_sha": parent,
    }
    return {"revision": parent, "commits": commits, "changes": [change]}
