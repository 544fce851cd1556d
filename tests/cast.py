"""The fixed cast of every test: who asks, what they own, and one who must see nothing.

Payments is a private team with an administrator, an editor, a responder and a viewer. Search is another private
team: its editor is the outsider. Commons is an open team without any of them. The chief runs the installation.
"""

# Long because every room has its factory here, where tests look for it.
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from secrets import token_urlsafe
from typing import Any, Protocol, TypeVar

import factory
import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.django import DjangoModelFactory

from chaos.backlog.models import Trial, Vulnerability
from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.gamedays.models import GameDay
from chaos.runs.models import GuardPolicy, Run
from chaos.schedules.models import Blackout, BlackoutFeed
from chaos.schedules.models import Schedule as ExperimentSchedule
from incidents.actions.models import Action
from incidents.intake.models import Integration, Monitor
from incidents.oncall.models import Schedule, ScheduleVersion
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget
from incidents.response.models import Alert, Incident
from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.domain.secret import hash_of_secret
from reliability.access.models import ApiToken, Membership, Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Dependency, Service
from reliability.channels.models import Channel, ContactMethod
from reliability.telemetry.models import Source
from slo.models import Sli, Slo, SloVersion

Made = TypeVar("Made")

PASSWORD = "correct horse battery staple"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def _hash(password: str) -> str:
    return make_password(password)


class Make(Protocol[Made]):
    """A factory: call it with the fields that matter to the test."""

    def __call__(self, **fields: Any) -> Made: ...

    def create_batch(self, size: int, **fields: Any) -> list[Made]: ...

    def build(self, **fields: Any) -> Made: ...


def _make(model: type[Made], **declarations: Any) -> Make[Made]:
    made: Make[Made] = factory.make_factory(model, FACTORY_CLASS=_ModelFactory, **declarations)
    return made


class _ModelFactory(DjangoModelFactory[Any]):  # type: ignore[misc]  # factory-boy has no types
    class Meta:
        abstract = True
        skip_postgeneration_save = True


TeamFactory = _make(
    Team,
    slug=factory.Sequence(lambda n: f"team-{n}"),
    name=factory.LazyAttribute(lambda team: team.slug.replace("-", " ").title()),
    is_private=True,
)

UserFactory = _make(
    User,
    name=factory.Sequence(lambda n: f"Person {n}"),
    email=factory.LazyAttribute(lambda user: f"{user.name.lower().replace(' ', '.')}@example.org"),
    password=factory.LazyFunction(lambda: _hash(PASSWORD)),
)

MembershipFactory = _make(
    Membership,
    team=factory.SubFactory(TeamFactory),
    user=factory.SubFactory(UserFactory),
    role=Role.EDITOR.value,
)

# `ApiTokenFactory(secret="…")` makes a token that this text opens.
ApiTokenFactory = _make(
    ApiToken,
    Params=type("Params", (), {"secret": factory.Sequence(lambda n: f"secret-{n}")}),
    team=factory.SubFactory(TeamFactory),
    name=factory.Sequence(lambda n: f"token {n}"),
    role=Role.EDITOR.value,
    scopes=factory.LazyFunction(lambda: [scope.value for scope in Scope]),
    prefix=factory.Sequence(lambda n: f"rel_test{n:04d}"),
    secret_hash=factory.LazyAttribute(lambda token: hash_of_secret(token.secret)),
)

ServiceFactory = _make(
    Service,
    team=factory.SubFactory(TeamFactory),
    name=factory.Sequence(lambda n: f"service-{n}"),
    title=factory.LazyAttribute(lambda service: service.name.replace("-", " ").title()),
)

DependencyFactory = _make(
    Dependency,
    service=factory.SubFactory(ServiceFactory),
    needs=factory.SubFactory(ServiceFactory),
)

SourceFactory = _make(
    Source,
    team=factory.SubFactory(TeamFactory),
    name=factory.Sequence(lambda n: f"source-{n}"),
    kind="counts",
)

SliFactory = _make(
    Sli,
    source=factory.SubFactory(SourceFactory),
    team=factory.SelfAttribute("source.team"),
    name=factory.Sequence(lambda n: f"sli-{n}"),
    spec=factory.LazyFunction(lambda: {"kind": "pushed"}),
)

# An SLO with one version: 99 % over a rolling 28 days, since the beginning of 2026.
SloFactory = _make(
    Slo,
    sli=factory.SubFactory(SliFactory),
    team=factory.SelfAttribute("sli.team"),
    name=factory.Sequence(lambda n: f"slo-{n}"),
    title=factory.LazyAttribute(lambda slo: slo.name.replace("-", " ").title()),
    version=factory.RelatedFactory("tests.cast.SloVersionFactory", "slo"),
)

