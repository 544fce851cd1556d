"""How far a service is from what broke, in steps of "needs"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class Step(Protocol):
    @property
    def to(self) -> int: ...


def distances(*, needs: Mapping[int, Sequence[Step]], roots: Iterable[int]) -> dict[int, int]:
    """{service: fewest steps from any of *roots*}: 0 for themselves, 1 for what they need directly, to any depth."""
    found = dict.fromkeys(roots, 0)
    edge = sorted(found)
    while edge:
        further: list[int] = []
        for service in edge:
            for step in needs.get(service, ()):
                if step.to not in found:
                    found[step.to] = found[service] + 1
                    further.append(step.to)
        edge = further
    return found
