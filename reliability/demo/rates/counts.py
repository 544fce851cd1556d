"""How many answers were good, per minute: written by the customers, read by the platform."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reliability.demo.rates.ports import directory_of

MINUTES_KEPT = 10


@dataclass(slots=True)
class Counts:
    """minutes: epoch minute → [good, valid], the newest MINUTES_KEPT of them."""

    minutes: dict[int, list[int]] = field(default_factory=dict)

    def add(self, *, minute: int, is_good: bool) -> None:
        counted = self.minutes.setdefault(minute, [0, 0])
        counted[0] += is_good
        counted[1] += 1
        for old in [one for one in self.minutes if one <= minute - MINUTES_KEPT]:
            del self.minutes[old]

    def write(self, data_dir: Path) -> None:
        """All at once: whoever reads sees the old file or the new one."""
        path = _file(data_dir)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(self.minutes))
        draft.replace(path)


def read(data_dir: Path) -> Mapping[int, tuple[int, int]]:
    """Epoch minute → (good, valid); empty without a file."""
    try:
        written = json.loads(_file(data_dir).read_text())
        return {int(minute): (int(good), int(valid)) for minute, (good, valid) in written.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _file(data_dir: Path) -> Path:
    return directory_of(data_dir) / "counts.json"
