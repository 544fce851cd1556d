"""Secrets of experiments: entered once, sealed, opened for the process of a run only."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import override_settings

from chaos.experiments.models import Experiment, ExperimentSecret
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.selectors.jobs import job_of
from chaos.experiments.selectors.secrets import secrets_of
from chaos.experiments.services.drafts import ExperimentDraft
from chaos.experiments.services.experiments import create
from chaos.experiments.services.secrets import forget, set_value
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import BEGINNING, Cast
from tests.chaos.experiments.documents import WITH_SECRETS

pytestmark = pytest.mark.django_db
VALUE = "correct-horse-battery"


@pytest.fixture
def experiment(cast: Cast) -> Experiment:
    draft = ExperimentDraft(team_id=cast.payments.pk, text=WITH_SECRETS)
    return create(caller=cast.caller("editor"), draft=draft, now=BEGINNING).experiment


def enter(cast: Cast, experiment: Experiment, name: str = "token", value: str = VALUE, who: str = "editor") -> None:
    set_value(caller=cast.caller(who), experiment=experiment, group="api", name=name, value=value, now=BEGINNING)


def test_names_that_are_needed_and_set_are_told_and_values_are_not(cast: Cast, experiment: Experiment) -> None:
    enter(cast, experiment)
    enter(cast, experiment, name="old")
    document = newest_version(experiment=experiment).document
    states = [(one.name, one.is_needed, one.is_set) for one in secrets_of(experiment=experiment, document=document)]
    assert states == [("old", False, True), ("other", True, False), ("token", True, True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM experiments_experimentsecret")
        assert all(VALUE.encode() not in bytes(row[0]) for row in cursor.fetchall())
    assert VALUE not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_a_job_has_the_values_that_its_document_names_and_says_which_are_missing(
    cast: Cast, experiment: Experiment
) -> None:
    enter(cast, experiment)
    enter(cast, experiment, name="old")
    parts = job_of(version=newest_version(experiment=experiment))
    assert parts.secrets == {"api": {"token": VALUE}}
    assert [(problem.path, problem.message) for problem in parts.problems] == [
        ("secrets.api.other", "has no value yet: enter it under Secrets of the experiment")
    ]
    enter(cast, experiment, name="other")
    assert job_of(version=newest_version(experiment=experiment)).problems == ()


def test_a_value_whose_key_is_gone_is_told_and_can_be_entered_again(cast: Cast, experiment: Experiment) -> None:
    for name in ("token", "other"):
        enter(cast, experiment, name=name)
    with override_settings(ENCRYPTION_KEYS=["another-key-that-opens-nothing"]):
        parts = job_of(version=newest_version(experiment=experiment))
        assert parts.secrets == {"api": {}} or parts.secrets == {}
        assert all("ENCRYPTION_KEYS" in problem.message for problem in parts.problems)
        assert len(parts.problems) == 2
        for name in ("token", "other"):
            enter(cast, experiment, name=name)
        assert job_of(version=newest_version(experiment=experiment)).problems == ()


def test_a_value_too_short_to_be_masked_is_refused(cast: Cast, experiment: Experiment) -> None:
    with pytest.raises(Invalid, match="could not be masked"):
        enter(cast, experiment, value="abc")
    with pytest.raises(Invalid, match="is required"):
        enter(cast, experiment, name=" ")
    assert not ExperimentSecret.objects.exists()


def test_forgetting_is_told_and_is_done_once(cast: Cast, experiment: Experiment) -> None:
    enter(cast, experiment)
    caller = cast.caller("editor")
    forget(caller=caller, experiment=experiment, group="api", name="token", now=BEGINNING)
    with pytest.raises(NotFound, match="no value for"):
        forget(caller=caller, experiment=experiment, group="api", name="token", now=BEGINNING)
    changes = AuditEntry.objects.filter(action="experiment.secret").order_by("pk").values_list("changes", flat=True)
    assert list(changes) == [{"secret api.token": [None, "set"]}, {"secret api.token": ["set", None]}]


@override_settings(EXPERIMENT_SECRETS_MAX=1)
def test_only_editors_enter_values_and_only_so_many(cast: Cast, experiment: Experiment) -> None:
    with pytest.raises(Forbidden):
        enter(cast, experiment, who="responder")
    with pytest.raises(NotFound):
        enter(cast, experiment, who="outsider")
    enter(cast, experiment)
    enter(cast, experiment, value="another value")
    with pytest.raises(Conflict, match="has 1 secrets"):
        enter(cast, experiment, name="other")
