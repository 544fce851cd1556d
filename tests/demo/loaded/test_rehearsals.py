"""The demo's game days: one with its record, findings and a proven follow-up, one to come."""

from __future__ import annotations

import pytest

from chaos.backlog.models import Vulnerability
from chaos.gamedays.models import FollowUp, GameDay, InviteeNotice
from chaos.gamedays.selectors.records import markdown
from chaos.gamedays.selectors.scoring import scored
from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import Run
from reliability.demo.domain import rehearsals
from reliability.demo.services.backlog import load_backlog
from reliability.demo.services.load import EMAIL
from reliability.demo.services.rehearsals import load_rehearsals
from tests.demo.loaded.conftest import NOW, PORTS


@pytest.mark.usefixtures("with_rates")
def test_one_is_over_and_proven_and_one_is_planned() -> None:
    load_backlog(email=EMAIL, ports=PORTS, now=NOW)
    for _ in range(2):
        load_rehearsals(email=EMAIL, now=NOW)
    done, planned = GameDay.objects.select_related("team").order_by("starts_at")
    assert (done.state, planned.state) == ("done", "planned")
    first, second = scored(game_day=done, now=NOW).scenarios
    assert first.scenario.run is not None
    assert (first.scenario.run.state, first.scenario.run.verdict) == (State.ENDED, Verdict.DEVIATED)
    assert (first.detection.noticed_by, first.detection.noticed_seconds) == ("Eva Lindqvist", 46.0)
    assert [first.score, second.score, done.score] == pytest.approx([0.4, 1.0, 0.7])
    assert "No cached rates are served at all" in markdown(game_day=done, now=NOW)
    assert list(FollowUp.objects.order_by("pk").values_list("state", flat=True)) == ["verified", "open"]
    assert Vulnerability.objects.filter(title=rehearsals.FINDING, origin="game_day").count() == 1
    assert planned.starts_at is not None
    assert planned.starts_at > NOW
    assert not Run.objects.exclude(state=State.ENDED).exists()
    waiting = InviteeNotice.objects.filter(state=InviteeNotice.State.WAITING)
    assert set(waiting.values_list("kind", flat=True)) == {"invite", "day_before", "soon"}
