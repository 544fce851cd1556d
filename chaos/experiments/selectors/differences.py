"""What changed between two versions, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from chaos.experiments.models import ExperimentVersion

LINES_MAX = 4_000


@dataclass(frozen=True, slots=True)
class DiffLine:
    """kind: same, added, removed, or gap where equal lines are left out. Numbers count from 1, None where it is not."""

    kind: str
    text: str
    old_number: int | None
    new_number: int | None


def difference(*, old: ExperimentVersion, new: ExperimentVersion, context: int = 3) -> list[DiffLine]:
    """The changed lines with *context* equal ones around each group; empty when both texts are the same."""
    before, after = old.text.splitlines(), new.text.splitlines()
    if max(len(before), len(after)) > LINES_MAX:
        return [DiffLine("gap", f"too long to compare: more than {LINES_MAX:,} lines", None, None)]
    lines: list[DiffLine] = []
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(context):
        if lines or group[0][1] > 0:
            lines.append(DiffLine("gap", "…", None, None))
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                pairs = zip(range(start, end), range(new_start, new_end), strict=True)
                lines += [DiffLine("same", before[left], left + 1, right + 1) for left, right in pairs]
                continue
            lines += [DiffLine("removed", before[at], at + 1, None) for at in range(start, end)]
            lines += [DiffLine("added", after[at], None, at + 1) for at in range(new_start, new_end)]
    return lines
