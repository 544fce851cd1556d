"""The history of a postmortem: every change, and what one person saved in a row as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from incidents.postmortems.domain.versions import TYPED
from incidents.postmortems.models import Postmortem, Version

# Saved by itself every few seconds, a paragraph is one piece of work.
_RUN_GAP = timedelta(minutes=10)
# Parts other than sections, as a page names them.
PARTS = {
    "timeline": "Timeline",
    "factor": "Factors",
    "why": "Five whys",
    "title": "Title",
    "dates": "Dates",
    "state": "State",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Changes of one part by one person with little time between: from `first` to `last`."""

    first: Version
    last: Version
    count: int


def history_of(*, postmortem: Postmortem, part: str = "") -> QuerySet[Version]:
    """The newest first. part: the slug of a section, or one of PARTS."""
    found = postmortem.versions.exclude(what=TYPED).defer("before", "after")
    if part in PARTS:
        found = found.filter(what__startswith=part)
    elif part:
        found = found.filter(key=part)
    return found.order_by("-number", "-pk")


def runs_of(versions: Sequence[Version]) -> list[Run]:
    """*versions* newest first. Merges and restores stand alone: they are what somebody looks for."""
    runs: list[Run] = []
    for version in versions:
        if runs and _goes_on(runs[-1].first, version):
            runs[-1] = Run(version, runs[-1].last, runs[-1].count + 1)
        else:
            runs.append(Run(version, version, 1))
    return runs


def _goes_on(later: Version, earlier: Version) -> bool:
    same = (later.what, later.key, later.author_name) == (earlier.what, earlier.key, earlier.author_name)
    return same and later.what == "section" and not later.note and not earlier.note and later.at - earlier.at < _RUN_GAP
