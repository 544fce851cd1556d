"""Hand-overs as people type them, a line each: `mon 09:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reliability.kit.times import TimeError
from reliability.kit.typed_hours import check_time, lines_of, weekdays_of

_HANDOFF = re.compile(r"(?P<days>[A-Za-z, –-]+?)\s+(?P<time>\d{1,2}:\d{2})\Z")


def parse_handoffs(text: str) -> list[dict[str, str]]:
    """Each line as hand-overs in the notation. Raises TimeError naming the line."""
    found = []
    for line in lines_of(text):
        match = _HANDOFF.match(line)
        if not match:
            raise TimeError(f"{line!r} is not understood: write a weekday and a time, such as mon 09:00")
        check_time(line, match["time"], is_end=False)
        found += [{"weekday": day, "time": match["time"]} for day in weekdays_of(match["days"])]
    return found


def handoffs_text(handoffs: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(f"{entry['weekday']} {entry['time']}" for entry in handoffs)
