"""What a run's own probes are told: as its team may know it, and never a made-up number."""

from __future__ import annotations

from datetime import datetime

import pytest

from chaos.runner import probes
from chaos.runs.supervision import probing
from chaos.runs.supervision.probing import NoValueError, value_of
from tests.cast import Cast, SliFactory, SloFactory, SourceFactory


def test_every_probe_of_the_runner_is_answered() -> None:
    known = {name.removeprefix(probes.OWN_PROBES).replace(" ", ".") for name in probes.names()}
    assert known == set(probing._PROBES)


@pytest.mark.parametrize("probe", ["slo.sli", "slo.burn_rate", "slo.budget_left", "slo.is_met"])
def test_what_was_not_measured_has_no_value(cast: Cast, now: datetime, probe: str) -> None:
    slo = SloFactory(sli=SliFactory(source=SourceFactory(team=cast.payments)))
    with pytest.raises(NoValueError, match="nothing was measured"):
        value_of(team_id=cast.payments.pk, probe=probe, arguments={"slo": slo.name}, now=now)


def test_another_team_s_objectives_and_sources_are_not_to_be_seen(cast: Cast, now: datetime) -> None:
    slo = SloFactory(sli=SliFactory(source=SourceFactory(team=cast.search)))
    with pytest.raises(NoValueError, match="not yours to see"):
        value_of(team_id=cast.payments.pk, probe="slo.sli", arguments={"slo": slo.name}, now=now)
    arguments = {"source": slo.sli.source.name, "query": "up"}
    with pytest.raises(NoValueError, match="not yours to see"):
        value_of(team_id=cast.payments.pk, probe="telemetry.query", arguments=arguments, now=now)


def test_a_source_without_expressions_says_so(cast: Cast, now: datetime) -> None:
    source = SourceFactory(team=cast.payments)
    with pytest.raises(NoValueError, match="evaluates no expressions"):
        value_of(
            team_id=cast.payments.pk,
            probe="telemetry.query",
            arguments={"source": source.name, "query": "up"},
            now=now,
        )


def test_a_probe_that_is_not_understood_says_what_it_needs(cast: Cast, now: datetime) -> None:
    with pytest.raises(NoValueError, match="needs the argument slo"):
        value_of(team_id=cast.payments.pk, probe="slo.sli", arguments={}, now=now)
    with pytest.raises(NoValueError, match="there is no probe"):
        value_of(team_id=cast.payments.pk, probe="os.system", arguments={}, now=now)
