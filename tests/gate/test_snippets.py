"""The lines for pipelines, run by a real shell against a real server."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from reliability.access.domain.caller import Role
from reliability.catalog.models import Service
from reliability.gate.domain.snippets import WhenSilent, snippets
from reliability.gate.models import FreezeWindow, GateDecision
from tests.cast import ApiTokenFactory, Cast
from tests.servers.postgresql import free_port

SECRET = "rel_snippets_of_the_gate"  # of a made-up token
SHELLS = ["curl", *(["jq"] if shutil.which("jq") else [])]

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(script: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "RELIABILITY_TOKEN": SECRET, **more}
        # As GitHub's runner does: it ends at the first command that fails.
        command = ["bash", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return call


def scripts(url: str, when_silent: WhenSilent = WhenSilent.CLOSED, service: str = "checkout") -> dict[str, str]:
    found = snippets(public_url=url, service=service, environment="production", when_silent=when_silent)
    return {one.slug: one.text for one in found if one.slug in SHELLS}


@pytest.mark.django_db(transaction=True)
@pytest.mark.same_everywhere
def test_they_exit_0_for_go_1_for_no_go_and_2_when_nobody_can_say(
    live_server: LiveServer, run: Run, cast: Cast, checkout: Service
) -> None:
    ApiTokenFactory(team=cast.payments, role=Role.VIEWER, scopes=["read"], secret=SECRET)
    for script in scripts(live_server.url).values():
        answer = run(script, REVISION="9fceb02")
        assert (answer.returncode, "go_with_warnings" in answer.stdout) == (0, True), answer.stderr
        assert f"{settings.PUBLIC_URL}/delivery/gate/services/checkout/?environment=production" in answer.stdout
    now = timezone.now()
    written: dict[str, Any] = {"created_at": now, "updated_at": now, "passes": ["hotfix"]}
    FreezeWindow.objects.create(
        title="Sale", reason='all is "is_go":true in here', time_zone="UTC", start_at=now - timedelta(hours=1),
        end_at=now + timedelta(hours=1), **written,
    )  # fmt: skip
    for script in scripts(live_server.url).values():
        answer = run(script)
        assert (answer.returncode, "Sale" in answer.stdout) == (1, True), answer.stderr
        assert run(script, CHANGE_KIND="hotfix").returncode == 0
    for script in scripts(live_server.url, service="chekout").values():
        answer = run(script)
        assert (answer.returncode, "did you mean checkout?" in answer.stdout) == (2, True), answer.stderr
    for script in scripts(live_server.url).values():
        assert run(script, RELIABILITY_TOKEN="wrong").returncode == 2
    assert set(GateDecision.objects.values_list("decision", flat=True)) == {"go_with_warnings", "no_go"}


@pytest.mark.parametrize("slug", ["github", "gitlab"])
def test_any_name_of_an_environment_stays_what_it_is_in_workflows(run: Run, tmp_path: Path, slug: str) -> None:
    name = """it's "prod": {eu} $HOME `id` \\ ${{ secrets.KEY }} #1"""
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    curl.chmod(0o755)
    found = snippets(
        public_url="https://x.example", service="checkout", environment=name, when_silent=WhenSilent.CLOSED
    )
    (text,) = [one.text for one in found if one.slug == slug]
    job = yaml.safe_load(text)
    script = job["gate"]["script"][0] if slug == "gitlab" else job["jobs"]["gate"]["steps"][0]["run"]
    assert "${{" not in script, "GitHub would put an expression there"
    answer = run(script, PATH=f"{tmp_path}:/usr/bin:/bin")
    assert f"environment={name}" in answer.stdout.splitlines()


@pytest.mark.parametrize(("when_silent", "code"), [(WhenSilent.CLOSED, 2), (WhenSilent.OPEN, 0)])
def test_without_a_platform_they_fail_closed_or_open_as_was_chosen(
    run: Run, when_silent: WhenSilent, code: int
) -> None:
    script = scripts(f"http://127.0.0.1:{free_port()}", when_silent)["curl"].replace("--retry 2 ", "")
    answer = run(script)
    assert answer.returncode == code
    assert "the deploy gate does not answer" in answer.stderr
