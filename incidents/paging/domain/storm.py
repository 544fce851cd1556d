"""How many messages one place gets in a storm, and what the message says that stands for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LISTED_MAX = 20
# More is coming: a first message about the rest waits this long, so that it lists more than one.
GATHER = timedelta(seconds=15)


class Verdict(StrEnum):
    SEND = "send"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class Limits:
    """At most *messages* to one place within *window*; the last of them stands for all others."""

    messages: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a bundle."""

    title: str
    severity: str
    severity_word: str
    url: str
    team: str


def verdict(*, recent: Sequence[datetime], limits: Limits) -> Verdict:
    """recent: when the place was told within the window."""
    return Verdict.SEND if len(recent) < limits.messages - 1 else Verdict.BUNDLE


def bundle_due_at(*, recent: Sequence[datetime], limits: Limits, now: datetime) -> datetime:
    """When a message about the rest may go: soon, or when the oldest of too many leaves the window."""
    soon = now + GATHER
    if len(recent) < limits.messages:
        return soon
    oldest_that_counts = sorted(recent)[len(recent) - limits.messages]
    return max(soon, oldest_that_counts + limits.window)


def title_of(*, parts: Sequence[Part], count: int) -> str:
    worst = worst_of(parts)
    word = f", worst {worst.severity_word}" if worst is not None and worst.severity_word else ""
    return f"{count} more page{'s' if count != 1 else ''} for you{word}"


def text_of(*, parts: Sequence[Part], count: int) -> str:
    """A line for each part as far as they fit, the worst first."""
    lines = [f"{part.severity_word} {part.title}".strip() + (f"\n  {part.url}" if part.url else "") for part in parts]
    rest = count - len(parts)
    if rest > 0:
        lines.append(f"… and {rest} more")
    return "\n".join(lines)


def worst_of(parts: Sequence[Part]) -> Part | None:
    order = ("critical", "error", "warning", "info")
    return min(
        parts, key=lambda part: order.index(part.severity) if part.severity in order else len(order), default=None
    )