SloVersionFactory = _make(
    SloVersion,
    slo=factory.SubFactory(SloFactory, version=None),
    sli=factory.SelfAttribute("slo.sli"),
    objective=Decimal("0.99"),
    window=factory.LazyFunction(lambda: {"rolling": "28d"}),
    effective_from=BEGINNING,
    author_name="Person",
)

ChannelFactory = _make(
    Channel,
    team=factory.SubFactory(TeamFactory),
    name=factory.Sequence(lambda n: f"channel-{n}"),
    title=factory.LazyAttribute(lambda channel: channel.name.replace("-", " ").title()),
    kind="webhook",
)

ContactMethodFactory = _make(
    ContactMethod,
    user=factory.SubFactory(UserFactory),
    title="Mail",
    kind="email",
    config=factory.LazyAttribute(lambda method: {"address": method.user.email}),
    verified_at=BEGINNING,
)

# A schedule with one version since the beginning of 2026; give `version__definition` for its layers.
ScheduleFactory = _make(
    Schedule,
    team=factory.SubFactory(TeamFactory),
    slug=factory.Sequence(lambda n: f"schedule-{n}"),
    title=factory.LazyAttribute(lambda schedule: schedule.slug.replace("-", " ").title()),
    created_at=factory.LazyFunction(timezone.now),
    version=factory.RelatedFactory("tests.cast.ScheduleVersionFactory", "schedule"),
)

ScheduleVersionFactory = _make(
    ScheduleVersion,
    schedule=factory.SubFactory(ScheduleFactory, version=None),
    definition=factory.LazyFunction(lambda: {"time_zone": "UTC", "layers": []}),
    effective_from=BEGINNING,
    author_name="Person",
)

EscalationPolicyFactory = _make(
    EscalationPolicy,
    team=factory.SubFactory(TeamFactory),
    slug=factory.Sequence(lambda n: f"policy-{n}"),
    title=factory.LazyAttribute(lambda policy: policy.slug.replace("-", " ").title()),
)

PolicyStepFactory = _make(
    PolicyStep, policy=factory.SubFactory(EscalationPolicyFactory), position=factory.Sequence(lambda n: n)
)

StepTargetFactory = _make(StepTarget, step=factory.SubFactory(PolicyStepFactory))

