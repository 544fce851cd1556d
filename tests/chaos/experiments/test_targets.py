"""Targets: checked by their injector, secret fields sealed, another team's not found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from django.test import override_settings

from chaos.experiments.models import Target
from chaos.experiments.selectors.targets import kinds_of_team, reach_of, secret_names, target
from chaos.experiments.services.targets import TargetDraft, create, delete, draft_of, update
from chaos.injectors import registry
from chaos.injectors.protocol import Action, Argument, Json
from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import BEGINNING, Cast, ServiceFactory, TargetFactory

pytestmark = pytest.mark.django_db
TOKEN = "correct-horse-battery"


class Remote:
    """An injector with a secret field; only what a target needs of it."""

    kind = "remote"
    title = "Remote"
    is_local = False
    actions: ClassVar[Mapping[str, Action]] = {}
    target_fields = (
        Argument("url", "text", "where it listens", is_required=True),
        Argument("port", "integer", "its port", least=1, most=65_535),
        Argument("token", "text", "what it asks for", is_secret=True),
    )

    def problems_of_target(self, config: Json) -> list[str]:
        return ["url must be https"] if str(config["url"]).startswith("http:") else []


@pytest.fixture(autouse=True)
def remote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._INJECTORS, "remote", Remote())


def drafted(orders: Service, **fields: Any) -> TargetDraft:
    given: dict[str, Any] = {"slug": "gate", "kind": "remote", "config": {"url": "https://gate"}, **fields}
    return TargetDraft(**{"team_id": orders.team_id, "service_id": orders.pk, **given})


def made(cast: Cast, orders: Service, who: str = "editor", **fields: Any) -> Target:
    return create(caller=cast.caller(who), draft=drafted(orders, **fields), now=BEGINNING)


def test_secret_fields_are_sealed_and_the_rest_is_kept_as_it_is_read(cast: Cast, orders: Service) -> None:
    stored = made(cast, orders, config={"url": "https://gate", "port": "8474"}, secrets={"token": TOKEN})
    assert stored.config == {"url": "https://gate", "port": 8474}
    assert stored.sealed is not None
    assert TOKEN.encode() not in bytes(stored.sealed)
    assert secret_names(target=stored) == ["token"]
    assert reach_of(target=stored).secrets == {"token": TOKEN}
    assert TOKEN not in str(AuditEntry.objects.get().changes)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        pytest.param({"config": {}}, "config.url", "is required: where it listens", id="a missing field"),
        pytest.param({"config": {"url": "http://x"}}, "config.", "must be https", id="what the injector refuses"),
        pytest.param({"config": {"url": "https://x", "port": 0}}, "config.port", "at least 1", id="out of bounds"),
        pytest.param({"config": {"url": "https://x", "hue": 1}}, "config.hue", "no field of a target", id="unknown"),
        pytest.param({"config": {"url": "https://x", "token": TOKEN}}, "config.token", "is secret", id="in the open"),
        pytest.param({"secrets": {"token": "abc"}}, "config.token", "could not be masked", id="a short secret"),
        pytest.param({"secrets": {"url": "https"}}, "config.url", "is not secret", id="no secret"),
        pytest.param({"kind": "nothing"}, "kind", "no such injector", id="an unknown kind"),
        pytest.param({"slug": "Not A Slug"}, "slug", "lower-case", id="no slug"),
        pytest.param({"agent": "a b"}, "agent", "name of an agent", id="no agent's name"),
    ],
)
def test_what_is_wrong_with_a_target_is_told_at_its_field(
    cast: Cast, orders: Service, fields: Mapping[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        made(cast, orders, **fields)
    told = {str(detail["field"]): str(detail["message"]) for detail in caught.value.details}
    assert message in told.get(field, ""), told


def test_a_secret_stays_when_it_is_not_sent_and_does_not_follow_to_another_address(cast: Cast, orders: Service) -> None:
    stored = made(cast, orders, secrets={"token": TOKEN})
    caller = cast.caller("editor")
    renamed = update(caller=caller, target=stored, draft=drafted(orders, title="Gate"), now=BEGINNING)
    assert reach_of(target=renamed).secrets == {"token": TOKEN}
    elsewhere = {"url": "https://attacker"}
    with pytest.raises(Invalid, match="does not follow"):
        update(caller=caller, target=stored, draft=drafted(orders, config=elsewhere), now=BEGINNING)
    forgotten = drafted(orders, title="Gate", config=elsewhere, secrets={"token": None})
    assert update(caller=caller, target=stored, draft=forgotten, now=BEGINNING).sealed is None
    last = AuditEntry.objects.order_by("pk").last()
    assert last is not None
    assert last.changes["secret token"] == ["set", None]


def test_a_stale_change_is_refused_and_slug_kind_and_team_stay(cast: Cast, orders: Service) -> None:
    stored = made(cast, orders)
    caller = cast.caller("editor")
    update(caller=caller, target=stored, draft=drafted(orders, title="A"), now=BEGINNING, expected_revision=1)
    with pytest.raises(Conflict, match="changed this target"):
        update(caller=caller, target=stored, draft=drafted(orders, title="B"), now=BEGINNING, expected_revision=1)
    with pytest.raises(Invalid) as caught:
        update(caller=caller, target=stored, draft=drafted(orders, slug="other", kind="process"), now=BEGINNING)
    assert [detail["field"] for detail in caught.value.details] == ["slug", "kind"]
    assert draft_of(target=stored).config == {"url": "https://gate"}


def test_another_teams_target_is_not_found_and_its_service_is_refused(cast: Cast, orders: Service) -> None:
    stored = made(cast, orders)
    with pytest.raises(NotFound):
        target(caller=cast.caller("outsider"), slug="gate")
    with pytest.raises(NotFound):
        delete(caller=cast.caller("outsider"), target=stored, now=BEGINNING)
    with pytest.raises(Forbidden):
        delete(caller=cast.caller("responder"), target=stored, now=BEGINNING)
    theirs = ServiceFactory(team=cast.search)
    with pytest.raises(Invalid, match="not yours to see"):
        made(cast, orders, slug="g2", service_id=theirs.pk)
    with pytest.raises(Invalid, match="another team"):
        made(cast, orders, who="chief", slug="g2", service_id=theirs.pk)
    with pytest.raises(Conflict, match="already"):
        create(
            caller=cast.caller("outsider"),
            draft=drafted(theirs, slug="gate"),
            now=BEGINNING,
        )


def test_switched_off_targets_are_not_for_documents(cast: Cast, orders: Service) -> None:
    made(cast, orders)
    TargetFactory(team=cast.payments, service=orders, slug="off", is_enabled=False)
    TargetFactory(team=cast.search, slug="theirs")
    assert kinds_of_team(team_id=cast.payments.pk) == {"gate": "remote"}


@override_settings(TARGETS_PER_TEAM_MAX=1)
def test_a_team_has_only_so_many_targets_and_deletes_them(cast: Cast, orders: Service) -> None:
    stored = made(cast, orders)
    with pytest.raises(Conflict, match="delete some"):
        made(cast, orders, slug="another")
    delete(caller=cast.caller("editor"), target=stored, now=BEGINNING)
    with pytest.raises(NotFound, match="deleted meanwhile"):
        delete(caller=cast.caller("editor"), target=stored, now=BEGINNING)
    assert made(cast, orders, slug="another").pk
