"""What services need to work."""

from __future__ import annotations

from collections.abc import Collection

from reliability.catalog.selectors.dependencies import all_edges

_DEPTH_MAX = 3  # further down nearly everything needs nearly everything


def with_needs(service_ids: Collection[int]) -> set[int]:
    """The services and everything below them, up to three steps down. One query."""
    if not service_ids:
        return set()
    needs, _ = all_edges()
    reached, edge = set(service_ids), set(service_ids)
    for _ in range(_DEPTH_MAX):
        edge = {one.to for pk in edge for one in needs.get(pk, ())} - reached
        if not edge:
            break
        reached |= edge
    return reached
