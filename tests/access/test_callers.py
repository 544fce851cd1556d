"""Who is asking, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.selectors.callers import caller_of_api_token, token_in_force
from reliability.access.services.authorize import require, require_installation
from reliability.catalog.models import Service
from reliability.web.errors import Forbidden, NotFound
from tests.cast import ApiTokenFactory, Cast, ServiceFactory


def test_a_person_carries_the_roles_of_their_teams_and_the_open_teams(cast: Cast) -> None:
    caller = cast.caller("editor")
    assert caller.roles == {cast.payments.pk: Role.EDITOR}
    assert caller.open_team_ids == {cast.commons.pk}
    assert caller.scopes == frozenset(Scope)


def test_a_caller_costs_one_query(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        cast.caller("editor")


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("viewer", {"checkout", "shared"}),
        ("outsider", {"index", "shared"}),
        ("chief", {"checkout", "index", "shared"}),
    ],
    ids=["a viewer reads their team and open teams", "an outsider reads theirs", "the chief reads everything"],
)
def test_rows_are_narrowed_to_what_the_caller_may_read(cast: Cast, who: str, names: set[str]) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    ServiceFactory(team=cast.search, name="index")
    ServiceFactory(team=cast.commons, name="shared")
    readable = Service.objects.readable_by(cast.caller(who))
    assert set(readable.values_list("name", flat=True)) == names


def test_only_editors_of_the_team_may_write_its_rows(cast: Cast) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    assert Service.objects.writable_by(cast.caller("editor")).count() == 1
    assert Service.objects.writable_by(cast.caller("responder")).count() == 0


def test_a_private_team_of_others_is_not_found_rather_than_forbidden(cast: Cast) -> None:
    with pytest.raises(NotFound):
        require(caller=cast.caller("outsider"), team_id=cast.payments.pk, role=Role.VIEWER)


def test_an_open_team_of_others_is_forbidden_with_a_reason(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="needs the role editor in the team; you are not a member"):
        require(caller=cast.caller("outsider"), team_id=cast.commons.pk, role=Role.EDITOR)


def test_a_role_too_low_is_forbidden_with_a_reason(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="needs the role editor in the team; you are viewer"):
        require(caller=cast.caller("viewer"), team_id=cast.payments.pk, role=Role.EDITOR)


def test_a_role_high_enough_passes(cast: Cast) -> None:
    require(caller=cast.caller("editor"), team_id=cast.payments.pk, role=Role.EDITOR)
    require(caller=cast.caller("chief"), team_id=cast.payments.pk, role=Role.ADMINISTRATOR)
    require_installation(caller=cast.caller("chief"))


def test_only_the_chief_runs_the_installation(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="only an administrator of the installation"):
        require_installation(caller=cast.caller("administrator"))


def _bearer(now: datetime) -> Caller:
    token = token_in_force(presented="s3cret", now=now)
    assert token is not None
    return caller_of_api_token(token=token)


def test_a_token_acts_in_its_team_with_its_role(cast: Cast, now: datetime) -> None:
    ApiTokenFactory(secret="s3cret", team=cast.payments, role=Role.VIEWER, scopes=["read"])
    caller = _bearer(now)
    assert caller.roles == {cast.payments.pk: Role.VIEWER}
    assert caller.scopes == {Scope.READ}


def test_a_token_without_team_acts_in_every_team_with_its_role(cast: Cast, now: datetime) -> None:
    ApiTokenFactory(secret="s3cret", team=None, role=Role.VIEWER)
    caller = _bearer(now)
    assert not caller.is_administrator
    assert caller.role_in(cast.search.pk) is Role.VIEWER


def test_a_token_that_may_only_deliver_counts_reads_nothing(cast: Cast, now: datetime) -> None:
    ServiceFactory(team=cast.payments)
    ApiTokenFactory(secret="s3cret", team=cast.payments, role=Role.EDITOR, scopes=["intake"])
    caller = _bearer(now)
    assert not Service.objects.readable_by(caller).exists()
    require(caller=caller, team_id=cast.payments.pk, role=Role.EDITOR, scope=Scope.INTAKE)
    with pytest.raises(Forbidden, match="lacks the scope write"):
        require(caller=caller, team_id=cast.payments.pk, role=Role.EDITOR)


@pytest.mark.parametrize(
    "fields",
    [{"revoked_at": timedelta(days=-1)}, {"expires_at": timedelta(0)}, {"expires_at": timedelta(seconds=-1)}],
    ids=["a revoked token opens nothing", "a token expires at its instant", "an expired token opens nothing"],
)
def test_a_token_out_of_force_is_nobody(cast: Cast, now: datetime, fields: dict[str, timedelta]) -> None:
    ApiTokenFactory(secret="s3cret", team=cast.payments, **{name: now + offset for name, offset in fields.items()})
    assert token_in_force(presented="s3cret", now=now) is None
