"""Positions in a list that people order: one step up or down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Max, QuerySet

from incidents.status_page.models import Component, ComponentGroup

Row = TypeVar("Row", Component, ComponentGroup)


def next_position(rows: QuerySet[Row]) -> int:
    highest: int | None = rows.aggregate(of=Max("position"))["of"]
    return (highest or 0) + 1


def move(*, rows: Sequence[Row], row: Row, steps: int) -> bool:
    """Put *row* *steps* further in *rows*, which are in order; positions are numbered anew. Whether anything moved."""
    order = list(rows)
    old = next(place for place, one in enumerate(order) if one.pk == row.pk)
    new = max(0, min(len(order) - 1, old + steps))
    if new == old:
        return False
    order.insert(new, order.pop(old))
    for position, one in enumerate(order, 1):
        if one.position != position:
            one.position = position
            one.save(update_fields=("position",))
    return True