IncidentFactory = _make(
    Incident,
    team=factory.SubFactory(TeamFactory),
    title=factory.Sequence(lambda n: f"Incident {n}"),
    severity=2,
    urgency="urgent",
    origin="person",
    started_at=BEGINNING,
    detected_at=BEGINNING,
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

AlertFactory = _make(
    Alert,
    team=factory.SubFactory(TeamFactory),
    origin="integration:1",
    origin_name="Alertmanager",
    key=factory.Sequence(lambda n: f"alert-{n}"),
    severity=2,
    title=factory.LazyAttribute(lambda alert: f"{alert.key} fires"),
    started_at=BEGINNING,
    received_at=BEGINNING,
    last_seen_at=BEGINNING,
)

IntegrationFactory = _make(
    Integration,
    team=factory.SubFactory(TeamFactory),
    name=factory.Sequence(lambda n: f"integration-{n}"),
    title=factory.LazyAttribute(lambda integration: integration.name.replace("-", " ").title()),
    kind="alertmanager",
)

MonitorFactory = _make(
    Monitor,
    team=factory.SubFactory(TeamFactory),
    name=factory.Sequence(lambda n: f"monitor-{n}"),
    title=factory.LazyAttribute(lambda monitor: monitor.name.replace("-", " ").title()),
    period_seconds=3600,
    secret_hash=factory.LazyFunction(lambda: hash_of_secret(token_urlsafe(16))),
)


ExperimentFactory = _make(
    Experiment,
    team=factory.SubFactory(TeamFactory),
    slug=factory.Sequence(lambda n: f"experiment-{n}"),
    title=factory.LazyAttribute(lambda experiment: experiment.slug.replace("-", " ").capitalize()),
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

EXPERIMENT_TEXT = "title: Orders survive\ndescription: a slow payment stops no order\nmethod: []\n"

ExperimentVersionFactory = _make(
    ExperimentVersion,
    experiment=factory.SubFactory(ExperimentFactory),
    number=1,
    format="yaml",
    text=EXPERIMENT_TEXT,
    document=factory.LazyFunction(
        lambda: {"title": "Orders survive", "description": "a slow payment stops no order", "method": []}
    ),
    created_at=BEGINNING,
)

TargetFactory = _make(
    Target,
    team=factory.SubFactory(TeamFactory),
    service=factory.SubFactory(ServiceFactory, team=factory.SelfAttribute("..team")),
    slug=factory.Sequence(lambda n: f"target-{n}"),
    title=factory.LazyAttribute(lambda target: target.slug.replace("-", " ").capitalize()),
    kind="process",
    config=factory.LazyFunction(lambda: {"pidfile": "/run/orders.pid"}),
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

# A run that waits for its instant, the first of 2026, and may begin within an hour of it.
RunFactory = _make(
    Run,
    version=factory.SubFactory(ExperimentVersionFactory),
    experiment=factory.SelfAttribute("version.experiment"),
    team=factory.SelfAttribute("experiment.team"),
    service=factory.SelfAttribute("experiment.service"),
    origin="person",
    requested_at=BEGINNING,
    not_before=BEGINNING,
    not_after=factory.LazyAttribute(lambda run: run.not_before + timedelta(hours=1)),
)

# What nobody has tried yet; its figures are those of the defaults at the beginning.
VulnerabilityFactory = _make(
    Vulnerability,
    team=factory.SubFactory(TeamFactory),
    title=factory.Sequence(lambda n: f"Vulnerability {n}"),
    state_at=BEGINNING,
    scored_at=BEGINNING,
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

# Every six months, due for the first time on 1 July 2026.
TrialFactory = _make(
    Trial,
    experiment=factory.SubFactory(ExperimentFactory, kind="dr_trial", rto_objective_seconds=300),
    team=factory.SelfAttribute("experiment.team"),
    first_due_at=datetime(2026, 7, 1, tzinfo=UTC),
    due_at=datetime(2026, 7, 1, tzinfo=UTC),
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

# A game day that nobody has planned yet, on 1 July 2026 at ten.
GameDayFactory = _make(
    GameDay,
    team=factory.SubFactory(TeamFactory),
    title=factory.Sequence(lambda n: f"Game day {n}"),
    uid=factory.Sequence(lambda n: f"game-day-{n}@example.org"),
    starts_at=datetime(2026, 7, 1, 10, tzinfo=UTC),
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

# Open, without a date or a proof; nothing is due, as only services put due work behind it.
ActionFactory = _make(
    Action,
    team=factory.SubFactory(TeamFactory),
    title=factory.Sequence(lambda n: f"Action {n}"),
    kind="prevent",
    state_at=BEGINNING,
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

# Each day at ten, UTC; nothing is due, as only services put due work behind it.
ExperimentScheduleFactory = _make(
    ExperimentSchedule,
    team=factory.SelfAttribute("experiment.team"),
    experiment=factory.SubFactory(ExperimentFactory),
    cron="0 10 * * *",
    owner_name="Editor",
    next_at=datetime(2026, 7, 1, 10, tzinfo=UTC),
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

# On 1 July 2026, from ten to noon.
BlackoutFactory = _make(
    Blackout,
    team=factory.SubFactory(TeamFactory),
    title=factory.Sequence(lambda n: f"Freeze {n}"),
    time_zone="UTC",
    start_at=datetime(2026, 7, 1, 10, tzinfo=UTC),
    end_at=datetime(2026, 7, 1, 12, tzinfo=UTC),
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

BlackoutFeedFactory = _make(
    BlackoutFeed,
    team=factory.SubFactory(TeamFactory),
    title=factory.Sequence(lambda n: f"Calendar {n}"),
    kind="uploaded",
    time_zone="UTC",
    created_at=BEGINNING,
    updated_at=BEGINNING,
)

# `GuardPolicyFactory(team=…, needs_on_call=False)`: all else as nobody wrote it.
GuardPolicyFactory = _make(
    GuardPolicy,
    team=factory.SubFactory(TeamFactory),
    created_at=BEGINNING,
    updated_at=BEGINNING,
)


@dataclass(frozen=True)
class Cast:
    """The people and teams. `caller("editor")` is that person as selectors and services see them."""

    payments: Team
    search: Team
    commons: Team
    chief: User
    administrator: User
    editor: User
    responder: User
    viewer: User
    outsider: User

    def person(self, name: str) -> User:
        person: User = getattr(self, name)
        return person

    def caller(self, name: str) -> Caller:
        return caller_of_user(user=self.person(name))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    """In three statements, as thousands of tests begin with it."""
    payments = TeamFactory.build(slug="payments", name="Payments")
    search = TeamFactory.build(slug="search", name="Search")
    commons = TeamFactory.build(slug="commons", name="Commons", is_private=False)
    Team.objects.bulk_create([payments, search, commons])
    members = {role: UserFactory.build(name=role.name.title()) for role in reversed(Role)}
    chief = UserFactory.build(name="Chief", is_administrator=True)
    outsider = UserFactory.build(name="Outsider")
    User.objects.bulk_create([chief, *members.values(), outsider])
    Membership.objects.bulk_create(
        [
            *(MembershipFactory.build(team=payments, user=person, role=role.value) for role, person in members.items()),
            MembershipFactory.build(team=search, user=outsider, role=Role.EDITOR.value),
        ]
    )
    return Cast(
        payments=payments,
        search=search,
        commons=commons,
        chief=chief,
        administrator=members[Role.ADMINISTRATOR],
        editor=members[Role.EDITOR],
        responder=members[Role.RESPONDER],
        viewer=members[Role.VIEWER],
        outsider=outsider,
    )
