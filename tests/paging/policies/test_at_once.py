"""Two at the same instant: editors of a policy, defaults of a team, escalations that take a turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from incidents.paging.domain.policies import PolicyDraft
from incidents.paging.models import EscalationPolicy
from incidents.paging.services import policies
from reliability.web.errors import Conflict
from tests.cast import Cast
from tests.paging.policies.conftest import of, step
from tests.racing import Race

Draft = Callable[..., PolicyDraft]


def test_of_two_editors_one_saves_and_the_other_is_told(race: Race, cast: Cast, draft: Draft, now: datetime) -> None:
    caller = cast.caller("editor")
    made = policies.create(caller=caller, draft=draft(), now=now)

    def save(repeat: int) -> Callable[[], EscalationPolicy]:
        asked = draft(repeat=repeat)
        return lambda: policies.update(caller=caller, policy=made, draft=asked, now=now, expected_revision=1)

    outcomes = race(save(3), save(5))
    assert Counter(type(outcome) for outcome in outcomes) == {EscalationPolicy: 1, Conflict: 1}, outcomes


def test_of_two_new_defaults_one_is_the_default(race: Race, cast: Cast, draft: Draft, now: datetime) -> None:
    caller = cast.caller("editor")

    def create(slug: str) -> Callable[[], EscalationPolicy]:
        asked = draft(slug=slug, is_team_default=True)
        return lambda: policies.create(caller=caller, draft=asked, now=now)

    outcomes = race(create("first"), create("second"))
    assert all(isinstance(outcome, EscalationPolicy) for outcome in outcomes), outcomes
    [count] = race(lambda: EscalationPolicy.objects.filter(is_team_default=True).count())
    assert count == 1


def test_escalations_that_begin_together_take_different_turns(
    race: Race, cast: Cast, draft: Draft, now: datetime
) -> None:
    people = [of("user", person) for person in (cast.editor, cast.responder, cast.administrator)]
    asked = draft(steps=(step(5, *people, round_robin=True),))
    made = policies.create(caller=cast.caller("editor"), draft=asked, now=now)

    def begin() -> str:
        return policies.freeze(policy_id=made.pk, now=now).steps[0].in_turn(0)[0][0].name

    assert sorted(race(begin, begin, begin)) == ["Administrator", "Editor", "Responder"]
