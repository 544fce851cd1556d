"""Composites in words, the same on pages and in the API."""

from __future__ import annotations

from collections.abc import Sequence

from reliability.access.domain.caller import Caller
from reliability.kit.percent import share_text
from slo.domain.composite_shares import WeakestReason
from slo.domain.composites import CompositeKind, Missing
from slo.models import CompositePart, CompositeVersion
from slo.selectors.composite_status import CompositeStatus
from slo.selectors.phrases import objective_text, window_text

HIDDEN = "an objective of another team"
KINDS = {
    CompositeKind.ALL_OF: "All of them: a slice is bad when any part is",
    CompositeKind.WEIGHTED: "Weighted events of all of them",
    CompositeKind.CHAIN: "Chain: what gets through every part",
}
MISSINGS = {
    Missing.NO_DATA: "not judged: it lowers coverage",
    Missing.LEFT_OUT: "judged by the other parts",
    Missing.BAD: "bad",
}


def composite_sentence(version: CompositeVersion, *, parts: int) -> str:
    """What is promised, as one sentence."""
    asked, window = objective_text(version.objective), window_text(version.window)
    match CompositeKind(version.kind):
        case CompositeKind.ALL_OF:
            return f"In {asked} of slices of {version.slice_minutes} min all {parts} parts are good {window}."
        case CompositeKind.WEIGHTED:
            return f"{asked} of the weighted events of {parts} parts are good {window}."
        case CompositeKind.CHAIN:
            return f"{asked} of what needs all {parts} parts gets through {window}."


def title_of(row: CompositePart, *, caller: Caller) -> str:
    """What a part is called, as far as the caller may know; what it was called when it is gone."""
    owner = row.slo or row.nested
    if owner is None:
        return f"{row.name} (gone)"
    return str(owner) if caller.may_read(owner.team_id) else HIDDEN


def weakest_text(status: CompositeStatus, *, caller: Caller) -> str:
    """Which part is the weakest and why, as one sentence; all of them where several cost the same."""
    shares, weakest = status.shares, status.weakest
    if weakest.position is None or shares is None:
        return _NO_WEAKEST[weakest.reason]
    share = shares.parts[weakest.position]
    title = _capital(weakest_titles(status, caller=caller))
    of_spent = share_text(float(share.own.of_spent or 0))
    is_one = len(weakest.positions) == 1
    who = f"{title} is the weakest link: " if is_one else f"{title} are the weakest links, each "
    if weakest.reason is WeakestReason.LOST_MOST:
        return f"{who}{of_spent} of what was lost."
    alone = int(share.own.bad)
    return f"{who}bad in {share.slices:,} of {shares.bad_slices:,} bad slices, in {alone:,} of them alone."


def weakest_titles(status: CompositeStatus, *, caller: Caller, shown: int = 3) -> str:
    """Their names, as far as the caller may know them; blank where none is the weakest."""
    return parts_words([part.row for part in status.weakest_parts], caller=caller, shown=shown, last=" and ")


_NO_WEAKEST = {
    WeakestReason.NOTHING_LOST: "No part lost anything.",
    WeakestReason.NO_DATA: "Nothing was measured, so no part can be called the weakest.",
}


def parts_words(rows: Sequence[CompositePart], *, caller: Caller, shown: int = 3, last: str = ", ") -> str:
    """The first parts by name, and how many more there are. last: what stands before the last of all."""
    names = [title_of(row, caller=caller) for row in rows[:shown]]
    more = len(rows) - len(names)
    if more:
        return f"{', '.join(names)} and {more} more"
    return last.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
