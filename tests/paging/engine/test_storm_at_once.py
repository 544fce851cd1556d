"""A storm in which many incidents open at once: nobody waits for nobody, and each place has one list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from incidents.paging.models import Escalation, Notification
from reliability.access.models import User
from tests.cast import Cast
from tests.paging.engine.conftest import begin, person_with, policy_of
from tests.racing import Race

ROUNDS = 12


def test_incidents_that_open_at_once_for_the_same_people_share_their_lists(
    race: Race, cast: Cast, now: datetime
) -> None:
    first, second = person_with(cast.responder, "Phone"), person_with(cast.editor, "Phone")
    there, back = policy_of([first, second]), policy_of([second, first])
    for number in range(4):
        begin(there, now, subject=f"before:{number}")

    def opens(subject: str, *people: User) -> Callable[[], Escalation]:
        return lambda: begin(there if people[0] is first else back, now, subject=subject)

    for number in range(ROUNDS):
        outcomes = race(
            *(opens(f"{number}:{who}", *order) for who, order in enumerate([(first, second), (second, first)] * 2))
        )
        assert all(isinstance(outcome, Escalation) for outcome in outcomes), outcomes

    def lists() -> list[str]:
        return sorted(Notification.objects.filter(purpose="bundle").values_list("place_key", flat=True))

    [found] = race(lists)
    assert len(found) == len(set(found)) == 2, "one list for each place"
