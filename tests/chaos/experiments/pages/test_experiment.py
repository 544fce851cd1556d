"""The page of one experiment, its editor, its versions, its secrets, its file."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from chaos.experiments.models import Experiment, Target
from chaos.experiments.selectors.experiments import newest_version
from reliability.access.models import AuditEntry
from tests.cast import Cast
from tests.chaos.experiments.documents import PLAIN, WITH_SECRETS
from tests.chaos.experiments.pages.conftest import MakeExperiment
from tests.queries import queries_of

As = Callable[[str], Client]
FORM = {"team": "payments", "service": "orders", "kind": "experiment", "layer": "component", "weight": "1"}
FORM |= {"deadline_seconds": "600"}


def test_the_steps_are_told_in_words(as_: As, make: MakeExperiment) -> None:
    page = as_("viewer").get(f"/chaos/experiments/{make().slug}/").content.decode()
    assert "orders go through" in page
    assert "GET http://shop.example.org/health" in page
    assert "must be <strong>200</strong>" in page
    assert 'Fault in <a href="/chaos/targets/orders/">orders</a>' in page
    assert "duration 30" in page


def test_the_page_costs_at_most_twenty_queries(as_: As, make: MakeExperiment) -> None:
    client, path = as_("viewer"), f"/chaos/experiments/{make().slug}/"
    client.get(path)
    assert queries_of(client, path) <= 30


def test_an_editor_writes_one_and_lands_on_its_page(as_: As, orders_process: Target) -> None:
    answer = as_("editor").post("/chaos/experiments/new/", FORM | {"text": PLAIN.replace("\n", "\r\n"), "act": "save"})
    assert answer.status_code == 302, answer.content.decode()
    stored = Experiment.objects.get()
    assert answer["Location"] == f"/chaos/experiments/{stored.slug}/"
    assert newest_version(experiment=stored).text == PLAIN


def test_a_mistake_is_told_with_its_line_and_what_was_typed_is_kept(as_: As, orders_process: Target) -> None:
    wrong = PLAIN.replace("chaos.injectors.process", "os")
    answer = as_("editor").post("/chaos/experiments/new/", FORM | {"text": wrong, "act": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-line="17"' in page
    assert "<code>module: os</code>" in page
    assert 'data-wrong="17"' in page
    assert "module: os\n" in page
    assert not Experiment.objects.exists()


def test_checking_saves_nothing_and_shows_the_steps(as_: As, orders_process: Target) -> None:
    page = as_("editor").post("/chaos/experiments/new/", FORM | {"text": PLAIN, "act": "check"}).content.decode()
    assert "The document is valid. It is not saved yet." in page
    assert "What it would do" in page
    assert not Experiment.objects.exists()


def test_another_text_is_another_version_and_its_page_shows_what_changed(as_: As, make: MakeExperiment) -> None:
    experiment, client = make(), as_("editor")
    path = f"/chaos/experiments/{experiment.slug}/edit/"
    changed = {"text": PLAIN.replace("duration: 30", "duration: 10"), "note": "shorter", "revision": "1"}
    assert client.post(path, FORM | changed).status_code == 302
    page = client.get(f"/chaos/experiments/{experiment.slug}/versions/2/").content.decode()
    assert "duration: 30" in page
    assert "is-removed" in page
    assert "shorter" in page
    assert AuditEntry.objects.filter(action="experiment.update").count() == 1


def test_who_opened_an_older_revision_is_told_and_loses_nothing(as_: As, make: MakeExperiment) -> None:
    experiment, client = make(), as_("editor")
    path = f"/chaos/experiments/{experiment.slug}/edit/"
    client.post(path, FORM | {"text": PLAIN, "hypothesis": "first", "revision": "1"})
    answer = client.post(path, FORM | {"text": PLAIN, "hypothesis": "second", "revision": "1"})
    assert answer.status_code == 422
    assert "after you opened it" in answer.content.decode()
    assert "second" in answer.content.decode()


def test_a_viewer_may_not_write_and_an_outsider_finds_nothing(as_: As, make: MakeExperiment) -> None:
    slug = make().slug
    for path in (f"/chaos/experiments/{slug}/edit/", f"/chaos/experiments/{slug}/secrets/"):
        assert as_("viewer").get(path).status_code == 403
        assert as_("outsider").get(path).status_code == 404
    assert as_("viewer").get("/chaos/experiments/new/").status_code == 403


def test_the_file_comes_out_as_it_went_in(as_: As, make: MakeExperiment) -> None:
    answer = as_("viewer").get(f"/chaos/experiments/{make().slug}/export/")
    assert answer.content.decode() == PLAIN
    assert answer["Content-Disposition"].endswith('.yaml"')
    assert as_("viewer").get(f"/chaos/experiments/{make().slug}/export/?format=exe").status_code == 422


def test_a_secret_is_entered_and_never_shown(as_: As, make: MakeExperiment) -> None:
    slug, client = make(WITH_SECRETS).slug, as_("editor")
    path = f"/chaos/experiments/{slug}/secrets/"
    assert "2 secrets without a value" in client.get(f"/chaos/experiments/{slug}/").content.decode()
    assert client.post(path, {"group": "api", "name": "token", "value": "hunter2-hunter2"}).status_code == 302
    shown = client.get(path).content.decode() + client.get(f"/chaos/experiments/{slug}/").content.decode()
    assert "hunter2" not in shown
    assert "1 secret without a value" in shown
    client.post(path, {"group": "api", "name": "token", "act": "forget"})
    assert "2 secrets without a value" in client.get(f"/chaos/experiments/{slug}/").content.decode()


def test_a_secret_that_is_too_short_is_refused_at_its_field(as_: As, make: MakeExperiment) -> None:
    path = f"/chaos/experiments/{make(WITH_SECRETS).slug}/secrets/"
    answer = as_("editor").post(path, {"group": "api", "name": "token", "value": "ab"})
    assert answer.status_code == 422
    assert "could not be masked" in answer.content.decode()


def test_the_archive_takes_it_out_of_the_list_and_gives_it_back(as_: As, make: MakeExperiment) -> None:
    slug, client = make().slug, as_("editor")
    client.post(f"/chaos/experiments/{slug}/archive/", {"reason": "over"})
    assert slug not in client.get("/chaos/experiments/").content.decode()
    assert slug in client.get("/chaos/experiments/?archived=1").content.decode()
    client.post(f"/chaos/experiments/{slug}/archive/", {})
    assert not Experiment.objects.get(slug=slug).is_archived


def test_a_title_cannot_bring_markup_into_the_page(as_: As, make: MakeExperiment, cast: Cast) -> None:
    experiment = make(title="<script>alert(1)</script>", hypothesis="<b>x</b>")
    page = as_("viewer").get(f"/chaos/experiments/{experiment.slug}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>x</b>" not in page
