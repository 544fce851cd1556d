"""Deployments with commits as senders tell them, and what must come of them in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import orjson

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
COMMITS = 2


@dataclass(frozen=True, slots=True)
class Story:
    """*services* that are deployed *each* times, one after the other in each repository, every six minutes.

    Deployment n of a service has two commits, made n % 50 + 1 and n % 50 + 2 minutes before it ended. The first of a
    service ships nothing that counts, each later one its two commits. Stories of another name differ in names alone.
    """

    services: int
    each: int
    name: str = "service"

    @property
    def deployments(self) -> int:
        return self.services * self.each

    @property
    def commits(self) -> int:
        return self.deployments * COMMITS

    @property
    def shipped(self) -> int:
        return self.services * (self.each - 1) * COMMITS

    @property
    def lead_seconds(self) -> int:
        return self.services * sum(60 * (2 * (n % 50) + 3) for n in range(1, self.each))

    def names(self) -> list[str]:
        return [f"{self.name}-{number:03d}" for number in range(self.services)]

    def lines(self) -> Iterator[bytes]:
        """In the order of time, the services side by side."""
        for n in range(self.each):
            for number, name in enumerate(self.names()):
                yield orjson.dumps(_row(name, number, n))

    def batches(self, size: int) -> Iterator[bytes]:
        """NDJSON."""
        some: list[bytes] = []
        for line in self.lines():
            some.append(line)
            if len(some) == size:
                yield b"\n".join(some)
                some = []
        if some:
            yield b"\n".join(some)


def _row(service: str, number: int, n: int) -> dict[str, object]:
    ended_at = BEGIN + timedelta(minutes=6 * n + 10)
    minutes = n % 50 + 1
    older, newer = _sha(number, n, 0), _sha(number, n, 1)
    below = [_sha(number, n - 1, 1)] if n else []
    return {
        "id": f"{service}-{n}",
        "service": service,
        "environment": "production",
        "repository": f"bench/{service}",
        "started_at": (ended_at - timedelta(minutes=1)).isoformat(),
        "finished_at": ended_at.isoformat(),
        "outcome": "succeeded",
        "revision": newer,
        "commits": [
            {"sha": older, "committed_at": _ago(ended_at, minutes + 1), "parents": below, "message": f"Change {n}"},
            {"sha": newer, "committed_at": _ago(ended_at, minutes), "parents": [older], "message": f"Mend {n}"},
        ],
    }


def _ago(at: datetime, minutes: int) -> str:
    return (at - timedelta(minutes=minutes)).isoformat()


def _sha(number: int, n: int, index: int) -> str:
    return sha1(f"{number} {n} {index}".encode(), usedforsecurity=False).hexdigest()
