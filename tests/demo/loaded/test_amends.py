"""The demo's action items: written once, in several states, one that its experiment has still to prove."""

from __future__ import annotations

from collections import Counter

import pytest

from incidents.actions.models import Action
from incidents.learning.domain.periods import ReviewPeriod
from incidents.learning.selectors.review import Scope, review_of
from reliability.access.domain.caller import SYSTEM
from reliability.demo.domain import rates
from reliability.demo.domain.amends import ACTIONS
from reliability.demo.services.amends import load_amends
from tests.demo.loaded.conftest import NOW


@pytest.mark.usefixtures("with_rates")
def test_they_stand_in_several_states_and_one_has_still_to_hold() -> None:
    for _ in range(2):
        load_amends(now=NOW)
    rows = list(Action.objects.select_related("experiment", "incident").order_by("pk"))
    assert len(rows) == len(ACTIONS)
    assert Counter(row.state for row in rows) == {"done": 2, "in_progress": 1, "open": 1, "verified": 1, "unproven": 1}
    waiting = next(row for row in rows if row.proof == "experiment")
    assert waiting.experiment is not None
    assert (waiting.state, waiting.experiment.slug) == ("done", rates.EXPERIMENTS[0].slug)
    watched = next(row for row in rows if row.proof == "slo")
    assert watched.proof_text.startswith("7 of 14 days are over and measured")
    assert sum(row.incident is not None for row in rows) == 5
    found = review_of(caller=SYSTEM, review=ReviewPeriod.parse("2026-11"), scope=Scope(), now=NOW)
    assert (found.actions.opened, found.actions.verified, found.actions.overdue) == (6, 1, 1)
