"""What still pages by a schedule is named as far as the caller may see it."""

from __future__ import annotations

import pytest

from incidents.oncall.models import Schedule
from incidents.oncall.services import schedules
from reliability.web.errors import Conflict
from tests.cast import Cast, EscalationPolicyFactory, PolicyStepFactory, StepTargetFactory
from tests.oncall.conftest import NOW

pytestmark = pytest.mark.django_db


def test_deleting_a_schedule_does_not_name_private_policies_of_other_teams(cast: Cast, schedule: Schedule) -> None:
    for team, title in ((cast.payments, "Checkout"), (cast.search, "Secret plans")):
        policy = EscalationPolicyFactory(team=team, title=title)
        StepTargetFactory(step=PolicyStepFactory(policy=policy), schedule=schedule)
    with pytest.raises(Conflict) as refusal:
        schedules.delete(caller=cast.caller("editor"), schedule=schedule, now=NOW)
    assert refusal.value.message == (
        "Payments primary is paged by Checkout and something of a team that you cannot see: take it out of there first"
    )
