"""Environments: which are known, and which of them count as production."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reliability.delivery.domain.environments import is_test_name

PRODUCTION = "production"
# Nothing to spell wrong: a first deployment there is no surprise.
_PLAIN = frozenset({PRODUCTION, "prod", "prd", "live"})


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of a service. is_known: a deployment was told there, or its name is a plain word."""

    name: str
    is_production: bool
    is_known: bool


def place_of(*, name: str, told: Collection[bool]) -> Place:
    """told: whether deployments there counted as production, as their senders said; empty: none was told.

    A name that says nothing and that nobody deployed to is held for production: a slip of the pen must not open a gate.
    """
    if told:
        return Place(name, is_production=any(told), is_known=True)
    return Place(name, is_production=not is_test_name(name), is_known=name in _PLAIN)
