"""Deployments that break the demo's shop, so that anybody can see what the product makes of a bad one.

A deployment to production whose revision begins with `broken` loses half of its service's requests, from its end until
the next deployment of the service ends, for a day at the most.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from reliability.demo.domain.traffic import Traffic, Trouble
from reliability.kit.instants import to_minute

MARK = "broken"
LOST = 0.5
LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A deployment that ended."""

    service: str
    finished_at: datetime
    revision: str


@dataclass(frozen=True, slots=True)
class Breakage:
    """Minutes since the epoch, [start_minute, end_minute)."""

    service: str
    start_minute: int
    end_minute: int

    def trouble(self, *, anchor_minute: int) -> Trouble:
        length = self.end_minute - self.start_minute
        return Trouble((self.start_minute - anchor_minute) / 60, length, LOST)


def breakages(*, shipped: Iterable[Shipped], now: datetime) -> list[Breakage]:
    """What is or was broken. shipped: in any order."""
    found = []
    in_order = sorted(shipped, key=lambda one: (one.service, one.finished_at))
    for service, group in groupby(in_order, key=lambda one: one.service):
        ones = list(group)
        ends = [*(one.finished_at for one in ones[1:]), now]
        for one, end in zip(ones, ends, strict=True):
            until = min(end, one.finished_at + LONGEST)
            if one.revision.startswith(MARK) and until > one.finished_at:
                found.append(Breakage(service, to_minute(one.finished_at), to_minute(until)))
    return found


def broken_traffic(*, traffic: Traffic, broken: Collection[Breakage], anchor_minute: int) -> Traffic:
    """The same requests, of which some fail. broken: of the service of this traffic."""
    more = tuple(one.trouble(anchor_minute=anchor_minute) for one in broken)
    return replace(traffic, troubles=(*traffic.troubles, *more))


def rewritten_from(*, broken: Collection[Breakage], end_minute: int) -> int:
    """The first minute that is not what it was told to be before a deployment of the last hour became known."""
    edges = [edge for one in broken for edge in (one.start_minute, one.end_minute)]
    return min((edge for edge in edges if edge >= end_minute - 60), default=end_minute)
