"""Swaps and taken shifts over the API: people for themselves, tokens for the person they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.oncall.models import Schedule, Swap
from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from tests.cast import Cast
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/schedules/payments-primary"
FRIDAY = {"start": "2026-04-03T09:00", "end": "2026-04-04T09:00"}  # Editor's, on Berlin's clock
NEXT = {"counter_start": "2026-04-10T07:00:00Z", "counter_end": "2026-04-11T07:00:00Z"}  # Responder's


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(PATH + path, data=body or {}, content_type="application/json")


@pytest.fixture
def offered(schedule: Schedule, as_: Callable[[str], Client]) -> dict[str, Any]:
    answer = post(as_("editor"), "/swaps", {**FRIDAY, **NEXT, "offered_to": "responder@example.org", "note": "leave"})
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_an_offer_is_accepted_and_both_shifts_move(
    offered: dict[str, Any], as_: Callable[[str], Client], who: Callable[[str], str]
) -> None:
    assert (offered["state"], offered["start"], offered["offered_by"]) == (
        "offered",
        "2026-04-03T07:00:00Z",
        "editor@example.org",
    )
    assert who("2026-04-03T08:00") == "Editor"
    answer = post(as_("responder"), f"/swaps/{offered['id']}/accept")
    assert (answer.status_code, answer.json()["accepted_by"]) == (200, "responder@example.org")
    assert (who("2026-04-03T08:00"), who("2026-04-10T08:00")) == ("Responder", "Editor")
    again = post(as_("responder"), f"/swaps/{offered['id']}/accept")
    assert (again.status_code, again.json()["error"]["reason"]) == (409, "decided")


@pytest.mark.parametrize(
    ("role", "act", "state"), [("responder", "decline", "declined"), ("editor", "withdraw", "withdrawn")]
)
def test_an_offer_is_declined_or_withdrawn(
    offered: dict[str, Any], as_: Callable[[str], Client], role: str, act: str, state: str
) -> None:
    assert post(as_(role), f"/swaps/{offered['id']}/{act}").json()["state"] == state


@pytest.mark.parametrize(
    ("role", "act", "status"),
    [("editor", "accept", 403), ("administrator", "accept", 403), ("editor", "decline", 403),
     ("responder", "withdraw", 403), ("viewer", "accept", 403), ("outsider", "accept", 404)],
)  # fmt: skip
def test_nobody_decides_for_somebody_else(
    offered: dict[str, Any], as_: Callable[[str], Client], role: str, act: str, status: int
) -> None:
    assert post(as_(role), f"/swaps/{offered['id']}/{act}").status_code == status
    assert Swap.objects.get().state == "offered"


def test_a_person_does_not_speak_for_another(offered: dict[str, Any], as_: Callable[[str], Client]) -> None:
    body = {"by": "responder@example.org"}
    assert post(as_("editor"), f"/swaps/{offered['id']}/accept", body).status_code == 403
    own = {"start": "2026-04-01T09:00", "end": "2026-04-02T09:00", "offered_by": "editor@example.org"}
    assert post(as_("responder"), "/swaps", own).status_code == 403
    assert post(as_("editor"), "/swaps", own).status_code == 201


def test_a_token_names_the_person_for_whom_it_swaps(
    cast: Cast, schedule: Schedule, bearer: Callable[..., Client], who: Callable[[str], str]
) -> None:
    client = bearer(team=cast.payments, role=Role.RESPONDER)
    nobody = post(client, "/swaps", FRIDAY)
    assert (nobody.status_code, nobody.json()["error"]["details"][0]["field"]) == (422, "offered_by")
    made = post(client, "/swaps", {**FRIDAY, "offered_by": "editor@example.org"})
    assert made.status_code == 201, made.content
    accept = f"/swaps/{made.json()['id']}/accept"
    assert post(client, accept).json()["error"]["details"][0]["field"] == "by"
    assert post(client, accept, {"by": "outsider@example.org"}).status_code == 422
    assert post(client, accept, {"by": "responder@example.org"}).status_code == 200
    assert who("2026-04-03T08:00") == "Responder"
    assert "token" in AuditEntry.objects.get(action="swap.accept").actor_name


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "friday"}, "start"),
        ({"end": "2026-04-03T08:00"}, "end"),
        ({"start": "2026-04-06T08:00", "end": "2026-04-07T10:00"}, "start"),
        ({"offered_to": "outsider@example.org"}, "offered_to"),
        ({"counter_start": "2026-04-10T07:00:00Z"}, "counter_start"),
        ({**NEXT}, "offered_to"),
        ({"until": "x"}, "until"),
    ],
    ids=["no moment", "an early end", "somebody else's time", "an outsider", "half a return",
         "a return of nobody", "an unknown field"],
)  # fmt: skip
def test_a_mistake_is_told_at_its_field(
    schedule: Schedule, as_: Callable[[str], Client], change: dict[str, Any], field: str
) -> None:
    answer = post(as_("editor"), "/swaps", {**FRIDAY, **change})
    assert answer.status_code == 422, answer.content
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == [field]


def test_responders_list_every_offer_and_others_only_their_own(
    offered: dict[str, Any], as_: Callable[[str], Client]
) -> None:
    post(as_("editor"), "/swaps", {"start": "2026-04-04T09:00", "end": "2026-04-05T09:00"})
    assert as_("administrator").get(f"{PATH}/swaps").json()["total"] == 2
    assert as_("viewer").get(f"{PATH}/swaps").json()["total"] == 0
    assert as_("outsider").get(f"{PATH}/swaps").status_code == 404
    post(as_("editor"), f"/swaps/{offered['id']}/withdraw")
    found = as_("responder").get(f"{PATH}/swaps?state=withdrawn").json()
    assert [swap["id"] for swap in found["items"]] == [offered["id"]]
    assert as_("responder").get(f"{PATH}/swaps?state=lost").status_code == 422


def test_the_list_costs_the_same_for_one_offer_and_for_many(schedule: Schedule, as_: Callable[[str], Client]) -> None:
    client = as_("editor")
    counts = []
    for day in range(1, 6):
        post(client, "/swaps", {"start": f"2026-04-0{day}T12:00", "end": f"2026-04-0{day}T13:00"})
        counts.append(queries_of(client, f"{PATH}/swaps"))
    assert client.get(f"{PATH}/swaps").json()["total"] == 5
    assert counts[0] == counts[-1]


def test_a_shift_is_taken_by_whoever_asks(
    cast: Cast, schedule: Schedule, as_: Callable[[str], Client], bearer: Callable[..., Client],
    who: Callable[[str], str],
) -> None:  # fmt: skip
    answer = post(as_("responder"), "/take", {**FRIDAY, "reason": "gladly"})
    assert (answer.status_code, answer.json()["user"]) == (201, "responder@example.org")
    assert who("2026-04-03T08:00") == "Responder"
    over = post(as_("responder"), "/take", {"start": "2026-03-01T09:00", "end": "2026-03-02T09:00"})
    assert (over.status_code, over.json()["error"]["reason"]) == (409, "over")
    token = post(bearer(team=cast.payments, role=Role.EDITOR), "/take", FRIDAY)
    assert (token.status_code, token.json()["error"]["reason"]) == (403, "not_a_person")
    assert post(as_("viewer"), "/take", FRIDAY).status_code == 403
    assert post(as_("outsider"), "/take", FRIDAY).status_code == 404
