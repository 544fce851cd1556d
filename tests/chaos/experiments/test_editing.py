"""Experiments: created, edited as versions, archived, and kept byte for byte."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from chaos.experiments.models import Experiment, Target
from chaos.experiments.selectors.differences import difference
from chaos.experiments.selectors.experiments import list_experiments, newest_version, version
from chaos.experiments.selectors.exporting import export
from chaos.experiments.selectors.jobs import job_of
from chaos.experiments.services.drafts import ExperimentDraft, slug_from
from chaos.experiments.services.experiments import Stored, archive, create, draft_of, edit, unarchive
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import BEGINNING, Cast, ServiceFactory
from tests.chaos.experiments.documents import PLAIN

pytestmark = pytest.mark.django_db
LATER = BEGINNING + timedelta(hours=1)


def made(cast: Cast, who: str = "editor", **fields: Any) -> Stored:
    draft = ExperimentDraft(team_id=cast.payments.pk, **{"text": PLAIN, **fields})
    return create(caller=cast.caller(who), draft=draft, now=BEGINNING)


def test_what_the_document_says_is_the_experiments(cast: Cast, orders_process: Target) -> None:
    stored = made(cast, service_id=orders_process.service_id)
    experiment = stored.experiment
    assert (experiment.slug, experiment.title) == ("orders-survive-a-slow-payment", "Orders survive a slow payment")
    assert experiment.hypothesis == "orders go through"
    assert experiment.tags == ["payments"]
    assert stored.version.document["method"][0]["provider"]["arguments"]["target"] == "orders"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_name) == ("experiment.create", experiment.slug)


def test_a_text_is_kept_and_exported_byte_for_byte(cast: Cast, orders_process: Target) -> None:
    text = PLAIN.replace("\n", "\r\n") + "  # ends without a line end: ä€\u00a0"
    newest = newest_version(experiment=made(cast, text=text).experiment)
    newest.refresh_from_db()
    assert export(version=newest).text == text
    assert export(version=newest, format="yaml").text == text
    other = export(version=newest, format="json")
    assert (other.name, other.media_type) == ("orders-survive-a-slow-payment.json", "application/json")
    again = made(cast, text=other.text)
    assert again.version.format == "json"
    assert again.version.document == newest.document
    again.version.refresh_from_db()
    assert export(version=again.version, format="yaml").text.startswith("title: Orders survive"), "in its own order"
    assert list(job_of(version=again.version).document) == [
        "title",
        "description",
        "tags",
        "steady-state-hypothesis",
        "method",
    ]


def test_the_same_title_gets_the_next_slug(cast: Cast, orders_process: Target) -> None:
    assert [made(cast).experiment.slug for _ in range(3)] == [
        "orders-survive-a-slow-payment",
        "orders-survive-a-slow-payment-2",
        "orders-survive-a-slow-payment-3",
    ]
    assert slug_from(title="Überfälle!") == "berf-lle"
    assert slug_from(title="???") == "experiment"
    assert slug_from(title="New") == "experiment-new"
    with pytest.raises(Conflict, match="already"):
        made(cast, slug="orders-survive-a-slow-payment")


def test_another_text_is_a_version_and_the_same_text_is_none(cast: Cast, orders_process: Target) -> None:
    experiment = made(cast).experiment
    caller = cast.caller("editor")
    changed = PLAIN.replace("duration: 30", "duration: 60")
    draft = ExperimentDraft(**{**_fields(experiment), "text": changed, "note": "longer"})
    stored = edit(caller=caller, experiment=experiment, draft=draft, now=LATER, expected_revision=1)
    assert (stored.change, stored.version.number, stored.experiment.revision) == ("changed", 2, 2)
    assert version(experiment=experiment, number=1).text == PLAIN
    same = edit(caller=caller, experiment=experiment, draft=draft, now=LATER, expected_revision=2)
    assert (same.change, same.version.number) == ("unchanged", 2)
    lines = difference(old=version(experiment=experiment, number=1), new=stored.version)
    assert [(line.kind, line.old_number, line.new_number) for line in lines if line.kind in ("added", "removed")] == [
        ("removed", 19, None),
        ("added", None, 19),
    ]
    entry = AuditEntry.objects.order_by("pk").last()
    assert entry is not None
    assert entry.changes == {"version": [1, 2]}


def test_a_stale_edit_is_refused_with_who_was_first(cast: Cast, orders_process: Target) -> None:
    experiment = made(cast).experiment
    draft = ExperimentDraft(**{**_fields(experiment), "weight": 3})
    edit(caller=cast.caller("editor"), experiment=experiment, draft=draft, now=LATER, expected_revision=1)
    with pytest.raises(Conflict, match="Editor changed this experiment at 2026-01-01 01:00 UTC") as caught:
        edit(caller=cast.caller("administrator"), experiment=experiment, draft=draft, now=LATER, expected_revision=1)
    assert caught.value.reason == "changed_meanwhile"


def test_an_edit_with_problems_changes_nothing(cast: Cast, orders_process: Target) -> None:
    experiment = made(cast).experiment
    broken = PLAIN.replace("func: pause", "func: push").replace("target: orders", "target: others")
    draft = ExperimentDraft(**{**_fields(experiment), "text": broken, "weight": 99, "layer": "moon"})
    with pytest.raises(Invalid) as caught:
        edit(caller=cast.caller("editor"), experiment=experiment, draft=draft, now=LATER)
    told = [(detail.get("field"), detail.get("line")) for detail in caught.value.details]
    assert told == [("layer", None), ("weight", None), (None, 18)]
    assert newest_version(experiment=experiment).number == 1


def test_an_archived_experiment_is_not_listed_nor_edited(cast: Cast, orders_process: Target) -> None:
    experiment = made(cast).experiment
    caller = cast.caller("editor")
    for _ in range(2):
        archive(caller=caller, experiment=experiment, now=LATER)
    assert not list_experiments(caller=caller).exists()
    assert vars(list_experiments(caller=caller, is_archived=None).get())["version_number"] == 1
    draft = ExperimentDraft(**_fields(experiment))
    with pytest.raises(Conflict, match="archived"):
        edit(caller=caller, experiment=experiment, draft=draft, now=LATER)
    unarchive(caller=caller, experiment=experiment, now=LATER)
    assert list_experiments(caller=caller, text="slow payment", team="payments").exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["experiment.create", "experiment.archive", "experiment.unarchive"]


@pytest.mark.parametrize(("who", "error"), [("responder", Forbidden), ("viewer", Forbidden), ("outsider", NotFound)])
def test_only_editors_of_the_team_write(cast: Cast, orders_process: Target, who: str, error: type[Exception]) -> None:
    experiment = made(cast).experiment
    draft = ExperimentDraft(**_fields(experiment))
    for act in (
        lambda: made(cast, who),
        lambda: edit(caller=cast.caller(who), experiment=experiment, draft=draft, now=LATER),
        lambda: archive(caller=cast.caller(who), experiment=experiment, now=LATER),
    ):
        with pytest.raises(error):
            act()


def test_another_teams_target_and_service_are_refused(cast: Cast, orders_process: Target) -> None:
    theirs = ServiceFactory(team=cast.search, name="theirs")
    draft = ExperimentDraft(team_id=cast.search.pk, text=PLAIN, service_id=orders_process.service_id)
    with pytest.raises(Invalid) as caught:
        create(caller=cast.caller("outsider"), draft=draft, now=BEGINNING)
    messages = {detail.get("field") or detail.get("path"): detail["message"] for detail in caught.value.details}
    assert "not yours to see" in messages["service"]
    assert "your team has no target 'orders'" in messages["method[0].provider.arguments.target"]
    with pytest.raises(Invalid, match="another team"):
        create(
            caller=cast.caller("chief"),
            draft=ExperimentDraft(team_id=cast.payments.pk, text=PLAIN, service_id=theirs.pk),
            now=BEGINNING,
        )


def test_a_recovery_trial_needs_its_objective(cast: Cast, orders_process: Target) -> None:
    with pytest.raises(Invalid, match="in what time"):
        made(cast, kind="dr_trial")
    with pytest.raises(Invalid, match="belongs to disaster recovery"):
        made(cast, rto_objective_seconds=60)
    with pytest.raises(Invalid, match="objective for lost data"):
        made(cast, kind="dr_trial", rto_objective_seconds=60, rpo_objective_seconds=0)
    trial = made(cast, kind="dr_trial", rto_objective_seconds=60).experiment
    assert Experiment.objects.get(pk=trial.pk).rto_objective_seconds == 60


@override_settings(EXPERIMENTS_PER_TEAM_MAX=1, EXPERIMENT_VERSIONS_MAX=1, EXPERIMENT_BYTES_MAX=1_000)
def test_everything_that_grows_has_a_bound(cast: Cast, orders_process: Target) -> None:
    experiment = made(cast).experiment
    with pytest.raises(Conflict, match="archive some first"):
        made(cast)
    draft = ExperimentDraft(**{**_fields(experiment), "text": PLAIN + "\n"})
    with pytest.raises(Conflict, match="1 versions"):
        edit(caller=cast.caller("editor"), experiment=experiment, draft=draft, now=LATER)
    draft = ExperimentDraft(**{**_fields(experiment), "text": PLAIN + "#" * 1_000})
    with pytest.raises(Invalid, match="at most 1,000 are read"):
        edit(caller=cast.caller("editor"), experiment=experiment, draft=draft, now=LATER)


def _fields(experiment: Experiment) -> dict[str, Any]:
    draft = draft_of(experiment=experiment)
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}
