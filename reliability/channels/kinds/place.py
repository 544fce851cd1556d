"""One place to send to: what a kind needs of a channel or contact method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """name: in words, for reasons and logs. The secrets are decrypted: they never leave through a repr."""

    name: str
    config: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
