"""Chaos of an open team on a service that a private one took over: the name of the service, its policy and whom that
tells stay the private team's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chaos.experiments.models import Target
from chaos.experiments.selectors.jobs import job_of
from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import GuardPolicy, Run, RunTarget
from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from tests.access.addresses import MARK, arguments_of, path_of, routes
from tests.cast import (
    Cast,
    ChannelFactory,
    ExperimentFactory,
    ExperimentVersionFactory,
    GuardPolicyFactory,
    MembershipFactory,
    RunFactory,
    ServiceFactory,
    SloFactory,
    TargetFactory,
)

As = Callable[[str], Client]
_OURS = ("chaos/experiments/<", "chaos/targets/<", "chaos/runs/<", "chaos/policies/", "chaos/resilience/")
OF_OBJECTS = [route for route in routes() if route.removeprefix("api/v1/").startswith(_OURS) and "<" in route]
LISTS = [
    "/chaos/",
    "/chaos/?part=now",
    "/chaos/runs/",
    "/chaos/experiments/",
    "/chaos/targets/",
    "/chaos/policies/",
    "/chaos/policies/?own=1",
    "/chaos/library/",
    "/slos/open-one/",
    "/slos/open-one/?range=7d",
    "/api/v1/chaos/runs",
    "/api/v1/chaos/experiments",
    "/api/v1/chaos/targets",
    "/api/v1/chaos/targets/kinds",
    "/api/v1/chaos/policies",
    "/api/v1/chaos/resilience",
    f"/search/?q={MARK}",
]
FOUND_BY_A_HIDDEN_WORD = [
    f"/api/v1/chaos/{kind}?service={MARK}-till" for kind in ("experiments", "targets", "runs")
] + [f"/chaos/{kind}/?service={MARK}-till" for kind in ("experiments", "targets", "runs")]


@pytest.fixture
def shared(cast: Cast) -> dict[str, dict[str, Any]]:
    """Experiment, target, run, objective of Commons; their service, its policy and channel of Payments."""
    MembershipFactory(team=cast.commons, user=cast.outsider, role=Role.EDITOR.value)
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-till", title=f"{MARK} till")
    policy: GuardPolicy = GuardPolicyFactory(team=cast.payments, service=service, approvals_needed=4)
    policy.notice_channels.add(ChannelFactory(team=cast.payments, name=f"{MARK}-room", title=f"{MARK} room"))
    policy.notice_people.add(cast.responder)
    experiment = ExperimentFactory(team=cast.commons, service=service, slug="mixed", title="Mixed")
    target = TargetFactory(team=cast.commons, service=service, slug="mixed-target", title="Mixed target")
    document = {"title": "Mixed", "description": "mixed", "method": [_pause(target)]}
    run = RunFactory(
        version=ExperimentVersionFactory(
            experiment=experiment, document=document, text=json.dumps(document), format="json"
        )
    )
    now = timezone.now()
    Run.objects.filter(pk=run.pk).update(
        fault_began_at=now - timedelta(hours=2),
        fault_ended_at=now - timedelta(hours=1),
        state=State.ENDED,
        verdict=Verdict.HELD,
        ended_at=now,
    )
    RunTarget.objects.create(run=run, target=target)
    SloFactory(team=cast.commons, service=service, name="open-one")
    below: dict[str, dict[str, Any]] = {
        "chaos/runs/": {"number": run.pk, "pk": 1, "run_id": run.pk, "notice_id": 1, "other": run.pk},
        "chaos/experiments/": {"slug": experiment.slug, "number": 1, "group": "g", "name": "n"},
        "chaos/targets/": {"slug": target.slug},
        "chaos/policies/": {"slug": cast.commons.slug, "name": service.name},
        "chaos/resilience/": {"name": service.name},
    }
    return below | {f"api/v1/{prefix}": arguments for prefix, arguments in below.items()}


def _pause(target: Target) -> dict[str, Any]:
    provider = {
        "type": "python",
        "module": "chaos.injectors.process",
        "func": "pause",
        "arguments": {"target": target.slug},
    }
    return {"type": "action", "name": "pause", "provider": provider}


@pytest.mark.parametrize("route", OF_OBJECTS)
def test_an_address_of_an_open_object_tells_nothing_of_the_hidden_service(
    shared: dict[str, dict[str, Any]], cast: Cast, as_: As, route: str
) -> None:
    path = path_of(route, shared)
    guest = as_("outsider")
    sent = guest.post(path, {}, content_type="application/json") if path.startswith("/api/") else guest.post(path)
    for answer in (guest.get(path), sent):
        text = answer.content.decode().replace(path, "")  # what was asked for may be said back
        assert answer.status_code < 500
        if answer.status_code != 404:
            assert MARK not in text, (path, answer.status_code)
        assert cast.responder.email not in text


@pytest.mark.parametrize("path", LISTS)
def test_a_list_tells_nothing_of_the_hidden_service(
    shared: dict[str, dict[str, Any]], cast: Cast, as_: As, path: str
) -> None:
    answer = as_("outsider").get(path)
    assert answer.status_code == 200
    text = answer.content.decode().replace(f'value="{MARK}"', "").replace(f"“{MARK}”", "").replace(f"?q={MARK}", "")
    assert MARK not in text
    assert cast.responder.email not in text


@pytest.mark.parametrize("path", FOUND_BY_A_HIDDEN_WORD)
def test_a_hidden_service_finds_nothing(shared: dict[str, dict[str, Any]], as_: As, path: str) -> None:
    def finds(client: Client) -> bool:
        answer = client.get(path)
        return bool(answer.json()["total"]) if path.startswith("/api/") else "/mixed" in answer.content.decode()

    if not path.startswith("/chaos/runs"):
        assert finds(as_("chief")), "otherwise this would prove nothing"
    assert not finds(as_("outsider"))


def test_what_guards_it_is_told_without_naming_the_service(shared: dict[str, dict[str, Any]], as_: As) -> None:
    for path in ("/chaos/experiments/mixed/", f"/chaos/runs/{shared['chaos/runs/']['number']}/"):
        page = as_("outsider").get(path).content.decode()
        assert "the policy of its service, which is private to another team" in page
        assert "/chaos/policies/services/" not in page
        assert f"/chaos/policies/services/{MARK}-till/" in as_("chief").get(path).content.decode()


def test_no_fault_is_put_into_a_target_whose_service_went_to_another_team(
    shared: dict[str, dict[str, Any]], as_: As
) -> None:
    run = Run.objects.get()
    job = job_of(version=run.version)
    assert not job.targets
    assert any("your team has no target 'mixed-target'" in problem.message for problem in job.problems)
    page = as_("outsider").get("/chaos/targets/mixed-target/").content.decode()
    assert "Its service went to another team" in page


def test_nothing_of_all_this_was_written_down(shared: dict[str, dict[str, Any]], as_: As) -> None:
    guest = as_("outsider")
    for path in LISTS:
        guest.get(path)
    assert not AuditEntry.objects.exists()


def test_every_kind_of_address_is_asked() -> None:
    assert len(OF_OBJECTS) > 40
    assert all(arguments_of(route) for route in OF_OBJECTS)
