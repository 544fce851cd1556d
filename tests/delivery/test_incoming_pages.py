"""Pages of deployments and of what connects their senders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reliability.access.domain.caller import SYSTEM
from reliability.delivery.models import DeliveryIntegration, Deployment, RawDelivery
from reliability.delivery.services import integrations, shipping
from reliability.delivery.services.integrations import Settings
from reliability.delivery.services.receiving import Arrived, receive
from tests.cast import Cast, ServiceFactory
from tests.domain.delivery_payloads import at, recorded, story

As = Callable[[str], Client]
NOW = at(15)


@pytest.fixture
def told(cast: Cast) -> DeliveryIntegration:
    """The story of GitHub, and a payload of a repository that is nobody's."""
    ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    made = integrations.create(
        caller=SYSTEM, team=cast.payments, name="ours", kind="github", settings=Settings(title="Ours"), now=NOW
    )
    stranger = recorded("github/14_deployment_status.json") | {"repository": {"full_name": "shop/nobodys"}}
    arrived = [Arrived(event=event, key=key, body=body, headers={}) for event, key, body in story("github")]
    arrived.append(Arrived("deployment_status", "stranger", orjson.dumps(stranger), {}))
    receive(integration=made.integration, arrived=arrived, now=NOW)
    shipping.work_out(team_id=cast.payments.pk, now=NOW)
    return made.integration


def test_the_list_tells_outcome_rollbacks_and_what_was_shipped(cast: Cast, as_: As, told: DeliveryIntegration) -> None:
    client = as_("viewer")
    page = client.get("/delivery/deployments/").content.decode()
    for words in ("Rollback", "Failed", "first deployment", "curl --fail-with-body", "4 deployments"):
        assert words in page
    assert "Failed" not in client.get("/delivery/deployments/?outcome=succeeded").content.decode().split("<tbody>")[1]
    assert "No deployment fits" in client.get("/delivery/deployments/?q=nonsense").content.decode()
    one = client.get(f"/delivery/deployments/{Deployment.objects.get(key='deployment:102').pk}/").content.decode()
    for words in ("#41", "2 h 30 min", "3, merge commits left out; every commit of the range is known"):
        assert words in one
    assert "Broke production" in one
    assert "rolled back or hot-fixed by the next deployment" in one
    assert "100 min" in one or "1 h 40 min" in one, "until the rollback had finished"
    rollback = client.get(f"/delivery/deployments/{Deployment.objects.get(key='deployment:104').pk}/").content.decode()
    assert "It is a rollback. Nothing says that it broke production" in rollback
    attempt = client.get(f"/delivery/deployments/{Deployment.objects.get(key='deployment:103').pk}/").content.decode()
    assert "It is in no figure" in attempt


def test_the_lists_ask_as_much_for_many_as_for_few(cast: Cast, as_: As, told: DeliveryIntegration) -> None:
    client = as_("viewer")

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    paths = ("/delivery/deployments/", "/delivery/integrations/", "/delivery/integrations/ours/")
    before = [queries(path) for path in paths]
    for number in range(5):
        name = f"more-{number}"
        integrations.create(
            caller=SYSTEM, team=cast.payments, name=name, kind="json", settings=Settings(title=name), now=NOW
        )
        same = Deployment.objects.filter(key="deployment:101").values().get()
        Deployment.objects.create(**{**same, "id": None, "key": name})
        receive(integration=told, arrived=[Arrived("ping", name, b"{}", {})], now=NOW)
    assert [queries(path) for path in paths] == before


def test_a_reject_is_shown_with_its_reason_and_its_body(cast: Cast, as_: As, told: DeliveryIntegration) -> None:
    page = as_("viewer").get("/delivery/integrations/ours/?state=rejected").content.decode()
    assert "no service of the team for shop/nobodys or nobodys" in page
    assert "Read the rejects again" not in page, "a viewer may not"
    row = RawDelivery.objects.get(key="stranger")
    body = as_("viewer").get(f"/delivery/integrations/ours/payloads/{row.pk}/").content.decode()
    assert "shop/nobodys" in body
    answer = as_("editor").post("/delivery/integrations/ours/read-again/", {"what": "rejects"}, follow=True)
    assert "1 payload is read again" in answer.content.decode()
    assert as_("viewer").post("/delivery/integrations/ours/read-again/").status_code == 403


def test_an_editor_connects_a_sender_and_sees_its_key_once(cast: Cast, as_: As) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    client = as_("editor")
    address = "/delivery/integrations/new/?kind=gitlab"
    assert as_("viewer").get(address).status_code == 403
    form: dict[str, Any] = {
        "title": "GitLab of the shop",
        "name": "shop-gitlab",
        "team": cast.payments.slug,
        "services": "shop/search",
        "production": "live, production",
        "is_enabled": "on",
    }
    wrong = client.post(address, form)
    assert (wrong.status_code, "line 1 is not of the form" in wrong.content.decode()) == (422, True)
    unknown = client.post(address, form | {"services": "shop/search = search"})
    assert "the team has no service &#x27;search&#x27;" in unknown.content.decode()
    made = client.post(address, form | {"services": "shop/checkout = checkout"})
    assert made.status_code == 201
    assert "This is the only time the key is shown" in made.content.decode()
    stored = DeliveryIntegration.objects.get()
    assert stored.config == {"services": {"shop/checkout": "checkout"}, "production": ["live", "production"]}
    page = client.get("/delivery/integrations/shop-gitlab/").content.decode()
    assert "YOUR-KEY" in page
    assert "shop/checkout = checkout" in page
    edited = client.post(
        "/delivery/integrations/shop-gitlab/edit/", form | {"title": "GitLab", "services": "", "revision": "1"}
    )
    assert edited.status_code == 302
    stored.refresh_from_db()
    assert (stored.title, stored.config, stored.revision) == ("GitLab", {"production": ["live", "production"]}, 2)
    rotated = client.post("/delivery/integrations/shop-gitlab/keys/new/", {"overlap_hours": "24"})
    assert "This is the only time the key is shown" in rotated.content.decode()
    key = stored.keys.order_by("pk").first()
    assert key is not None
    assert client.post(f"/delivery/integrations/shop-gitlab/keys/{key.pk}/revoke/").status_code == 302
    assert client.post("/delivery/integrations/shop-gitlab/delete/").status_code == 302
    assert not DeliveryIntegration.objects.exists()
