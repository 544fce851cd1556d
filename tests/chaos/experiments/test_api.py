"""The API of experiments, targets and the library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chaos.experiments.models import Experiment, Target
from reliability.access.domain.caller import Role
from reliability.catalog.models import Service
from tests.cast import Cast, ExperimentFactory, ExperimentVersionFactory, TargetFactory
from tests.chaos.experiments.documents import PLAIN, WITH_SECRETS
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
BASE = "/api/v1/chaos/experiments"
TARGETS = "/api/v1/chaos/targets"
Bearer = Callable[..., Client]


@pytest.fixture
def client(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR, scopes=["read", "write"])


def send(client: Client, method: str, path: str, body: Any = None, status: int = 200, if_match: str = "") -> Any:
    headers = {"If-Match": if_match} if if_match else {}
    answer = getattr(client, method)(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content.decode()
    return answer.json() if answer.content else None


def created(client: Client, text: str = PLAIN, **fields: Any) -> Any:
    return send(client, "post", BASE, {"team": "payments", "text": text, **fields}, 201)


def test_an_experiment_is_created_read_changed_and_archived(client: Client, orders_process: Target) -> None:
    made = created(client, service="orders", weight=3)
    assert (made["slug"], made["version"], made["service"]) == ("orders-survive-a-slow-payment", 1, "orders")
    path = f"{BASE}/{made['slug']}"
    assert send(client, "get", path) == made
    body = {"text": PLAIN.replace("30", "45"), "note": "longer"}
    changed = send(client, "patch", path, body, if_match='"1"')
    assert (changed["version"], changed["revision"], changed["weight"]) == (2, 2, 3)
    send(client, "patch", path, {"weight": 4}, 412, if_match='"1"')
    send(client, "patch", path, {"weight": 4, "revision": 1}, 409)
    assert send(client, "patch", path, {"service": None})["service"] is None
    assert [one["number"] for one in send(client, "get", f"{path}/versions")["items"]] == [2, 1]
    assert send(client, "get", f"{path}/versions/1")["text"] == PLAIN
    assert {line["kind"] for line in send(client, "get", f"{path}/versions/2/diff?against=1")} == {
        "gap",
        "same",
        "removed",
        "added",
    }
    send(client, "get", f"{path}/versions/9", status=404)
    assert send(client, "post", f"{path}/archive", {})["is_archived"]
    assert send(client, "get", BASE)["total"] == 0
    assert send(client, "get", f"{BASE}?is_archived=true")["total"] == 1
    assert not send(client, "post", f"{path}/unarchive", {"reason": "again"})["is_archived"]


def test_a_recovery_trials_objective_is_emptied_by_null(client: Client, orders_process: Target) -> None:
    made = created(client, kind="dr_trial", rto_objective_seconds=60)
    path = f"{BASE}/{made['slug']}"
    changed = send(client, "patch", path, {"kind": "experiment", "rto_objective_seconds": None})
    assert changed["rto_objective_seconds"] is None


def test_export_is_the_text_as_it_was_written(client: Client, orders_process: Target) -> None:
    path = f"{BASE}/{created(client)['slug']}/export"
    answer = client.get(path)
    assert answer.content.decode() == PLAIN
    assert answer["Content-Type"] == "application/yaml; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="orders-survive-a-slow-payment.yaml"'
    assert send(client, "get", f"{path}?format=json&version=1")["title"] == "Orders survive a slow payment"


def test_a_document_with_problems_is_answered_with_their_lines(client: Client, orders_process: Target) -> None:
    bad = PLAIN.replace("target: orders", "target: elsewhere")
    refused = send(client, "post", BASE, {"team": "payments", "text": bad}, 422)
    detail = refused["error"]["details"][0] if "error" in refused else refused["details"][0]
    assert (detail["line"], detail["path"]) == (19, "method[0].provider.arguments.target")
    told = send(client, "post", f"{BASE}/validate", {"team": "payments", "text": bad})
    assert not told["is_valid"]
    assert told["problems"][0]["line"] == 19
    assert send(client, "post", f"{BASE}/validate", {"team": "payments", "text": PLAIN})["is_valid"]
    assert not Experiment.objects.exists()


def test_imports_are_answered_with_a_report_each(client: Client, orders_process: Target) -> None:
    files = [{"name": "a.yaml", "text": PLAIN}, {"name": "b.yaml", "text": "title: x"}]
    reports = send(client, "post", f"{BASE}/import", {"team": "payments", "files": files})
    assert [report["change"] for report in reports] == ["added", "refused"]
    body = {"team": "payments", "urls": ["http://127.0.0.1:1/x.yaml"]}
    assert "OUTBOUND_ALLOWED_HOSTS" in send(client, "post", f"{BASE}/import", body)[0]["problems"][0]["message"]
    send(client, "post", f"{BASE}/import", {"team": "payments"}, 422)


def test_secrets_are_set_and_forgotten_and_their_values_never_answered(client: Client) -> None:
    path = f"{BASE}/{created(client, WITH_SECRETS)['slug']}/secrets"
    send(client, "put", f"{path}/api/token", {"value": "correct-horse"}, 204)
    told = send(client, "get", path)
    assert [(one["name"], one["is_set"]) for one in told] == [("other", False), ("token", True)]
    assert "correct-horse" not in str(told)
    send(client, "put", f"{path}/api/token", {"value": "abc"}, 422)
    send(client, "delete", f"{path}/api/token", status=204)
    send(client, "delete", f"{path}/api/token", status=404)


def test_targets_are_created_changed_and_deleted(client: Client, orders: Service) -> None:
    body = {
        "team": "payments",
        "service": "orders",
        "slug": "gate",
        "kind": "proxy",
        "config": {"api_url": "http://127.0.0.1:8474", "proxy": "orders"},
        "secrets": {"token": "correct-horse"},
    }
    made = send(client, "post", TARGETS, body, 201)
    assert made["secrets"] == ["token"]
    assert "correct-horse" not in str(made)
    changed = send(client, "patch", f"{TARGETS}/gate", {"title": "Gate", "is_enabled": False, "revision": 1})
    assert (changed["title"], changed["is_enabled"], changed["secrets"]) == ("Gate", False, ["token"])
    send(client, "patch", f"{TARGETS}/gate", {"title": "Gates"}, 412, if_match='"1"')
    send(client, "patch", f"{TARGETS}/gate", {"config": {"proxy": "x"}}, 422)
    assert send(client, "get", f"{TARGETS}?kind=proxy&q=gate")["total"] == 1
    send(client, "delete", f"{TARGETS}/gate", status=204)
    send(client, "get", f"{TARGETS}/gate", status=404)


def test_kinds_say_what_a_target_is_made_of(client: Client) -> None:
    kinds = {one["kind"]: one for one in send(client, "get", f"{TARGETS}/kinds")}
    assert {"process", "proxy", "toxiproxy"} <= set(kinds)
    assert [field["name"] for field in kinds["proxy"]["fields"] if field["is_secret"]] == ["token"]
    assert "latency" in {action["name"] for action in kinds["proxy"]["actions"]}


def test_an_experiment_is_made_from_a_template_in_one_step(client: Client, cast: Cast, orders: Service) -> None:
    TargetFactory(team=cast.payments, service=orders, slug="gate", kind="proxy")
    one = send(client, "get", "/api/v1/chaos/library/dependency-slow")
    assert (one["injector"], one["layer"]) == ("proxy", "component")
    assert len(send(client, "get", "/api/v1/chaos/library")) >= 25
    body = {"team": "payments", "service": "orders", "targets": ["gate"], "values": {"slo": "checkout"}}
    made = send(client, "post", "/api/v1/chaos/library/dependency-slow/create", body, 201)
    assert made["template"] == "dependency-slow"
    send(client, "post", "/api/v1/chaos/library/nothing/create", body, 404)
    refused = send(client, "post", "/api/v1/chaos/library/dependency-slow/create", {**body, "values": {}}, 422)
    assert "nothing is looked at" in str(refused)


def test_lists_cost_the_same_for_one_and_for_many(client: Client, cast: Cast, orders: Service) -> None:
    queries_of(client, BASE)  # the first one notes when the token was used
    counts = []
    for _ in range(2):
        for _ in range(3):
            ExperimentVersionFactory(experiment=ExperimentFactory(team=cast.payments, service=orders))
            TargetFactory(team=cast.payments, service=orders)
        counts.append([queries_of(client, path) for path in (BASE, TARGETS, f"{BASE}?q=experiment&team=payments")])
    assert counts[0] == counts[1]
    assert max(counts[0]) == 4, counts


def test_a_responder_reads_and_does_not_configure(cast: Cast, bearer: Bearer, orders_process: Target) -> None:
    responder = bearer(team=cast.payments, role=Role.RESPONDER, scopes=["read", "write"])
    assert send(responder, "get", TARGETS)["total"] == 1
    send(responder, "post", BASE, {"team": "payments", "text": PLAIN}, 403)
    send(responder, "patch", f"{TARGETS}/orders", {"title": "x"}, 403)
    other = bearer(team=cast.search, role=Role.EDITOR, scopes=["read", "write"])
    send(other, "get", f"{TARGETS}/orders", status=404)
    send(other, "post", BASE, {"team": "payments", "text": PLAIN}, 404)
