"""Composites over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reliability.access.domain.caller import Role
from slo.models import Composite, Slo
from tests.cast import Cast, MembershipFactory, SloFactory

pytestmark = pytest.mark.django_db

As = Callable[[str], Client]
PATH = "/api/v1/composites"


@pytest.fixture
def slos(cast: Cast) -> list[Slo]:
    return [SloFactory(team=cast.commons, name="browse"), SloFactory(team=cast.payments, name="pay")]


def body(**changes: Any) -> dict[str, Any]:
    return {
        "name": "journey",
        "title": "Journey",
        "team": "commons",
        "kind": "all_of",
        "objective": "0.99",
        "window": {"rolling": "28d"},
        "parts": [{"slo": "browse"}, {"slo": "pay", "slice_target": "0.95"}],
    } | changes


def sent(client: Client, method: str, path: str, content: dict[str, Any]) -> Any:
    return getattr(client, method)(path, content, content_type="application/json")


def test_a_composite_is_made_read_replaced_and_deleted(as_: As, slos: list[Slo]) -> None:
    chief = as_("chief")
    made = sent(chief, "post", PATH, body())
    assert made.status_code == 201, made.content
    assert [part["slo"] for part in made.json()["parts"]] == ["browse", "pay"]
    assert made.json()["parts"][1]["slice_target"] == 0.95
    assert chief.get(PATH).json()["items"][0]["name"] == "journey"

    status = chief.get(f"{PATH}/journey/status").json()
    assert (status["state"], status["sli"], status["budget"]["remaining"]) == ("no_data", None, None)
    assert status["weakest"]["reason"] == "no_data"
    assert chief.get(f"{PATH}/journey/history?step=1d").json()["points"][0]["sli"] is None
    assert chief.get(f"{PATH}/journey/history?restated=true").status_code == 422
    assert chief.get(f"{PATH}/journey/status?at=2999-01-01T00:00:00Z").status_code == 422

    fields = {name: value for name, value in body(objective="0.95").items() if name != "name"}
    changed = sent(chief, "put", f"{PATH}/journey", fields | {"revision": 1})
    assert changed.json()["objective"] == 0.95
    assert changed.json()["revision"] == 2
    assert sent(chief, "put", f"{PATH}/journey", fields | {"revision": 1, "title": "Older"}).status_code == 409
    assert chief.get(f"{PATH}/journey/versions").json()[0]["author"]
    assert chief.delete(f"{PATH}/journey?reason=old").status_code == 204
    assert chief.get(f"{PATH}/journey").status_code == 404


def test_a_part_that_a_reader_may_not_see_is_never_named(as_: As, slos: list[Slo]) -> None:
    assert sent(as_("chief"), "post", PATH, body()).status_code == 201
    guest = as_("outsider")
    told = guest.get(f"{PATH}/journey").json()
    assert (told["parts"][1]["slo"], told["parts"][1]["hidden"]) == (None, True)
    assert "pay" not in guest.get(f"{PATH}/journey/status").content.decode()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        pytest.param([{"slo": "browse"}, {"slo": "nobody"}], "there is no SLO", id="an SLO that there is not"),
        pytest.param([{"slo": "browse"}, {"composite": "nobody"}], "there is no composite", id="nor composite"),
        pytest.param([{"slo": "browse"}, {"keep": 7}], "no part of this id", id="nothing to keep"),
        pytest.param([{"slo": "browse"}, {}], "name one of slo, composite and keep", id="nothing named"),
        pytest.param([{"slo": "browse"}], "must be 2 to 50", id="one part"),
    ],
)
def test_parts_that_are_nothing_are_refused_at_their_place(
    as_: As, slos: list[Slo], parts: list[dict[str, Any]], said: str
) -> None:
    answer = sent(as_("chief"), "post", PATH, body(parts=parts))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Composite.objects.exists()


def test_an_editor_keeps_a_part_that_only_others_may_see(as_: As, cast: Cast, slos: list[Slo]) -> None:
    MembershipFactory(team=cast.commons, user=cast.outsider, role=Role.EDITOR)
    assert sent(as_("chief"), "post", PATH, body()).status_code == 201
    guest = as_("outsider")
    parts = [{"slo": "browse"}, {"keep": guest.get(f"{PATH}/journey").json()["parts"][1]["id"]}]
    fields = {name: value for name, value in body(objective="0.9").items() if name != "name"}
    answer = sent(guest, "put", f"{PATH}/journey", fields | {"parts": parts})
    assert answer.status_code == 200, answer.content
    assert (answer.json()["objective"], answer.json()["parts"][1]["slo"]) == (0.9, None)
    assert as_("chief").get(f"{PATH}/journey").json()["parts"][1]["slo"] == "pay"
    # By its name it is nobody's: that would tell that there is one.
    refused = sent(guest, "put", f"{PATH}/journey", fields)
    assert refused.status_code == 422
    assert "not yours to see" in refused.content.decode()
