"""Imports: a report for each file and address, and what must be refused, each at its line."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from textwrap import dedent
from threading import Thread

import pytest
from django.test import override_settings

from chaos.experiments.models import Experiment, Target
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.services import importing
from chaos.experiments.services.importing import FileText, import_files, import_text, import_urls
from reliability.web.errors import Forbidden, Invalid, NotFound
from tests.cast import BEGINNING, Cast, TargetFactory
from tests.chaos.experiments.documents import PLAIN

pytestmark = pytest.mark.django_db

HOSTILE = dedent("""\
    title: The token is ${token}
    description: tries what it must not
    secrets:
      api:
        token: {type: env, key: API_TOKEN}
    method:
      - type: action
        name: run a program
        provider:
          type: process
          path: /bin/sh
          arguments: "-c 'id > /tmp/owned'"
      - type: action
        name: import a module
        provider:
          type: python
          module: os
          func: system
          arguments: {command: id}
      - type: action
        name: pause what is others'
        provider:
          type: python
          module: chaos.injectors.process
          func: pause
          arguments: {target: their-database}
      - type: action
        name: wrapped
        controls:
          - name: spy
            provider: {type: python, module: spy}
        provider: {type: http, url: "file:///etc/passwd"}
    """)


def test_each_thing_that_must_not_be_is_refused_at_its_line(cast: Cast) -> None:
    TargetFactory(team=cast.search, slug="their-database", kind="process")
    files = [FileText("hostile.yaml", HOSTILE.encode())]
    report = import_files(caller=cast.caller("editor"), team_id=cast.payments.pk, files=files, now=BEGINNING)[0]
    assert report.change == "refused"
    assert not Experiment.objects.exists()
    rows = HOSTILE.splitlines()
    told = {rows[problem.line - 1].strip(): problem.message for problem in report.problems}
    assert "shown to everybody" in told["title: The token is ${token}"]
    assert "program /bin/sh is not allowed" in told["path: /bin/sh"]
    assert "through a shell" in told["arguments: \"-c 'id > /tmp/owned'\""]
    assert "module os is not allowed" in told["module: os"]
    assert "your team has no target 'their-database'" in told["arguments: {target: their-database}"]
    assert "controls are not run" in told["- name: spy"]
    assert "no http or https" in told['provider: {type: http, url: "file:///etc/passwd"}']
    assert len(report.problems) == 7


def test_a_file_that_is_refused_keeps_no_other_out(cast: Cast, orders_process: Target) -> None:
    files = [
        FileText("a.yaml", PLAIN.encode()),
        FileText("broken.yml", b"title: x\n\tmethod: []\n"),
        FileText("latin.json", b'{\n"title": "\xe4"}'),
        FileText("folder\\b.yaml", PLAIN.encode()),
    ]
    reports = import_files(caller=cast.caller("editor"), team_id=cast.payments.pk, files=files, now=BEGINNING)
    assert [report.change for report in reports] == ["added", "refused", "refused", "added"]
    assert [report.problems[0].line for report in reports[1:3]] == [2, 2]
    assert "UTF-8" in reports[2].problems[0].message
    stored = Experiment.objects.get(slug=reports[0].slug)
    assert newest_version(experiment=stored).note == "imported from a.yaml"


def test_a_file_named_as_an_experiment_becomes_its_next_version(cast: Cast, orders_process: Target) -> None:
    caller, team_id = cast.caller("editor"), cast.payments.pk
    import_text(caller=caller, team_id=team_id, text=PLAIN, slug="slow", now=BEGINNING)
    changed = [FileText("experiments/slow.yaml", PLAIN.replace("30", "40").encode())]
    first = import_files(caller=caller, team_id=team_id, files=changed, now=BEGINNING, is_updating=True)
    again = import_files(caller=caller, team_id=team_id, files=changed, now=BEGINNING, is_updating=True)
    assert [first[0].change, again[0].change] == ["changed", "unchanged"]
    dry = import_files(caller=caller, team_id=team_id, files=[FileText("x", b"a")], now=BEGINNING, is_dry=True)
    assert dry[0].change == "refused"
    assert Experiment.objects.count() == 1


def test_only_editors_import_and_only_so_many(cast: Cast) -> None:
    file = FileText("a", b"")
    for who, error in (("responder", Forbidden), ("outsider", NotFound)):
        with pytest.raises(error):
            import_files(caller=cast.caller(who), team_id=cast.payments.pk, files=[file], now=BEGINNING)
    with pytest.raises(Invalid, match="at most 50"):
        import_files(caller=cast.caller("editor"), team_id=cast.payments.pk, files=[file] * 51, now=BEGINNING)
    with pytest.raises(Invalid, match="at least one"):
        import_urls(caller=cast.caller("editor"), team_id=cast.payments.pk, urls=[" "], now=BEGINNING)


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answers = {"/slow.yaml": (200, PLAIN.encode()), "/large.yaml": (200, b"#" * 400_000), "/gone": (404, b"")}
        status, body = answers.get(self.path, (302, b""))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere.yaml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as http.server has it
        pass


@pytest.fixture
def server() -> Iterator[str]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()


def test_addresses_are_fetched_through_the_guarded_client(cast: Cast, orders_process: Target, server: str) -> None:
    urls = [f"{server}/{name}" for name in ("slow.yaml", "large.yaml", "gone", "moved")]
    urls += ["ftp://example.org/x", "http://[", "http://me:secret@example.org/x.yaml", urls[0]]
    caller, team_id = cast.caller("editor"), cast.payments.pk
    refused = import_urls(caller=caller, team_id=team_id, urls=urls[:1], now=BEGINNING)
    assert "OUTBOUND_ALLOWED_HOSTS" in refused[0].problems[0].message
    with override_settings(OUTBOUND_ALLOWED_HOSTS=["127.0.0.1"]):
        reports = import_urls(caller=caller, team_id=team_id, urls=urls, now=BEGINNING)
    assert [report.change for report in reports] == ["added"] + ["refused"] * 6, "an address twice is fetched once"
    said = [report.problems[0].message for report in reports[1:]]
    for message, words in zip(
        said,
        ("more than 262144 bytes", "status 404", "sends to /elsewhere.yaml", "http or https", "no address", "password"),
        strict=True,
    ):
        assert words in message
    assert "secret" not in str(reports)


def test_addresses_that_take_all_the_time_keep_nobody_waiting(
    cast: Cast, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "URLS_SECONDS", 0.0)
    report = import_urls(caller=cast.caller("editor"), team_id=cast.payments.pk, urls=[server], now=BEGINNING)[0]
    assert report.change == "refused"
    assert "name it again by itself" in report.problems[0].message
