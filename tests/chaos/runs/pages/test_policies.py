"""Guard policies on pages: what holds, whose it is, writing one, taking it away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chaos.experiments.models import ExperimentVersion
from chaos.runs.domain.guards import Policy
from chaos.runs.domain.policy_fields import FIELDS
from chaos.runs.forms.policy import initial_of
from chaos.runs.models import GuardPolicy
from reliability.access.models import AuditEntry, Team
from reliability.catalog.models import Service
from tests.cast import BEGINNING, Cast, ChannelFactory, GuardPolicyFactory, ServiceFactory, TeamFactory

As = Callable[[str], Client]
TEAM = "/chaos/policies/teams/payments/"
SERVICE = "/chaos/policies/services/orders/"


@pytest.fixture
def orders(cast: Cast) -> Service:
    return Service.objects.filter(name="orders").first() or ServiceFactory(team=cast.payments, name="orders")


def typed(**changes: object) -> dict[str, object]:
    """What the form sends: boxes that are not ticked are not there."""
    values = initial_of(Policy()) | changes
    return {name: value for name, value in values.items() if value is not False}


def test_every_field_of_a_policy_is_explained_once() -> None:
    assert set(FIELDS) == set(Policy.names())
    assert all(len(one.help) > 20 for one in FIELDS.values())


@pytest.mark.usefixtures("orders")
def test_a_service_says_whose_policy_it_follows(as_: As, cast: Cast) -> None:
    client = as_("viewer")
    assert "The defaults: nobody wrote a policy for it or for Payments" in client.get(SERVICE).content.decode()
    GuardPolicyFactory(team=cast.payments, service=None, budget_left_least=0.5)
    page = client.get(SERVICE).content.decode()
    assert "Inherited from its team" in page
    assert "<strong>50 %</strong>" in page
    GuardPolicyFactory(team=cast.payments, service=Service.objects.get(name="orders"), budget_left_least=0.1)
    page = client.get(SERVICE).content.decode()
    assert "A policy of its own: what Payments asks for does not reach it" in page
    assert "<strong>10 %</strong>" in page
    assert "Without it, by Payments" in page


@pytest.mark.usefixtures("orders")
def test_the_first_policy_of_a_service_begins_as_what_holds_for_it(as_: As, cast: Cast) -> None:
    channel = ChannelFactory(team=cast.payments, name="payments-room")
    of_team = GuardPolicyFactory(team=cast.payments, service=None, approvals_needed=2, spend_most=0.07)
    of_team.notice_channels.add(channel)
    page = as_("editor").get(f"{SERVICE}edit/").content.decode()
    assert 'name="approvals_needed" value="2"' in page
    assert 'name="spend_most" value="7"' in page
    assert re.search(r'<input[^>]*value="payments-room"[^>]*checked', page)


def test_an_editor_writes_one_in_percent_and_the_trail_says_why(as_: As, cast: Cast, orders: Service) -> None:
    ChannelFactory(team=cast.payments, name="payments-room")
    sent = typed(
        budget_left_least="40",
        spend_most="2.5",
        approvals_needed="1",
        needs_acknowledgement="on",
        channels=["payments-room"],
        people=[cast.responder.email],
        reason="two near misses",
        revision="0",
    )
    answer = as_("editor").post(f"{SERVICE}edit/", sent)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == SERVICE
    row = GuardPolicy.objects.get(service=orders)
    assert (row.budget_left_least, row.spend_most, row.approvals_needed, row.needs_acknowledgement) == (
        0.4,
        0.025,
        1,
        True,
    )
    assert [one.name for one in row.notice_channels.all()] == ["payments-room"]
    assert [one.email for one in row.notice_people.all()] == [cast.responder.email]
    entry = AuditEntry.objects.get(action="guard_policy.set")
    assert (entry.object_name, entry.reason) == ("orders", "two near misses")


def test_mistakes_stand_at_their_fields_and_what_was_typed_is_kept(as_: As) -> None:
    sent = typed(budget_left_least="140", stop_burn_minutes="nine", reason="typed words", revision="0")
    answer = as_("editor").post(f"{TEAM}edit/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "write at most 100" in page
    assert "write a number from 1 to 60" in page
    assert 'value="nine"' in page
    assert "typed words" in page
    assert not GuardPolicy.objects.exists()


def test_who_read_an_older_one_is_told_and_nothing_is_overwritten(as_: As, cast: Cast) -> None:
    GuardPolicyFactory(team=cast.payments, service=None, revision=3, approvals_needed=2)
    answer = as_("editor").post(f"{TEAM}edit/", typed(revision="2"))
    assert answer.status_code == 422
    assert "the policy is at revision 3, you read 2" in answer.content.decode()
    assert as_("editor").post(f"{TEAM}edit/", typed(revision="0")).status_code == 422
    assert GuardPolicy.objects.get().approvals_needed == 2


def test_taken_away_the_wider_one_holds(as_: As, cast: Cast, orders: Service) -> None:
    GuardPolicyFactory(team=cast.payments, service=orders)
    client = as_("editor")
    assert "also for runs that wait" in client.get(f"{SERVICE}remove/").content.decode()
    assert GuardPolicy.objects.exists()
    assert client.post(f"{SERVICE}remove/", {"reason": "the team's is enough"})["Location"] == SERVICE
    assert not GuardPolicy.objects.exists()
    assert AuditEntry.objects.get(action="guard_policy.remove").reason == "the team's is enough"


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("path", [TEAM, SERVICE])
def test_only_editors_write(as_: As, path: str) -> None:
    for role in ("viewer", "responder"):
        page = as_(role).get(path)
        assert page.status_code == 200
        assert f"{path}edit/" not in page.content.decode()
        assert as_(role).get(f"{path}edit/").status_code == 403
        assert as_(role).post(f"{path}remove/").status_code == 403
    assert as_("outsider").get(path).status_code == 404
    assert as_("outsider").post(f"{path}edit/", typed()).status_code == 404


@pytest.mark.usefixtures("orders")
def test_the_list_narrows_by_team_words_and_what_is_written(as_: As, cast: Cast) -> None:
    carts = ServiceFactory(team=cast.payments, name="carts")
    GuardPolicyFactory(team=cast.payments, service=carts, approvals_needed=3)
    client = as_("viewer")
    assert SERVICE in client.get("/chaos/policies/").content.decode()
    narrowed = client.get("/chaos/policies/?own=1").content.decode()
    assert "services/carts/" in narrowed
    assert "services/orders/" not in narrowed
    assert "services/carts/" not in client.get("/chaos/policies/?q=orders").content.decode()
    assert "Nothing matches these filters" in client.get("/chaos/policies/?q=nowhere").content.decode()


@pytest.mark.usefixtures("orders")
def test_the_list_asks_as_much_of_the_database_for_many_as_for_few(
    as_: As, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("viewer")
    client.get("/chaos/policies/")
    with django_assert_num_queries(10):
        client.get("/chaos/policies/")
    for service in ServiceFactory.create_batch(12, team=cast.payments):
        GuardPolicyFactory(team=cast.payments, service=service)
    TeamFactory.create_batch(12, is_private=False)
    with django_assert_num_queries(10):
        client.get("/chaos/policies/")


def test_a_service_takes_its_policy_along_and_not_the_places_of_its_old_team(as_: As, cast: Cast) -> None:
    service = ServiceFactory(team=cast.payments, name="moving")
    row = GuardPolicyFactory(team=cast.payments, service=service, approvals_needed=2)
    row.notice_channels.add(ChannelFactory(team=cast.payments, name="payments-secret"))
    row.notice_people.add(cast.responder)
    Service.objects.filter(pk=service.pk).update(team=cast.search, updated_at=BEGINNING)
    theirs = as_("outsider")
    for path in (
        "/chaos/policies/services/moving/",
        "/api/v1/chaos/policies/services/moving",
        "/api/v1/chaos/policies",
    ):
        page = theirs.get(path).content.decode()
        assert "moving" in page
        assert "payments" not in page.lower()
        assert cast.responder.email not in page
    assert "moving" not in as_("editor").get("/api/v1/chaos/policies").content.decode()
    sent = typed(approvals_needed="1", revision=str(row.revision))
    assert theirs.post("/chaos/policies/services/moving/edit/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.team_id, row.approvals_needed) == (Team.objects.get(slug="search").pk, 1)


def test_the_experiment_and_asking_for_a_run_say_what_guards_it(as_: As, version: ExperimentVersion) -> None:
    client = as_("responder")
    for path in ("/chaos/experiments/orders-survive/", "/chaos/experiments/orders-survive/run/"):
        assert "/chaos/policies/services/orders/" in client.get(path).content.decode(), path
    assert version.experiment.service is not None
