"""The demo's service for experiments: loaded once, followed to other ports, its customers' counts taken."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.selectors.jobs import job_of
from chaos.runs.domain.states import State, UndoState, Verdict
from chaos.runs.models import Run, UndoRecord
from reliability.demo.domain import rates
from reliability.demo.rates import ports as places
from reliability.demo.rates.counts import Counts
from reliability.demo.rates.ports import Ports
from reliability.demo.services.load import EMAIL
from reliability.demo.services.rates import load_rates, take_counts
from reliability.kit.instants import to_minute
from slo.models import Sli, SloStatus
from tests.demo.loaded.conftest import NOW, PORTS

pytestmark = pytest.mark.usefixtures("with_rates")


def test_every_experiment_of_the_demo_can_be_run_as_it_is() -> None:
    assert Experiment.objects.count() == len(rates.EXPERIMENTS)
    for experiment in Experiment.objects.all():
        parts = job_of(version=newest_version(experiment=experiment))
        assert parts.problems == ()
        assert set(parts.targets) == {rates.TARGET}


def test_the_past_runs_are_over_judged_and_left_nothing_behind() -> None:
    verdicts = list(Run.objects.order_by("pk").values_list("state", "verdict"))
    assert verdicts == [(State.ENDED, Verdict.DEVIATED), (State.ENDED, Verdict.HELD)]
    assert set(UndoRecord.objects.values_list("state", flat=True)) == {UndoState.VERIFIED}
    assert not Run.objects.filter(targets__is_held=True).exists()


def test_its_promise_is_kept_and_has_budget_left_for_experiments() -> None:
    status = SloStatus.objects.get(slo__name=rates.OBJECTIVE)
    assert status.remaining is not None
    assert 0.5 < status.remaining < 1


def test_loading_again_changes_nothing_and_other_ports_are_followed() -> None:
    load_rates(email=EMAIL, before=PORTS, ports=PORTS, now=NOW)
    assert ExperimentVersion.objects.count() == len(rates.EXPERIMENTS)
    moved = Ports(service=40011, proxy=40012, api=40013)
    load_rates(email=EMAIL, before=PORTS, ports=moved, now=NOW + timedelta(days=1))
    assert Target.objects.get().config["api_url"] == moved.api_url
    for experiment in Experiment.objects.all():
        assert moved.url in newest_version(experiment=experiment).text


def test_what_the_customers_counted_is_stored(tmp_path: Path) -> None:
    assert take_counts(data_dir=tmp_path, now=NOW) == 0
    places.directory_of(tmp_path).mkdir()
    counts = Counts()
    for is_good in (True, True, False):
        counts.add(minute=to_minute(NOW), is_good=is_good)
    counts.write(tmp_path)
    assert take_counts(data_dir=tmp_path, now=NOW) == 1
    assert Sli.objects.get(name=rates.INDICATOR).last_hour == to_minute(NOW) // 60
