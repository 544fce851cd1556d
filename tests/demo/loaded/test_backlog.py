"""The demo's backlog: loaded once, ordered, taught by its past runs, with a recovery trial that is in date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chaos.backlog.domain.coverage import Cell
from chaos.backlog.models import Trial, Vulnerability
from chaos.backlog.selectors.coverage import rows_of
from chaos.backlog.selectors.trials import standings, trials_in_date
from chaos.backlog.selectors.vulnerabilities import list_vulnerabilities
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.selectors.jobs import job_of
from chaos.runs.domain.states import Verdict
from reliability.access.domain.caller import SYSTEM
from reliability.catalog.models import Service
from reliability.demo.domain import fears, rates
from reliability.demo.services.backlog import load_backlog
from reliability.demo.services.load import EMAIL
from tests.demo.loaded.conftest import NOW, PORTS


@pytest.fixture(autouse=True)
def _loaded(with_rates: None) -> None:
    for _ in range(2):
        load_backlog(email=EMAIL, ports=PORTS, now=NOW)


def test_it_is_ordered_and_what_the_runs_taught_is_told() -> None:
    listed = list(list_vulnerabilities(caller=SYSTEM))
    assert len(listed) == len(fears.FEARS) + 1
    assert listed[0].title == "Checkout waits for a silent card gateway"
    tried = Vulnerability.objects.get(title=fears.TRIED.title)
    assert (tried.state, tried.evidence.count()) == ("mended", 2)
    told = list(tried.notes.exclude(state="").values_list("state", flat=True))
    assert told == ["trying", "confirmed", "mended"]


def test_the_trial_was_held_can_be_run_as_it_is_and_is_in_date() -> None:
    trial = Trial.objects.get()
    standing = standings(trials=[trial], now=NOW)[0]
    assert standing.newest is not None
    assert standing.newest.verdict == Verdict.HELD, standing.newest.verdict_reason
    rto = standing.measured[0]
    assert (rto.name, rto.is_met) == ("RTO", True)
    assert job_of(version=newest_version(experiment=trial.experiment)).problems == ()
    service = Service.objects.get(name=rates.SERVICE)
    assert trials_in_date(service_id=service.pk, now=NOW + timedelta(days=20)).is_in_date is True


def test_the_coverage_map_is_alive() -> None:
    service = Service.objects.get(name=rates.SERVICE)
    cells = {one.layer: one.cell for one in rows_of(caller=SYSTEM, services=[service], now=NOW)[0].cells}
    assert (cells["component"], cells["process"], cells["node"]) == (Cell.HELD, Cell.HELD, Cell.NEVER)
