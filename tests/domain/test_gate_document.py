"""The example of docs/gate.md, judged anew row by row."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from reliability.gate.domain.budget_rules import Action, Reading, Rule, standing_of

_ROW = re.compile(r"^\| (\d\d):(\d\d) \| (no data|[−\d]+ %) \| (no$|no |in force|over)", re.MULTILINE)
_TEXT = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
RULE = Rule(action=Action.FREEZE, threshold=0.0, until=0.05, hold_minutes=60)


def test_the_freeze_of_the_example_begins_and_ends_when_the_page_says() -> None:
    rows = _ROW.findall(_TEXT)
    assert len(rows) == 6
    since: datetime | None = None
    for hour, minute, left, said in rows:
        now = datetime(2026, 3, 2, int(hour), int(minute), tzinfo=UTC)
        share = None if left == "no data" else float(left.removesuffix(" %").replace("−", "-")) / 100
        readings = [Reading("cards", "Card payments are answered", share, None)]
        standing = standing_of(rule=RULE, readings=readings, since=since, now=now)
        assert standing.is_in_force is (said == "in force"), (hour, minute, standing.reason)
        since = (since or now) if standing.is_in_force else None
