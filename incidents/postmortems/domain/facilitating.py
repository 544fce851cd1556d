"""Who may lead the conversation about an incident: nobody who worked on it. Source: domain.md §3, Etsy's guide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def refusal_of(*, user_id: int, name: str, roles: Mapping[int, Iterable[str]]) -> str:
    """Why the person may not facilitate, blank when they may. roles: of each responder of the incident."""
    held = sorted(set(roles.get(user_id, ())))
    if not held:
        return ""
    return (
        f"{name} was {' and '.join(held)} in this incident: choose somebody who was not there. Who responded has a "
        "story of their own to tell, and cannot ask the others openly at the same time"
    )
