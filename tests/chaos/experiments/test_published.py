"""Experiments in the shapes that the Chaos Toolkit's tutorials publish: they run unchanged, or are told why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from textwrap import dedent
from threading import Thread
from typing import Any

import pytest
from django.test import override_settings

from chaos.experiments.models import Target
from chaos.experiments.selectors.jobs import job_of
from chaos.experiments.services.importing import FileText, ImportReport, import_files, import_text
from chaos.experiments.services.secrets import set_value
from tests.cast import BEGINNING, Cast
from tests.chaos.runner.harness import supervised

pytestmark = pytest.mark.django_db

# A file that must exist, a page that must answer, programs with their arguments in one text, rollbacks by reference.
WALKTHROUGH = {
    "version": "1.0.0",
    "title": "Does an expired certificate stop us?",
    "description": "When a certificate expires, users should see the reason.",
    "tags": ["tls"],
    "steady-state-hypothesis": {
        "title": "Both services answer",
        "probes": [
            {
                "type": "probe",
                "name": "pid-file-is-there",
                "tolerance": True,
                "provider": {
                    "type": "python",
                    "module": "os.path",
                    "func": "exists",
                    "arguments": {"path": "front.pid"},
                },
            },
            {
                "type": "probe",
                "name": "page-answers",
                "tolerance": 200,
                "provider": {"type": "http", "timeout": 3, "verify_tls": False, "url": "https://localhost:8443/"},
            },
        ],
    },
    "method": [
        {
            "type": "action",
            "name": "swap-certificate",
            "provider": {"type": "process", "path": "cp", "arguments": "expired.pem cert.pem"},
        }
    ],
    "rollbacks": [{"ref": "swap-certificate"}],
}

KUBERNETES = dedent("""\
    version: 1.0.0
    title: A lost pod is replaced
    description: Users do not notice that a pod is gone
    configuration:
      label: {type: env, key: POD_LABEL, default: app=shop}
    secrets:
      k8s:
        KUBERNETES_CONTEXT: {type: env, key: KUBERNETES_CONTEXT}
    steady-state-hypothesis:
      title: All pods are well
      probes:
        - type: probe
          name: pods-in-phase
          tolerance: true
          provider:
            type: python
            module: chaosk8s.pod.probes
            func: pods_in_phase
            secrets: [k8s]
            arguments: {label_selector: "${label}", phase: Running}
    method:
      - type: action
        name: end-a-pod
        provider:
          type: python
          module: chaosk8s.pod.actions
          func: terminate_pods
          secrets: [k8s]
          arguments: {label_selector: "${label}", rand: true, qty: 1, grace_period: 0}
        pauses: {after: 5}
    rollbacks: []
    """)

TOXIPROXY = {
    "title": "Our shop survives a slow database",
    "description": "through a toxiproxy",
    "configuration": {"toxiproxy_url": "http://127.0.0.1:8474"},
    "steady-state-hypothesis": {"title": "t", "probes": []},
    "method": [
        {
            "type": "action",
            "name": "slow",
            "provider": {
                "type": "python",
                "module": "chaostoxi.toxic.actions",
                "func": "create_toxic",
                "arguments": {
                    "for_proxy": "db",
                    "toxic_name": "slow",
                    "toxic_type": "latency",
                    "stream": "downstream",
                    "toxicity": 1.0,
                    "attributes": {"latency": 400, "jitter": 0},
                },
            },
            "pauses": {"after": 1},
        }
    ],
    "rollbacks": [
        {
            "type": "action",
            "name": "fast again",
            "provider": {
                "type": "python",
                "module": "chaostoxi.toxic.actions",
                "func": "delete_toxic",
                "arguments": {"for_proxy": "db", "toxic_name": "slow"},
            },
        }
    ],
}


def imported(cast: Cast, name: str, document: dict[str, Any] | str) -> ImportReport:
    text = document if isinstance(document, str) else json.dumps(document, indent=4)
    files = [FileText(name, text.encode())]
    return import_files(caller=cast.caller("editor"), team_id=cast.payments.pk, files=files, now=BEGINNING)[0]


def test_a_walkthrough_with_programs_is_refused_with_each_reason(cast: Cast) -> None:
    report = imported(cast, "walkthrough.json", WALKTHROUGH)
    assert [(problem.path, problem.message.split(":")[0]) for problem in report.problems] == [
        ("steady-state-hypothesis.probes[0].provider.module", "module os.path is not allowed"),
        ("method[0].provider.path", "program cp is not allowed"),
        ("method[0].provider.arguments", "arguments in one text would go through a shell"),
    ]
    text = json.dumps(WALKTHROUGH, indent=4).splitlines()
    assert ['"os.path"' in text[report.problems[0].line - 1], '"cp"' in text[report.problems[1].line - 1]] == [True] * 2


@pytest.mark.parametrize(
    ("name", "document", "module"),
    [("pods.yaml", KUBERNETES, "chaosk8s"), ("toxiproxy.json", TOXIPROXY, "chaostoxi")],
)
def test_an_extension_runs_when_the_operator_allows_it_and_is_refused_else(
    cast: Cast, name: str, document: dict[str, Any] | str, module: str
) -> None:
    refused = imported(cast, name, document)
    assert refused.change == "refused"
    assert {problem.message.split(":")[1].strip() for problem in refused.problems} == {
        "an administrator of the installation can add it to CHAOS_MODULES"
    }
    assert len(refused.problems) == 2
    with override_settings(CHAOS_MODULES=[module]):
        assert imported(cast, name, document).change == "added"


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_known = self.headers.get("Authorization") == "Bearer correct-horse"
        body = json.dumps({"orders": 12, "state": "open", "known": is_known}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as http.server has it
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}/"
    found.shutdown()
    found.server_close()


@override_settings(OUTBOUND_ALLOWED_HOSTS=["127.0.0.1"], CHAOS_PROGRAMS=["echo"])
def test_what_is_imported_runs_in_the_process_of_a_run_as_its_job_says(
    cast: Cast, orders_process: Target, shop: str
) -> None:
    provider = {"type": "http", "url": "${url}", "headers": {"Authorization": "Bearer ${token}"}, "timeout": 3}
    echo = {"type": "process", "path": "echo", "arguments": ["12.5"]}
    probes = [
        {"type": "probe", "name": "status", "tolerance": 200, "provider": provider},
        {"type": "probe", "name": "one of", "tolerance": [200, 204], "provider": provider},
        {
            "type": "probe",
            "name": "regex",
            "tolerance": {"type": "regex", "target": "stdout", "pattern": "^[0-9.]+"},
            "provider": echo,
        },
        {
            "type": "probe",
            "name": "range",
            "tolerance": {"type": "range", "target": "stdout", "range": [12, 13]},
            "provider": echo,
        },
    ]
    document = {
        "title": "The shop stays open",
        "description": "by its own words",
        "configuration": {"url": {"type": "env", "key": "SHOP", "default": shop}},
        "secrets": {"shop": {"token": {"type": "env", "key": "SHOP_TOKEN"}}},
        "steady-state-hypothesis": {"title": "open", "probes": probes},
        "method": [{"ref": "status"}],
    }
    caller = cast.caller("editor")
    stored = import_text(caller=caller, team_id=cast.payments.pk, text=json.dumps(document), now=BEGINNING)
    assert "has no value yet" in job_of(version=stored.version).problems[0].message
    set_value(
        caller=caller, experiment=stored.experiment, group="shop", name="token", value="correct-horse", now=BEGINNING
    )
    parts = job_of(version=stored.version)
    assert parts.problems == ()
    with supervised(
        parts.document,
        targets=parts.targets_of_job(),
        secrets=parts.secrets,
        programs=parts.allowed["programs"],
        outbound=parts.allowed["outbound"],
    ) as child:
        end = child.finish()
    assert end.outcome["was_steady"] is True, end.journal["steady_states"]
    assert end.outcome["has_deviated"] is False
    assert end.journal["status"] == "completed"
    assert [run["status"] for run in end.journal["run"]] == ["succeeded"]
    assert "correct-horse" not in str(end)


def test_a_target_of_the_job_is_opened_with_its_secrets(cast: Cast, orders_process: Target) -> None:
    from_file = dedent("""\
        title: Orders survive
        description: a hang
        method:
          - type: action
            name: hang
            provider: {type: python, module: chaos.injectors.process, func: pause, arguments: {target: orders}}
        """)
    stored = import_text(caller=cast.caller("editor"), team_id=cast.payments.pk, text=from_file, now=BEGINNING)
    parts = job_of(version=stored.version)
    assert parts.targets_of_job() == {
        "orders": {"kind": "process", "config": {"pidfile": "/run/orders.pid"}, "secrets": {}}
    }
    orders_process.is_enabled = False
    orders_process.save()
    gone = job_of(version=stored.version)
    assert gone.targets == {}
    assert (gone.problems[0].line, gone.problems[0].path) == (6, "method[0].provider.arguments.target")
