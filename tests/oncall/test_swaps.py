"""Swaps: from an offer to overrides, and every way in which it does not come to that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from incidents.oncall.handlers import expire_swap
from incidents.oncall.models import Schedule, Swap
from incidents.oncall.services import overrides, swaps
from incidents.oncall.services.due import SWAP
from incidents.oncall.services.overrides import OverrideDraft
from incidents.oncall.services.swaps import SwapDraft
from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry, Membership
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast
from tests.oncall.conftest import NOW

pytestmark = pytest.mark.django_db


def period(start: str, end: str) -> Period:
    return Period(datetime.fromisoformat(start).replace(tzinfo=UTC), datetime.fromisoformat(end).replace(tzinfo=UTC))


FRIDAY = period("2026-04-03T07:00", "2026-04-04T07:00")  # Editor's
NEXT_FRIDAY = period("2026-04-10T07:00", "2026-04-11T07:00")  # Responder's


def offer(cast: Cast, schedule: Schedule, name: str = "editor", **fields: Any) -> Swap:
    draft = SwapDraft(**{"period": FRIDAY, **fields})
    return swaps.offer(caller=cast.caller(name), schedule=schedule, draft=draft, now=NOW)


def decide(cast: Cast, swap: Swap, act: Any, name: str, now: datetime = NOW) -> Swap:
    decided: Swap = act(caller=cast.caller(name), schedule=swap.schedule, swap_id=swap.pk, now=now)
    return decided


def test_an_accepted_swap_moves_both_shifts(cast: Cast, schedule: Schedule, who: Callable[[str], str]) -> None:
    swap = offer(cast, schedule, to_id=cast.responder.pk, counter=NEXT_FRIDAY)
    assert who("2026-04-03T08:00") == "Editor", "an offer changes nothing"
    decide(cast, swap, swaps.accept, "responder")
    assert (who("2026-04-03T08:00"), who("2026-04-10T08:00")) == ("Responder", "Editor")
    assert (who("2026-04-02T08:00"), who("2026-04-09T08:00")) == ("Editor", "Responder")
    assert swap.overrides.count() == 2
    assert AuditEntry.objects.filter(action__in=("swap.offer", "swap.accept")).count() == 2


def test_whoever_of_the_team_comes_first_takes_an_offer_to_anybody(cast: Cast, schedule: Schedule) -> None:
    swap = offer(cast, schedule)
    assert decide(cast, swap, swaps.accept, "administrator").accepted_by == cast.administrator
    with pytest.raises(Conflict, match="accepted already"):
        decide(cast, swap, swaps.accept, "responder")


@pytest.mark.parametrize(
    ("act", "name", "refusal"),
    [
        (swaps.accept, "editor", Forbidden),
        (swaps.accept, "administrator", Forbidden),
        (swaps.accept, "viewer", Forbidden),
        (swaps.accept, "outsider", NotFound),
        (swaps.decline, "editor", Forbidden),
        (swaps.withdraw, "responder", Forbidden),
    ],
    ids=["own offer", "offered to another", "a viewer", "an outsider", "declining one's own", "withdrawing another's"],
)
def test_who_may_not_decide(cast: Cast, schedule: Schedule, act: Any, name: str, refusal: Any) -> None:
    swap = offer(cast, schedule, to_id=cast.responder.pk)
    with pytest.raises(refusal):
        decide(cast, swap, act, name)
    swap.refresh_from_db()
    assert swap.state == Swap.State.OFFERED


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"period": NEXT_FRIDAY}, "start"),
        ({"period": period("2026-04-05T07:00", "2026-04-07T07:00")}, "start"),
        ({"period": period("2026-03-31T07:00", "2026-04-01T07:00")}, "start"),
        ({"counter": NEXT_FRIDAY}, "offered_to"),
        ({"to": "responder", "counter": FRIDAY}, "counter_start"),
        ({"to": "editor"}, "offered_to"),
        ({"to": "outsider"}, "offered_to"),
    ],
    ids=["another's shift", "half another's", "begun already", "time in return from nobody", "not theirs to give",
         "to oneself", "to an outsider"],
)  # fmt: skip
def test_an_offer_that_makes_no_sense_is_refused(
    cast: Cast, schedule: Schedule, fields: dict[str, Any], field: str
) -> None:
    named: dict[str, Any] = {"to_id": cast.person(fields["to"]).pk} if "to" in fields else {}
    with pytest.raises(Invalid) as refusal:
        offer(cast, schedule, **{key: value for key, value in fields.items() if key != "to"}, **named)
    assert refusal.value.details[0]["field"] == field


def test_a_declined_or_withdrawn_offer_changes_nothing(
    cast: Cast, schedule: Schedule, who: Callable[[str], str]
) -> None:
    decide(cast, offer(cast, schedule, to_id=cast.responder.pk), swaps.decline, "responder")
    decide(cast, offer(cast, schedule), swaps.withdraw, "editor")
    assert who("2026-04-03T08:00") == "Editor"
    assert set(Swap.objects.values_list("state", flat=True)) == {"declined", "withdrawn"}


def test_an_offer_expires_when_its_shift_begins(cast: Cast, schedule: Schedule) -> None:
    swap = offer(cast, schedule)
    assert Due.objects.get(kind=SWAP, key=str(swap.pk)).due_at == FRIDAY.start
    assert expire_swap(key=str(swap.pk), payload={}, now=NOW) == FRIDAY.start
    with pytest.raises(Conflict, match="has expired"):
        decide(cast, swap, swaps.accept, "responder", now=FRIDAY.start)
    assert expire_swap(key=str(swap.pk), payload={}, now=FRIDAY.start) is None
    swap.refresh_from_db()
    assert swap.state == Swap.State.EXPIRED


def test_an_offer_is_void_when_the_rota_changed_meanwhile(cast: Cast, schedule: Schedule) -> None:
    swap = offer(cast, schedule)
    draft = OverrideDraft(period=FRIDAY, user_id=cast.administrator.pk)
    overrides.create(caller=cast.caller("editor"), schedule=schedule, draft=draft, now=NOW)
    with pytest.raises(Conflict, match="schedule changed"):
        decide(cast, swap, swaps.accept, "responder")


def test_who_lost_the_role_meanwhile_does_not_take_a_shift(cast: Cast, schedule: Schedule) -> None:
    swap = offer(cast, schedule, to_id=cast.responder.pk)
    Membership.objects.filter(user=cast.responder).update(role=Role.VIEWER.value)
    with pytest.raises(Forbidden):
        decide(cast, swap, swaps.accept, "responder")


def test_the_same_time_is_not_offered_twice(cast: Cast, schedule: Schedule) -> None:
    first = offer(cast, schedule, to_id=cast.responder.pk)
    with pytest.raises(Conflict, match="offered already"):
        offer(cast, schedule, period=period("2026-04-03T18:00", "2026-04-04T06:00"))
    decide(cast, first, swaps.withdraw, "editor")
    assert offer(cast, schedule).state == "offered"
