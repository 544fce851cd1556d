"""Dependencies: no cycle whoever writes, and nothing told about services one may not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from reliability.access.models import AuditEntry
from reliability.catalog.models import Dependency, Service
from reliability.catalog.selectors.dependencies import dependencies_of
from reliability.catalog.services.dependencies import remove_dependency, set_dependency
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, DependencyFactory, ServiceFactory
from tests.racing import Race

As = Callable[[str], Client]


def chain(cast: Cast, *names: str) -> list[Service]:
    made = [ServiceFactory(team=cast.payments, name=name) for name in names]
    for service, needs in pairwise(made):
        DependencyFactory(service=service, needs=needs)
    return made


def test_a_dependency_is_said_once_and_its_kind_changes(cast: Cast, now: datetime) -> None:
    a, b = ServiceFactory(team=cast.payments, name="a"), ServiceFactory(team=cast.commons, name="b")
    for is_hard in (True, True, False):
        set_dependency(caller=cast.caller("editor"), service=a, needs=b, is_hard=is_hard, now=now)
    assert Dependency.objects.get().is_hard is False
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "changes")) == [
        ("service.add_dependency", {"needs b": [None, "hard"]}),
        ("service.change_dependency", {"needs b": ["hard", "soft"]}),
    ]


def test_a_cycle_is_refused_and_named(cast: Cast, now: datetime) -> None:
    a, _, c = chain(cast, "a", "b", "c")
    with pytest.raises(Conflict, match="closes a cycle: c → a → b → c") as refusal:
        set_dependency(caller=cast.caller("editor"), service=c, needs=a, is_hard=True, now=now)
    assert refusal.value.reason == "dependency_cycle"
    assert Dependency.objects.count() == 2


def test_a_cycle_through_private_services_is_refused_without_their_names(cast: Cast, now: datetime) -> None:
    a, b = ServiceFactory(team=cast.payments, name="a"), ServiceFactory(team=cast.payments, name="b")
    hidden = ServiceFactory(team=cast.search, name="secret-plans")
    DependencyFactory(service=b, needs=hidden)
    DependencyFactory(service=hidden, needs=a)
    with pytest.raises(Conflict, match="a → b → a private service → a"):
        set_dependency(caller=cast.caller("editor"), service=a, needs=b, is_hard=True, now=now)


def test_a_service_does_not_need_itself(cast: Cast, now: datetime) -> None:
    a = ServiceFactory(team=cast.payments)
    with pytest.raises(Invalid, match="does not need itself"):
        set_dependency(caller=cast.caller("editor"), service=a, needs=a, is_hard=True, now=now)


def test_two_writers_at_once_make_no_cycle(cast: Cast, race: Race, now: datetime) -> None:
    a, b, c = (ServiceFactory(team=cast.payments, name=name) for name in "abc")
    editor = cast.caller("editor")

    def add(service: Service, needs: Service) -> Callable[[], Dependency]:
        return lambda: set_dependency(caller=editor, service=service, needs=needs, is_hard=True, now=now)

    results = race(add(a, b), add(b, c), add(c, a))
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    assert race(Dependency.objects.count) == [2]


def test_only_editors_of_the_service_that_needs_may_say_so(cast: Cast, now: datetime) -> None:
    ours, open_one = ServiceFactory(team=cast.payments), ServiceFactory(team=cast.commons)
    with pytest.raises(Forbidden):
        set_dependency(caller=cast.caller("responder"), service=ours, needs=open_one, is_hard=True, now=now)
    with pytest.raises(Forbidden):
        set_dependency(caller=cast.caller("editor"), service=open_one, needs=ours, is_hard=True, now=now)


def test_what_one_may_not_see_one_may_not_need(cast: Cast, now: datetime) -> None:
    ours, theirs = ServiceFactory(team=cast.payments), ServiceFactory(team=cast.search, name="secret-plans")
    with pytest.raises(NotFound):
        set_dependency(caller=cast.caller("editor"), service=ours, needs=theirs, is_hard=True, now=now)


def test_removing_a_dependency_is_audited_and_a_hidden_one_is_not_found(cast: Cast, now: datetime) -> None:
    a, _ = chain(cast, "a", "b")
    DependencyFactory(service=a, needs=ServiceFactory(team=cast.search, name="secret-plans"))
    editor = cast.caller("editor")
    remove_dependency(caller=editor, service=a, needs_name="b", now=now, reason="rewritten")
    assert AuditEntry.objects.get().changes == {"needs b": ["hard", None]}
    with pytest.raises(NotFound):
        remove_dependency(caller=editor, service=a, needs_name="secret-plans", now=now)
    with pytest.raises(NotFound):
        remove_dependency(caller=editor, service=a, needs_name="b", now=now)


def test_private_services_are_counted_and_nothing_behind_them_is_told(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a, b = chain(cast, "a", "b")
    hidden, behind = ServiceFactory(team=cast.search), ServiceFactory(team=cast.payments, name="behind")
    DependencyFactory(service=a, needs=hidden)
    DependencyFactory(service=hidden, needs=behind)
    DependencyFactory(service=hidden, needs=b)
    caller = cast.caller("viewer")
    with django_assert_num_queries(2):
        found = dependencies_of(caller=caller, service=a)
    assert [direct.service.name for direct in found.needs.direct] == ["b"]
    assert found.needs.hidden_count == 1
    assert [branch.service.name for branch in found.needs.tree] == ["b"]
    below = dependencies_of(caller=caller, service=b).needed_by
    assert ([direct.service.name for direct in below.direct], below.hidden_count) == (["a"], 1)


def test_the_page_shows_both_sides_and_adds_and_removes(cast: Cast, as_: As) -> None:
    chain(cast, "shop", "checkout", "ledger")
    ServiceFactory(team=cast.commons, name="clock", title="Clock")
    DependencyFactory(
        service=Service.objects.get(name="checkout"), needs=ServiceFactory(team=cast.search, title="Hidden")
    )
    browser = as_("editor")
    address = reverse("service-detail", args=["checkout"])
    text = browser.get(address).content.decode()
    for words in ("Shop", "Ledger", "1 private service", "needed by"):
        assert words in text
    assert "Hidden" not in text
    browser.post(reverse("dependency-add", args=["checkout"]), {"needs": "clock", "kind": "soft"})
    assert "degrades without it" in browser.get(address).content.decode()
    refused = browser.post(reverse("dependency-add", args=["ledger"]), {"needs": "shop", "kind": "hard"})
    assert refused.status_code == 422
    assert "ledger → shop → checkout → ledger" in refused.content.decode()
    browser.post(reverse("dependency-remove", args=["checkout", "clock"]))
    assert not Dependency.objects.filter(needs__name="clock").exists()
    assert "Add what" not in as_("viewer").get(address).content.decode()
