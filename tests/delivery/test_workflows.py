"""GitHub without deployment events: workflow runs with attempts, squashed and rebased pull requests, skipped runs.

Written from the documentation of the events. Whatever the order, doubled or not, the rows are the same.
"""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import orjson
import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.delivery.models import (
    ChangeRequest,
    Commit,
    Deployment,
    RawDelivery,
    ShippedChange,
    ShippedCommit,
)
from reliability.delivery.services import integrations, shipping
from reliability.delivery.services.integrations import Settings
from reliability.delivery.services.receiving import Arrived, receive
from tests.cast import Cast, ServiceFactory
from tests.domain.delivery_payloads import at, sha

NOW = at(20)
REPOSITORY = {"full_name": "shop/checkout"}


def instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def push(before: str, commits: list[tuple[str, datetime]]) -> tuple[str, dict[str, Any]]:
    told = [
        {"id": sha(name), "timestamp": instant(made), "message": name, "author": {"username": "ada"}}
        for name, made in commits
    ]
    after = sha(commits[-1][0])
    body = {"ref": "refs/heads/main", "before": sha(before), "after": after, "commits": told, "head_commit": told[-1]}
    return "push", body | {"repository": REPOSITORY, "forced": False, "deleted": False}


def merged(number: int, merge: str, head: str, merged_at: datetime) -> tuple[str, dict[str, Any]]:
    request = {
        "number": number,
        "title": f"Change {number}",
        "html_url": f"https://github.com/shop/checkout/pull/{number}",
        "user": {"login": "ada"},
        "created_at": instant(at(8)),
        "updated_at": instant(merged_at),
        "merged_at": instant(merged_at),
        "merged": True,
        "merge_commit_sha": sha(merge),
        "base": {"sha": sha("c0")},
        "head": {"sha": sha(head)},
    }
    return "pull_request", {"action": "closed", "pull_request": request, "repository": REPOSITORY}


def run(number: int, revision: str, *states: tuple[str, str | None, datetime], attempt: int = 1) -> Any:
    """The events of one attempt: (status, conclusion, updated_at)."""
    for status, conclusion, updated_at in states:
        told = {
            "id": number,
            "name": "Deploy",
            "run_attempt": attempt,
            "status": status,
            "conclusion": conclusion,
            "head_sha": sha(revision),
            "head_branch": "main",
            "created_at": instant(at(9)),
            "run_started_at": instant(states[0][2]),
            "updated_at": instant(updated_at),
            "actor": {"login": "ada"},
            "html_url": f"https://github.com/shop/checkout/actions/runs/{number}",
        }
        action = {"queued": "requested", "in_progress": "in_progress", "completed": "completed"}[status]
        yield "workflow_run", {"action": action, "workflow_run": told, "repository": REPOSITORY}


EVENTS = [
    push("c0", [("c1", at(9))]),
    *run(1, "c1", ("queued", None, at(9, 5)), ("in_progress", None, at(9, 6)), ("completed", "failure", at(9, 10))),
    *run(1, "c1", ("queued", None, at(9, 15)), ("completed", "success", at(9, 20)), attempt=2),
    push("c1", [("squash", at(10))]),
    merged(7, "squash", "head-of-7", at(10)),
    *run(2, "squash", ("queued", None, at(10, 5)), ("completed", "success", at(10, 30))),
    push("squash", [("rebased-1", at(11)), ("rebased-2", at(11))]),
    merged(8, "rebased-2", "head-of-8", at(11)),
    *run(3, "rebased-2", ("queued", None, at(11, 5)), ("completed", "skipped", at(11, 6))),
    *run(4, "rebased-2", ("queued", None, at(11, 10)), ("completed", "timed_out", at(12))),
    *run(5, "rebased-2", ("queued", None, at(12, 5)), ("completed", "success", at(13))),
]


def rows() -> dict[str, Any]:
    return {
        "deployments": list(Deployment.objects.order_by("key").values_list("key", "outcome", "contents")),
        "shipped": set(ShippedCommit.objects.values_list("deployment__key", "commit__sha", "lead_seconds")),
        "changes": set(ShippedChange.objects.values_list("deployment__key", "change__key")),
    }


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_runs_attempts_squashes_and_rebases_end_in_the_same_rows_in_any_order(cast: Cast, seed: int | None) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    made = integrations.create(
        caller=SYSTEM,
        team=cast.payments,
        name="ours",
        kind="github",
        settings=Settings(title="Ours", config={"workflows": {"Deploy": "production"}}),
        now=NOW,
    )
    arrived = [
        Arrived(event=event, key=f"delivery-{number}", body=orjson.dumps(body), headers={})
        for number, (event, body) in enumerate(EVENTS)
    ]
    if seed is not None:
        arrived = [*arrived, *arrived]
        random.Random(seed).shuffle(arrived)  # noqa: S311  an order, no secret
    at_once = seed or 1
    for start in range(0, len(arrived), at_once):
        receive(integration=made.integration, arrived=arrived[start : start + at_once], now=NOW)
        shipping.work_out(team_id=cast.payments.pk, now=NOW)
    assert not RawDelivery.objects.filter(state="rejected").exists()
    assert rows() == {
        "deployments": [
            ("run:1:1", "failed", "none"),
            ("run:1:2", "succeeded", "first"),
            ("run:2:1", "succeeded", "complete"),
            ("run:3:1", "cancelled", "none"),
            ("run:4:1", "failed", "none"),
            ("run:5:1", "succeeded", "complete"),
        ],
        "shipped": {
            ("run:2:1", sha("squash"), 30 * 60),
            ("run:5:1", sha("rebased-1"), 2 * 60 * 60),
            ("run:5:1", sha("rebased-2"), 2 * 60 * 60),
        },
        "changes": {("run:2:1", "#7"), ("run:5:1", "#8")},
    }
    assert set(ChangeRequest.objects.values_list("key", "first_commit_at")) == {("#7", None), ("#8", None)}
    assert Commit.objects.get(sha=sha("squash")).change_id == ChangeRequest.objects.get(key="#7").pk
