"""Reasons as they are kept with an answer and told to whoever may know of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Caller
from reliability.gate.domain.deciding import Judged
from reliability.gate.domain.kinds import Effect, ReasonKind


@dataclass(frozen=True, slots=True)
class ToldReason:
    """A reason as one reader is told it."""

    kind: ReasonKind
    effect: Effect
    words: str
    url: str
    until: datetime | None


def to_json(judged: Iterable[Judged]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.reason.kind.value,
            "effect": one.effect.value,
            "words": one.reason.words,
            "url": one.reason.url,
            "until": one.reason.until.isoformat() if one.reason.until else None,
            "teams": sorted(one.reason.team_ids),
            "hidden_words": one.reason.hidden_words,
        }
        for one in judged
    ]


def told_to(*, caller: Caller, stored: Iterable[Mapping[str, Any]]) -> list[ToldReason]:
    """In other words, and without a link, where the caller may not read all of its teams."""
    return [_told(one, all(caller.may_read(team_id) for team_id in one["teams"])) for one in stored]


def _told(one: Mapping[str, Any], is_open: bool) -> ToldReason:
    return ToldReason(
        kind=ReasonKind(one["kind"]),
        effect=Effect(one["effect"]),
        words=one["words"] if is_open else one["hidden_words"],
        url=one["url"] if is_open else "",
        until=datetime.fromisoformat(one["until"]) if one["until"] else None,
    )
