"""Two people save the first of something that a team has only one of, in the same instant."""

from __future__ import annotations

from datetime import datetime

import pytest

from reliability.access.models import AuditEntry
from reliability.gate.domain.terms import Terms
from reliability.gate.models import BudgetPolicy, TeamGate
from reliability.gate.services import policies, team_gates
from reliability.gate.services.policies import PolicyDraft
from reliability.gate.services.team_gates import GateDraft
from reliability.web.errors import Invalid
from tests.cast import Cast
from tests.gate.conftest import FREEZE
from tests.racing import Race

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_first_settings_of_a_team_the_later_stays(cast: Cast, now: datetime, race: Race) -> None:
    def save(experiments: str) -> TeamGate:
        draft = GateDraft(experiments=experiments)
        return team_gates.set_gate(caller=cast.caller("administrator"), team=cast.payments, draft=draft, now=now)

    saved = race(lambda: save("warn"), lambda: save("ignore"))
    assert [one.experiments for one in saved] == ["warn", "ignore"]
    ((rows, audited),) = race(
        lambda: (TeamGate.objects.count(), AuditEntry.objects.filter(action="team_gate.update").count())
    )
    assert (rows, audited) == (1, 2)


def test_of_two_first_defaults_one_is_the_default_and_the_same_title_is_refused(
    cast: Cast, now: datetime, race: Race
) -> None:
    def save(title: str) -> BudgetPolicy:
        draft = PolicyDraft(title=title, terms=Terms(rules=(FREEZE,)), is_team_default=True)
        return policies.create(caller=cast.caller("editor"), team_id=cast.payments.pk, draft=draft, now=now)

    saved = race(lambda: save("When it burns"), lambda: save("Stop at nothing left"))
    assert sorted(one.title for one in saved) == ["Stop at nothing left", "When it burns"]
    ((defaults, total),) = race(
        lambda: (BudgetPolicy.objects.filter(is_team_default=True).count(), BudgetPolicy.objects.count())
    )
    assert (defaults, total) == (1, 2)
    refused = [one for one in race(lambda: save("Twice"), lambda: save("Twice")) if isinstance(one, Invalid)]
    assert [one.details[0]["field"] for one in refused] == ["title"]
