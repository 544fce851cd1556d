"""When experiments run next: rooms above, such as schedules, register what they know at start-up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol


class Coming(Protocol):
    def __call__(self, *, experiment_ids: Collection[int], now: datetime) -> Mapping[int, datetime]: ...


_COMING: dict[str, Coming] = {}


def register_coming(name: str, find: Coming) -> None:
    """find(experiment_ids=…, now=…) -> {experiment id: its next instant}, in a bounded number of queries.

    Raises ValueError when another function has the name.
    """
    if _COMING.setdefault(name, find) is not find:
        raise ValueError(f"{name!r} tells of coming runs already: choose another name")


def coming_of(*, experiment_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """The earliest instant of each experiment that has one."""
    found: dict[int, datetime] = {}
    for find in _COMING.values():
        for experiment_id, at in find(experiment_ids=experiment_ids, now=now).items():
            found[experiment_id] = min(at, found.get(experiment_id, at))
    return found
