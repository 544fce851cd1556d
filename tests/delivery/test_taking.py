"""Deployments from outside become rows: whatever the order, however often, through whichever door."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reliability.access.domain.caller import SYSTEM, Role
from reliability.access.models import AuditEntry
from reliability.access.services.wrong_keys import WRONG_KEYS
from reliability.delivery.domain import github
from reliability.delivery.models import (
    Change,
    ChangeRequest,
    Commit,
    DeliveryIntegration,
    Deployment,
    RawDelivery,
    ShippedChange,
    ShippedCommit,
)
from reliability.delivery.services import integrations, replaying, shipping
from reliability.delivery.services.integrations import NewIntegration, Settings
from reliability.delivery.services.keys import keys
from reliability.delivery.services.receiving import Arrived, receive
from reliability.delivery.services.row_intake import take_rows
from reliability.outbox.models import Due
from tests.cast import Cast, ServiceFactory
from tests.domain.delivery_payloads import at, recorded, sha, story

NOW = at(15)


def made(cast: Cast, kind: str, **more: Any) -> NewIntegration:
    settings = Settings(title=kind.title(), **more)
    return integrations.create(
        caller=SYSTEM, team=cast.payments, name=f"our-{kind}", kind=kind, settings=settings, now=NOW
    )


def tell(integration: DeliveryIntegration, deliveries: list[tuple[str, str, bytes]], at_once: int = 1) -> None:
    arrived = [Arrived(event=event, key=key, body=body, headers={}) for event, key, body in deliveries]
    for start in range(0, len(arrived), at_once):
        receive(integration=integration, arrived=arrived[start : start + at_once], now=NOW)
    assert shipping.work_out(team_id=integration.team_id, now=NOW) is None


def rows() -> list[Any]:
    """Everything that figures are made of, without what differs by arrival."""
    deployments = Deployment.objects.order_by("key").values_list(
        "key", "outcome", "started_at", "finished_at", "revision", "previous_revision", "is_rollback", "contents"
    )
    requests = ChangeRequest.objects.order_by("key").values_list(
        "key", "first_commit_at", "opened_at", "first_review_at", "approved_at", "merged_at", "merge_sha", "title"
    )
    commits = Commit.objects.order_by("sha").values_list(
        "sha", "committed_at", "is_merge", "is_truncated", "change__key"
    )
    shipped = ShippedCommit.objects.order_by("commit__sha").values_list(
        "deployment__key", "commit__sha", "lead_seconds"
    )
    changes = ShippedChange.objects.order_by("pk").values_list("deployment__key", "change__key")
    switches = Change.objects.order_by("key").values_list("key", "title")
    return [list(found) for found in (deployments, requests, commits, shipped, changes, switches)]


def test_the_story_of_github_ends_in_its_figures(cast: Cast) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    tell(made(cast, "github").integration, story("github"))
    deployments, requests, _, shipped, changes, switches = rows()
    assert [(row[0], row[1], row[3], row[6], row[7]) for row in deployments] == [
        ("deployment:101", "succeeded", at(9, 15), False, "first"),
        ("deployment:102", "succeeded", at(12), False, "complete"),
        ("deployment:103", "failed", at(13, 20), False, "none"),
        ("deployment:104", "succeeded", at(13, 40), True, "complete"),
    ]
    leads = {
        ("deployment:102", sha("c3"), 7_200),
        ("deployment:102", sha("f1"), 9_000),
        ("deployment:102", sha("f2"), 5_400),
    }
    assert set(shipped) == leads, "the merge commit has no lead time of its own"
    assert changes == [("deployment:102", "#41")]
    assert requests == [("#41", at(9, 30), at(10), at(10, 20), at(11), at(11, 30), sha("m"), "Take vouchers")]
    assert switches == [("release:5", "Release Vouchers")]
    assert dict(RawDelivery.objects.values_list("event", "state")) | {"ping": "ignored"} == dict(
        RawDelivery.objects.values_list("event", "state")
    )


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_reordered_doubled_and_in_other_batches_it_ends_in_the_same_rows(cast: Cast, kind: str) -> None:
    for name in ("checkout", "search"):
        ServiceFactory(team=cast.payments, name=name)
    integration = made(cast, kind).integration
    told = story(kind)
    results = []
    for seed, at_once in ((None, 1), (1, 1), (2, 3), (3, 100)):
        some = [*told, *told] if seed else told
        if seed:
            random.Random(seed).shuffle(some)  # noqa: S311  the order of a test
        with transaction.atomic():
            tell(integration, some, at_once)
            results.append(rows())
            transaction.set_rollback(True)
    assert results[1:] == results[:1] * 3
    contents = [row[7] for row in results[0][0]]
    assert (
        contents
        == {
            "github": ["first", "complete", "none", "complete"],
            "gitlab": ["first", "partial", "complete", "none"],  # a push of 33 commits named 20
        }[kind]
    )


def test_guessing_keys_is_soon_told_to_wait(cast: Cast, client: Client, settings: Any) -> None:
    settings.INTAKE_WRONG_KEYS_PER_MINUTE_MAX = 3
    ServiceFactory(team=cast.payments, name="checkout")
    new = made(cast, "json")
    WRONG_KEYS.forget()

    def post(key: str) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        return client.post("/delivery/in/our-json", b"[]", content_type="application/json", headers=headers)

    answers = [post("f" * 40) for _ in range(5)]
    assert [one.status_code for one in answers] == [401, 401, 401, 429, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert post(new.key.text).status_code == 202, "a right key is taken from everywhere"


def test_only_who_signs_with_the_key_is_heard(cast: Cast, client: Client) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    new = made(cast, "github", service=service)
    body = orjson.dumps(recorded("github/04_deployment_status.json"))

    def post(key: str, delivery: str = "72d3162e", data: bytes = body) -> Any:
        signature = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "X-Hub-Signature-256": signature,
            "X-GitHub-Event": "deployment_status",
            "X-GitHub-Delivery": delivery,
        }
        return client.post("/delivery/in/our-github", data, content_type="application/json", headers=headers)

    assert post("wrong").status_code == 401
    assert post(new.key.text, data=body + b" ").status_code == 401
    assert client.post("/delivery/in/nobody", body, content_type="application/json").status_code == 401
    assert not RawDelivery.objects.exists()
    assert post(new.key.text).json()["states"] == {"done": 1}
    assert post(new.key.text).json()["states"] == {"duplicate": 1}
    assert Deployment.objects.get().service == service
    assert RawDelivery.objects.get().times == 2
    fresh = keys.rotate(caller=SYSTEM, integration=new.integration, overlap=timedelta(hours=1), now=timezone.now())
    assert {post(key, "another").status_code for key in (new.key.text, fresh.text)} == {202}
    keys.revoke(caller=SYSTEM, integration=new.integration, key_id=new.key.key.pk, now=NOW)
    assert post(new.key.text, "a third").status_code == 401
    actions = list(
        AuditEntry.objects.filter(object_kind="delivery_integration").order_by("pk").values_list("action", flat=True)
    )
    assert actions == [f"delivery_integration.{act}" for act in ("create", "rotate", "revoke_key")]
    assert new.key.text not in str(AuditEntry.objects.values_list("changes", flat=True))


def test_what_cannot_be_placed_is_kept_and_read_again_once_its_service_is_named(cast: Cast, client: Client) -> None:
    new = made(cast, "gitlab")
    body = orjson.dumps(recorded("gitlab/03_deployment.json"))
    headers = {"X-Gitlab-Token": new.key.text, "X-Gitlab-Event": "Deployment Hook", "Idempotency-Key": "1"}
    answer = client.post("/delivery/in/our-gitlab", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["states"]) == (202, {"rejected": 1}), "GitLab is never answered 4xx"
    assert "shop/search or search" in answer.json()["errors"][0]["message"]
    broken = client.post(
        "/delivery/in/our-gitlab", b"{", content_type="application/json", headers=headers | {"Idempotency-Key": "2"}
    )
    assert broken.json()["errors"][0]["reason"] == "malformed"
    assert not Deployment.objects.exists()
    ServiceFactory(team=cast.payments, name="find")
    integrations.update(
        caller=SYSTEM,
        integration=new.integration,
        settings=Settings(title="GitLab", config={"services": {"shop/search": "find"}}),
        revision=1,
        now=NOW,
    )
    assert replaying.replay(caller=SYSTEM, integration=new.integration, is_everything=False, now=NOW) == 2
    run_replay()
    assert Deployment.objects.get().service.name == "find"
    assert dict(RawDelivery.objects.values_list("reason", "state")) == {"": "done", "malformed": "rejected"}


def run_replay() -> None:
    """As a worker would, until nothing is left."""
    while (due := Due.objects.filter(kind=replaying.KIND).first()) is not None:
        before = due.payload
        replaying.go_on(integration_id=int(due.key), payload=due.payload, now=NOW)
        due.refresh_from_db()
        if due.payload == before:
            due.delete()


def test_after_a_mended_parser_everything_is_made_anew(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    integration = made(cast, "github").integration
    with monkeypatch.context() as broken:
        broken.setitem(github._STATES, "success", "failed")
        broken.setitem(github._EVENTS, "pull_request", lambda body, config: 1 / 0)
        tell(integration, story("github"))
    assert not Deployment.objects.filter(outcome="succeeded").exists()
    failed = RawDelivery.objects.filter(reason="parser_failed")
    assert set(failed.values_list("event", flat=True)) == {"pull_request"}
    replaying.replay(caller=SYSTEM, integration=integration, is_everything=True, now=NOW)
    run_replay()
    shipping.work_out(team_id=integration.team_id, now=NOW)
    again = rows()
    Deployment.objects.all().delete()
    ChangeRequest.objects.all().delete()
    Commit.objects.all().delete()
    RawDelivery.objects.all().delete()
    tell(integration, story("github"))
    assert again == rows()


def test_cloudevents_come_alone_and_in_batches(cast: Cast, client: Client) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    new = made(cast, "cloudevents")
    names = ("deployed_0.4", "upgraded_0.5", "rolledback_0.5", "published_0.5", "change_merged_0.5", "bad_version_0.1")
    events = [recorded(f"cdevents/{name}.json") for name in names]
    headers = {"Authorization": f"Bearer {new.key.text}"}
    address = "/delivery/in/our-cloudevents"
    batch = "application/cloudevents-batch+json"
    answer = client.post(address, orjson.dumps(events), content_type=batch, headers=headers)
    assert answer.status_code == 202, answer.content
    assert answer.json()["states"] == {"done": 5, "rejected": 1}
    assert answer.json()["errors"][0]["index"] == 5
    ce = {f"ce-{name}": events[0][name] for name in ("specversion", "id", "source", "type")}
    binary = client.post(
        address, orjson.dumps(events[0]["data"]), content_type="application/json", headers=headers | ce
    )
    assert binary.json()["states"] == {"duplicate": 1}
    alone = client.post(address, orjson.dumps(events[5]), content_type="application/cloudevents+json", headers=headers)
    assert (alone.status_code, alone.json()["error"]["reason"]) == (422, "unknown_version")
    refused = client.post(address, b"{}", content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["error"]["reason"]) == (422, "unsupported")
    shipping.work_out(team_id=cast.payments.pk, now=NOW)
    assert list(Deployment.objects.order_by("finished_at").values_list("is_rollback", flat=True)) == [
        False,
        False,
        True,
    ]


ROW = {
    "id": "1",
    "service": "checkout",
    "environment": "Production",
    "finished_at": "2026-03-02T09:00:00Z",
    "outcome": "succeeded",
    "revision": "b",
    "commits": [{"sha": "b", "committed_at": "2026-03-02T08:00:00Z"}],
    "changes": [{"id": "#1", "opened_at": "2026-03-02T07:00:00Z", "merge_sha": "b"}],
}


def test_the_api_takes_one_a_list_and_lines(cast: Cast, bearer: Callable[..., Client]) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    ServiceFactory(team=cast.search, name="search")
    client = bearer(team=cast.payments, role=Role.EDITOR, scopes=["read", "intake"])
    address = "/api/v1/deployments"
    first = client.post(address, ROW, content_type="application/json")
    assert (first.status_code, first.json()) == (202, {"accepted": 1, "rejected": 0, "errors": []})
    rows_told: list[Any] = [ROW, ROW | {"id": "2", "finished_at": "2026-03-02T10:00:00Z", "revision": "c"}]
    rows_told += [ROW | {"service": "search"}, ROW | {"outcome": "splendid"}, ROW | {"source": "other"}, 7]
    answer = client.post(address, rows_told, content_type="application/json").json()
    assert (answer["accepted"], [error["index"] for error in answer["errors"]]) == (3, [2, 3, 5])
    assert answer["errors"][0]["reason"] == "unknown_service"
    lines = b"\n".join([orjson.dumps(ROW | {"id": "3", "outcome": "failed"}), b"", b"{nonsense"])
    told = client.post(address, lines, content_type="application/x-ndjson").json()
    assert (told["accepted"], told["errors"][0]["index"], told["errors"][0]["reason"]) == (1, 1, "malformed")
    assert Deployment.objects.count() == 4
    assert set(Deployment.objects.values_list("environment", "is_production")) == {("production", True)}
    bad = client.post(address, ROW | {"revision": None}, content_type="application/json")
    assert (bad.status_code, bad.json()["error"]["details"][0]["index"]) == (422, 0)
    assert client.post(address, b"x", content_type="text/plain").status_code == 415
    listed = client.get(address, {"service": "checkout", "outcome": "failed"}).json()
    assert [item["key"] for item in listed["items"]] == ["3"]
    for fields in ({"role": Role.RESPONDER, "scopes": ["read", "intake"]}, {"role": Role.EDITOR, "scopes": ["read"]}):
        other = bearer(team=cast.payments, **fields)
        assert other.post(address, ROW, content_type="application/json").status_code == 403


def test_a_batch_takes_as_many_queries_as_one(cast: Cast) -> None:
    ServiceFactory(team=cast.payments, name="checkout")

    def queries(count: int, start: int) -> int:
        told = [
            ROW
            | {"id": str(n), "revision": f"r{n}", "changes": [{"id": f"#{n}"}]}
            | {"commits": [{"sha": f"r{n}", "committed_at": "2026-03-02T08:00:00Z", "parents": [f"r{n - 1}"]}]}
            | {"finished_at": (at(9) + timedelta(seconds=n)).isoformat()}
            for n in range(start, start + count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert take_rows(caller=SYSTEM, rows=enumerate(told), now=NOW).accepted == count
        return len(captured)

    queries(1, 0)
    assert queries(60, 100) <= queries(1, 1) + 3
    with CaptureQueriesContext(connection) as captured:
        assert shipping.work_out(team_id=cast.payments.pk, now=NOW) is None
    assert len(captured) <= 36
    assert Deployment.objects.filter(contents="complete").count() == 61


def test_many_repositories_take_a_few_queries_more_than_one(cast: Cast) -> None:
    for n in range(60):
        ServiceFactory(team=cast.payments, name=f"service-{n}")

    def queries(names: list[str], run: int) -> int:
        told = [
            ROW
            | {"id": f"{name}-{run}", "service": name, "repository": f"shop/{name}", "revision": f"{name}-{run}"}
            | {"commits": [{"sha": f"{name}-{run}", "committed_at": "2026-03-02T08:00:00Z"}], "changes": [{"id": "#1"}]}
            for name in names
        ]
        with CaptureQueriesContext(connection) as captured:
            assert take_rows(caller=SYSTEM, rows=enumerate(told), now=NOW).accepted == len(names)
        return len(captured)

    one = queries(["service-0"], 0)
    assert queries([f"service-{n}" for n in range(1, 60)], 0) <= one + 8


def test_what_arrives_late_is_given_to_who_shipped_it(cast: Cast) -> None:
    """The commits come after the deployment, and an earlier deployment after a later one."""
    ServiceFactory(team=cast.payments, name="checkout")

    def deployed(key: str, hour: int, revision: str, **more: Any) -> None:
        row = ROW | {
            "id": key,
            "finished_at": at(hour).isoformat(),
            "revision": revision,
            "repository": "shop/checkout",
        }
        row |= {"commits": [], "changes": []}
        assert not take_rows(caller=SYSTEM, rows=[(0, row | more)], now=NOW).errors
        shipping.work_out(team_id=cast.payments.pk, now=NOW)

    def shipped() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, one in ShippedCommit.objects.values_list("deployment__key", "commit__sha"):
            found.setdefault(key, set()).add(one)
        return found

    deployed("first", 9, sha("c2"))
    deployed("last", 14, sha("c5"))
    assert Deployment.objects.get(key="last").contents == "unknown"
    tell(made(cast, "github").integration, [one for one in story("github") if one[0] == "push"])
    assert shipped() == {"last": {sha(name) for name in ("c3", "f1", "f2", "c5")}}
    deployed("between", 12, sha("m"))
    assert shipped() == {"between": {sha(name) for name in ("c3", "f1", "f2")}, "last": {sha("c5")}}
    deployed("between", 12, sha("m"), outcome="failed")
    assert Deployment.objects.get(key="between").outcome == "failed"
    assert shipped() == {"last": {sha(name) for name in ("c3", "f1", "f2", "c5")}}


def test_flags_and_configuration_are_changes(cast: Cast, client: Client) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    new = made(cast, "changes")
    told = [
        {"id": "1", "title": "Vouchers on", "kind": "flag", "service": "checkout", "at": "2026-03-02T09:00:00Z"},
        {"id": "2", "title": "Timeout 3 s"},
    ]
    for _ in range(2):
        answer = client.post(
            "/delivery/in/our-changes",
            orjson.dumps(told),
            content_type="application/json",
            headers={"Authorization": f"Bearer {new.key.text}"},
        )
        assert answer.status_code == 202, answer.content
    assert list(Change.objects.order_by("key").values_list("title", "service")) == [
        ("Vouchers on", service.pk),
        ("Timeout 3 s", None),
    ]


def test_the_command_records_and_imports(cast: Cast, tmp_path: Path) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    call_command("deploy", "record", "checkout", "v1", "--id", "1", stdout=StringIO())
    call_command("deploy", "record", "checkout", "v1", "--id", "1", "--outcome", "failed", stdout=StringIO())
    with pytest.raises(CommandError, match="no service 'chekout'"):
        call_command("deploy", "record", "chekout", "v1", stdout=StringIO())
    lines, table = tmp_path / "old.jsonl", tmp_path / "old.csv"
    lines.write_bytes(orjson.dumps(ROW) + b"\n" + orjson.dumps(ROW | {"id": "2"}) + b"\n")
    table.write_text("id,service,environment,finished_at,outcome,revision\n9,checkout,prod,2026-03-01,succeeded,a\n")
    said, errors = StringIO(), StringIO()
    with pytest.raises(CommandError, match="some lines were refused"):
        call_command("deploy", "import", str(lines), str(table), stdout=said, stderr=errors)
    assert said.getvalue().startswith("2 deployments imported, 1 refused")
    assert "old.csv:2: deployment.finished_at" in errors.getvalue()
    assert sorted(Deployment.objects.values_list("origin", "key")) == [
        ("api:cli", "1"),
        ("api:import", "1"),
        ("api:import", "2"),
    ]


def test_payloads_are_forgotten_after_their_time(cast: Cast, settings: Any) -> None:
    integration = made(cast, "github").integration
    old: datetime = NOW - timedelta(days=settings.DELIVERY_RAW_DAYS + 1)
    for name, when in (("old", old), ("new", NOW)):
        receive(integration=integration, arrived=[Arrived("ping", name, b"{}", {})], now=when)
    assert replaying.forget_old(now=NOW) == 1
    assert RawDelivery.objects.get().key == "new"
