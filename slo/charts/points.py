"""What charts draw: the shapes they need, whoever computed them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol


class BudgetPoint(Protocol):
    """What was left of the budget at an instant; None without data."""

    @property
    def at(self) -> datetime: ...
    @property
    def remaining(self) -> float | None: ...
    @property
    def sli(self) -> float | None: ...


class SliPoint(Protocol):
    """The SLI of one step [start, end) and what it was asked to be."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def sli(self) -> float | None: ...
    @property
    def good(self) -> float: ...
    @property
    def valid(self) -> float: ...
    @property
    def coverage(self) -> float: ...
    @property
    def objective(self) -> Decimal: ...
