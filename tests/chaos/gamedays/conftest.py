"""A game day of Payments: one scenario with an experiment that could be run, one by hand, people invited."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from chaos.experiments.models import ExperimentVersion
from chaos.gamedays.domain.states import RoleKind
from chaos.gamedays.models import GameDay
from chaos.gamedays.services import game_days, invitations, planning, roles, scenarios
from chaos.gamedays.services.game_days import GameDayDraft
from chaos.gamedays.services.scenarios import ScenarioDraft
from chaos.runs.models import Agent, GuardPolicy
from slo.models import Slo
from tests.cast import Cast
from tests.chaos.runs.judging.conftest import agent, policy, service, slo, target, version

__all__ = ["agent", "policy", "service", "slo", "target", "version"]

OUTSIDE = "guest@partner.example"
BY_HAND = ScenarioDraft(
    title="The cache is gone",
    happens="Somebody empties the cache",
    service="orders",
    expected_alert="Cache hit ratio",
    expected_minutes=5,
    expected_response="Traffic is shed",
)


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://rel.example.org"
    settings.DEFAULT_FROM_EMAIL = "Reliability <reliability@rel.example.org>"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_MAILBOX = ""


@pytest.fixture
def draft(cast: Cast, now: datetime) -> GameDayDraft:
    """In ten days at 11:00 in Berlin, for two hours."""
    return GameDayDraft(
        team_id=cast.payments.pk,
        title="Orders without payments",
        goal="See who notices",
        hypothesis="Orders are taken all the same",
        starts_at=now.replace(hour=10) + timedelta(days=10),
        zone="Europe/Berlin",
        place="https://meet.example.org/orders",
    )


@pytest.fixture
def day(
    cast: Cast,
    draft: GameDayDraft,
    version: ExperimentVersion,
    policy: GuardPolicy,
    agent: Agent,
    slo: Slo,
    now: datetime,
) -> GameDay:
    """A draft with everything that a go needs."""
    caller = cast.caller("editor")
    row = game_days.create(caller=caller, draft=draft, now=now)
    by_run = ScenarioDraft(title="Payments pause", experiment="orders-survive", expected_minutes=2)
    scenarios.add(caller=caller, number=row.pk, draft=by_run, now=now)
    scenarios.add(caller=caller, number=row.pk, draft=BY_HAND, now=now)
    for kind, person in ((RoleKind.COORDINATOR, cast.responder), (RoleKind.REPORTER, cast.viewer)):
        roles.give(caller=caller, number=row.pk, kind=kind, user_id=person.pk, now=now)
    people = [cast.responder.email, cast.viewer.email, OUTSIDE]
    invitations.invite(caller=caller, number=row.pk, addresses=people, now=now)
    row.refresh_from_db()
    return row


@pytest.fixture
def planned(cast: Cast, day: GameDay, now: datetime) -> GameDay:
    return planning.plan(caller=cast.caller("editor"), number=day.pk, now=now)
