"""The tree of whys: answers below and beside each other, moved and taken away with all that is below them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.postmortems.domain import whys as tree
from incidents.postmortems.domain.whys import Node, Row, WhyError
from incidents.postmortems.models import Postmortem, Why
from incidents.postmortems.services.changing import Change, changed, checked_text, locked
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Invalid, NotFound


@transaction.atomic
def add(*, caller: Caller, postmortem: Postmortem, parent_id: int | None, text: str, now: datetime) -> Why:
    """An answer below *parent_id*, behind those there; on top without one. A second below the same is a fork.

    Raises NotFound, Forbidden, Invalid, Conflict when the tree is as deep or large as it may be.
    """
    clean = _checked(text)
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    nodes = nodes_of(row)
    if parent_id is not None:
        _why(row, parent_id)
    _try(tree.check_add, nodes=nodes, parent=parent_id)
    beside = list(row.whys.filter(parent_id=parent_id))
    why = Why.objects.create(
        postmortem=row,
        parent_id=parent_id,
        position=max((one.position for one in beside), default=0) + 1,
        text=clean,
        created_at=now,
    )
    changed(caller=caller, postmortem=row, changes=[_told(why, "", clean)], now=now)
    return why


@transaction.atomic
def edit(
    *,
    caller: Caller,
    postmortem: Postmortem,
    why_id: int,
    text: str,
    now: datetime,
    expected_revision: int | None = None,
) -> Why:
    """Raises NotFound, Forbidden, Invalid, Conflict when somebody changed it since."""
    clean = _checked(text)
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    why = _why(row, why_id)
    if expected_revision is not None and why.revision != expected_revision:
        message = f"somebody changed this answer after you opened it, it says now: {why.text}"
        raise Conflict(message, reason="changed_meanwhile")
    if why.text != clean:
        before, why.text = why.text, clean
        why.revision += 1
        why.save(update_fields=("text", "revision"))
        changed(caller=caller, postmortem=row, changes=[_told(why, before, clean)], now=now)
    return why


@transaction.atomic
def move(
    *, caller: Caller, postmortem: Postmortem, why_id: int, parent_id: int | None, place: int | None, now: datetime
) -> None:
    """With all below it under *parent_id* (None: on top), at *place* among those there (0 first; None: last).

    Raises NotFound, Forbidden, Conflict for a circle or too deep a tree.
    """
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    why = _why(row, why_id)
    nodes = nodes_of(row)
    if parent_id is not None:
        _why(row, parent_id)
    _try(tree.check_move, nodes=nodes, id=why_id, parent=parent_id)
    before = tree.outline_of(nodes)
    beside = [one for one in row.whys.filter(parent_id=parent_id).order_by("position", "pk") if one.pk != why.pk]
    beside.insert(len(beside) if place is None else max(0, min(place, len(beside))), why)
    why.parent_id = parent_id
    for position, one in enumerate(beside, start=1):
        one.position = position
    Why.objects.bulk_update(beside, ["position", "parent"])
    after = tree.outline_of(nodes_of(row))
    if after != before:
        change = Change("whys", "Five whys, moved", before, after)
        changed(caller=caller, postmortem=row, changes=[change], now=now)


def step(*, caller: Caller, postmortem: Postmortem, why_id: int, by: int, now: datetime) -> None:
    """Up (-1) or down (1) by one among its siblings; at an end it stays. Raises as move does."""
    node = tree.find(nodes_of(postmortem), id=why_id)
    if node is None:
        raise NotFound(f"the postmortem has no answer {why_id}")
    beside = [one.pk for one in postmortem.whys.filter(parent_id=node.row.parent).order_by("position", "pk")]
    place = max(0, beside.index(why_id) + (1 if by > 0 else -1))
    move(caller=caller, postmortem=postmortem, why_id=why_id, parent_id=node.row.parent, place=place, now=now)


@transaction.atomic
def remove(*, caller: Caller, postmortem: Postmortem, why_id: int, now: datetime) -> int:
    """With all below it; the outline stays in the history, from where it comes back. Returns how many went."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    why = _why(row, why_id)
    node = tree.find(nodes_of(row), id=why_id)
    before = tree.outline_of(_lifted(node)) if node else f"- {why.text}"
    count = 1 + (node.below if node else 0)
    why.delete()
    change = Change("why", "Five whys", before, "", str(why_id), why.revision + 1, "removed")
    changed(caller=caller, postmortem=row, changes=[change], now=now)
    return count


@transaction.atomic
def put_back(*, caller: Caller, postmortem: Postmortem, outline: str, now: datetime, note: str = "") -> None:
    """Answers from an outline, on top, behind those there: of a restore or an import.

    Raises NotFound, Forbidden, Invalid for what is no outline, Conflict when they do not fit.
    """
    try:
        rows = tree.rows_of(outline)
    except WhyError as error:
        raise Invalid(details=[{"field": "outline", "message": str(error)}]) from error
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    count = row.whys.count()
    if count + len(rows) > tree.WHYS_MAX:
        raise Conflict(f"the tree has {count} answers, {tree.WHYS_MAX} fit: take some away first", reason="too_many")
    last = max((one.position for one in row.whys.filter(parent=None)), default=0)
    made: dict[int, Why] = {}
    for one in rows:
        parent = made[one.parent] if one.parent else None
        made[one.id] = Why.objects.create(
            postmortem=row, parent=parent, position=last + one.position, text=one.text, created_at=now
        )
    changed(caller=caller, postmortem=row, changes=[Change("whys", "Five whys", "", outline, note=note)], now=now)


def nodes_of(postmortem: Postmortem) -> tuple[Node, ...]:
    """The tree as it is stored. One query."""
    rows = postmortem.whys.order_by("position", "pk").values_list("pk", "parent_id", "position", "text")
    return tree.tree_of(Row(*values) for values in rows)


def _lifted(node: Node) -> tuple[Node, ...]:
    """The node as if it stood on top, for an outline of its own."""
    rows = [Row(one.row.id, one.row.parent, one.row.position, one.row.text) for one in tree.walk(node.children)]
    return tree.tree_of([Row(node.row.id, None, 1, node.row.text), *rows])


def _why(row: Postmortem, why_id: int) -> Why:
    found: Why | None = row.whys.filter(pk=why_id).first() if why_id < 2**63 else None
    if found is None:
        raise NotFound(f"the postmortem has no answer {why_id}")
    return found


def _told(why: Why, before: str, after: str) -> Change:
    return Change("why", "Five whys", before, after, str(why.pk), why.revision)


def _checked(text: str) -> str:
    one_line = " ".join(text.split())
    return checked_text(field="text", text=one_line, most=tree.TEXT_LENGTH_MAX, needed="write the answer")


def _try(check: Any, **arguments: Any) -> None:
    try:
        check(**arguments)
    except WhyError as error:
        raise Conflict(str(error), reason=error.reason) from error
