"""A game day of the private team Payments with everything that hangs on it, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.gamedays.models import ChecklistItem, Finding, FollowUp, Invitee, Observation, RoleHolder, Scenario
from tests.cast import BEGINNING, Cast, GameDayFactory

MARK = "hidden-treasure"


def hidden_gamedays(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of game days and follow-ups."""
    day = GameDayFactory(team=cast.payments, title=MARK, goal=MARK, hypothesis=MARK, notes=MARK, place=MARK)
    scenario = Scenario.objects.create(game_day=day, position=1, title=MARK, happens=MARK)
    holder = RoleHolder.objects.create(game_day=day, kind="owner", name=MARK, since_at=BEGINNING)
    item = ChecklistItem.objects.create(game_day=day, position=1, text=MARK)
    invitee = Invitee.objects.create(
        game_day=day, address=f"{MARK}@example.org", name=MARK, is_outside=True, invited_at=BEGINNING
    )
    seen = Observation.objects.create(
        game_day=day, number=1, text=MARK, by_name=MARK, author_name=MARK, at=BEGINNING, recorded_at=BEGINNING
    )
    Finding.objects.create(game_day=day, layer="component", title=MARK, text=MARK, at=BEGINNING, by_name=MARK)
    follow_up = FollowUp.objects.create(
        team=cast.payments, game_day=day, title=MARK, kind="prevent", created_at=BEGINNING, updated_at=BEGINNING
    )
    return {
        "chaos/game-days/": {
            "number": day.pk,
            "pk": scenario.pk,
            "scenario_id": scenario.pk,
            "holder_id": holder.pk,
            "item_id": item.pk,
            "invitee_id": invitee.pk,
            "observation_number": seen.number,
            "seen": seen.number,
            "slug": cast.payments.slug,
        },
        "chaos/follow-ups/": {"pk": follow_up.pk, "follow_up_id": follow_up.pk},
    }
