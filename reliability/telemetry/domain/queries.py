"""What is asked of a source."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class SliQuery:
    """One indicator to measure: `key` names it in the answer, `spec` is the notation of domain.specs."""

    key: Hashable
    spec: dict[str, Any]
