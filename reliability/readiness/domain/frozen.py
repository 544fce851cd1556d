"""Every answer of a review as it was, in words: items and checklists that change later change nothing here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from reliability.readiness.domain.answers import HIDDEN
from reliability.readiness.domain.standing import Standing, State

Frozen = dict[str, Any]


def frozen_of(standings: Iterable[Standing]) -> list[Frozen]:
    """As JSON keeps them, in the order given. Addresses of ours are kept for the day; they may lead nowhere later."""
    return [_frozen(one) for one in standings]


def shown(answers: Iterable[Mapping[str, Any]], *, may_read: Iterable[int]) -> list[Frozen]:
    """As somebody reads them who may read the objects of these teams."""
    readable = frozenset(may_read)
    found = []
    for one in answers:
        visible = frozenset(one.get("team_ids", ())) <= readable
        words = one["text"] if visible else one.get("elsewhere") or HIDDEN
        kept = {name: value for name, value in one.items() if name not in ("team_ids", "elsewhere")}
        badge = State(one["state"]).badge
        found.append({**kept, "text": words, "url": one["url"] if visible else "", "badge": badge})
    return found


def _frozen(one: Standing) -> Frozen:
    given = one.given
    return {
        "slug": one.item.slug,
        "title": one.item.title,
        "day": one.item.day.value,
        "kind": one.item.kind.value,
        "why": one.item.why,
        "source": one.item.source,
        "is_required": one.is_required,
        "state": one.state.value,
        "text": one.text,
        "url": one.url,
        "team_ids": sorted(one.team_ids),
        "elsewhere": one.elsewhere,
        "waived_until": _instant(one.waived.until_at) if one.waived else None,
        "evidence": {
            "text": given.text,
            "url": given.url,
            "happened_on": given.happened_on.isoformat(),
            "author": given.author,
            "reviewer": given.reviewer,
            "reviewed_at": _instant(given.reviewed_at),
            "expires_at": _instant(given.expires_at),
        }
        if given
        else None,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
