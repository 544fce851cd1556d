"""Contributing factors: a list in an order, each with its category."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.postmortems.domain.factors import FACTORS_MAX, TEXT_LENGTH_MAX, Category
from incidents.postmortems.models import Factor, Postmortem
from incidents.postmortems.services.changing import Change, changed, checked_text, locked
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Invalid, NotFound


@transaction.atomic
def add(*, caller: Caller, postmortem: Postmortem, category: str, text: str, now: datetime, note: str = "") -> Factor:
    """Behind the others. Raises NotFound, Forbidden, Invalid, Conflict when there are too many."""
    clean, chosen = _checked(text), _category(category)
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    there = list(row.factors.all())
    if len(there) >= FACTORS_MAX:
        raise Conflict(f"it has {FACTORS_MAX} factors, which is the most: join some", reason="too_many")
    position = max((one.position for one in there), default=0) + 1
    factor = Factor.objects.create(postmortem=row, position=position, category=chosen, text=clean, created_at=now)
    _tell(caller, row, factor, "", words_of(factor), now, note)
    return factor


@transaction.atomic
def edit(
    *,
    caller: Caller,
    postmortem: Postmortem,
    factor_id: int,
    now: datetime,
    category: str | None = None,
    text: str | None = None,
    expected_revision: int | None = None,
) -> Factor:
    """What is None stays. Raises NotFound, Forbidden, Invalid, Conflict when it was changed since."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    factor = _factor(row, factor_id)
    if expected_revision is not None and factor.revision != expected_revision:
        message = f"somebody changed this factor after you opened it, it says now: {words_of(factor)}"
        raise Conflict(message, reason="changed_meanwhile")
    before = words_of(factor)
    if category is not None:
        factor.category = _category(category)
    if text is not None:
        factor.text = _checked(text)
    if words_of(factor) != before:
        factor.revision += 1
        factor.save(update_fields=("category", "text", "revision"))
        _tell(caller, row, factor, before, words_of(factor), now)
    return factor


@transaction.atomic
def move(*, caller: Caller, postmortem: Postmortem, factor_id: int, by: int, now: datetime) -> None:
    """Up (-1) or down (1) by one; at an end it stays. Raises NotFound, Forbidden."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    factor = _factor(row, factor_id)
    there = list(row.factors.order_by("position", "pk"))
    place = there.index(factor)
    target = place + (1 if by > 0 else -1)
    if not 0 <= target < len(there):
        return
    before = _order(there)
    there.insert(target, there.pop(place))
    for position, one in enumerate(there, start=1):
        one.position = position
    Factor.objects.bulk_update(there, ["position"])
    changed(
        caller=caller, postmortem=row, changes=[Change("factors", "Order of factors", before, _order(there))], now=now
    )


@transaction.atomic
def remove(*, caller: Caller, postmortem: Postmortem, factor_id: int, now: datetime) -> None:
    """Its words stay in the history. Raises NotFound, Forbidden."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    factor = _factor(row, factor_id)
    change = Change("factor", "Factor", words_of(factor), "", str(factor.pk), factor.revision + 1, "removed")
    factor.delete()
    changed(caller=caller, postmortem=row, changes=[change], now=now)


def words_of(factor: Factor) -> str:
    """As its history has it: `change: the pool was halved`."""
    return f"{factor.category}: {factor.text}"


def _order(there: list[Factor]) -> str:
    return "\n".join(words_of(one) for one in there)


def _factor(row: Postmortem, factor_id: int) -> Factor:
    found: Factor | None = row.factors.filter(pk=factor_id).first() if factor_id < 2**63 else None
    if found is None:
        raise NotFound(f"the postmortem has no factor {factor_id}")
    return found


def _checked(text: str) -> str:
    one_line = " ".join(text.split())
    return checked_text(field="text", text=one_line, most=TEXT_LENGTH_MAX, needed="say what contributed")


def _category(value: str) -> str:
    try:
        return Category(value).value
    except ValueError:
        message = f"is one of {', '.join(one.value for one in Category)}"
        raise Invalid(details=[{"field": "category", "message": message}]) from None


def _tell(
    caller: Caller, row: Postmortem, factor: Factor, before: str, after: str, now: datetime, note: str = ""
) -> None:
    change = Change("factor", "Factor", before, after, str(factor.pk), factor.revision, note)
    changed(caller=caller, postmortem=row, changes=[change], now=now)
