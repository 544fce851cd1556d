"""Evaluations that meet: each alert fires once, whoever decides it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.kit.instants import to_minute
from reliability.outbox.models import Fact
from slo.domain.minutes import MinuteSeries
from slo.models import BurnAlert, Slo
from slo.services import alerts, slos
from slo.services.alerts import AlertingDraft
from slo.services.evaluations import EvaluationResult, evaluate
from slo.services.series import store
from tests.cast import SloFactory
from tests.racing import Race


@pytest.fixture
def slo(now: datetime, transactional_db: None) -> Slo:
    """Good for four days and bad for the last twelve minutes, which nobody has judged yet."""
    made: Slo = SloFactory(name="checkout")
    minutes = 4 * 1440
    valid = np.full(minutes, 100.0)
    good = valid.copy()
    good[-12:] = 0.0
    start = to_minute(now) - minutes
    before = now - timedelta(minutes=12)
    covered = np.ones(minutes, dtype=np.bool_)
    store(sli_id=made.sli_id, counts=MinuteSeries(start, valid[:-12], valid[:-12], covered[:-12]), now=before)
    evaluate(slo_ids=[made.pk], now=before)
    store(sli_id=made.sli_id, counts=MinuteSeries(start, good, valid, covered), now=now)
    return made


def counted(kind: str) -> list[str]:
    payloads = Fact.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True)
    return [payload["condition"] for payload in payloads]


def test_workers_that_evaluate_at_once_fire_each_alert_once(slo: Slo, now: datetime, race: Race) -> None:
    done = race(*[lambda: evaluate(slo_ids=[slo.pk], now=now + timedelta(seconds=25))] * 4)
    assert all(isinstance(one, EvaluationResult) for one in done), done
    (rows, facts) = race(
        lambda: sorted(BurnAlert.objects.values_list("condition", flat=True)),
        lambda: sorted(counted("BurnRateAlertFired")),
    )
    assert rows == facts
    assert "page-1h" in rows
    assert len(rows) == len(set(rows))


def test_rules_that_are_taken_away_while_they_fire_leave_nothing_open(slo: Slo, now: datetime, race: Race) -> None:
    quiet = AlertingDraft(has_page=False, has_ticket=False)
    done = race(
        lambda: evaluate(slo_ids=[slo.pk], now=now),
        lambda: alerts.save(caller=SYSTEM, slo=slo, draft=quiet, now=now),
        lambda: evaluate(slo_ids=[slo.pk], now=now),
    )
    assert not [one for one in done if isinstance(one, Exception)], done
    (after,) = race(lambda: evaluate(slo_ids=[slo.pk], now=now + timedelta(minutes=1)))
    assert isinstance(after, EvaluationResult)
    open_rows, fired, resolved = race(
        lambda: BurnAlert.objects.filter(resolved_at=None).count(),
        lambda: sorted(counted("BurnRateAlertFired")),
        lambda: sorted(counted("BurnRateAlertResolved")),
    )
    assert (open_rows, fired) == (0, resolved)


def test_an_objective_deleted_while_it_fires_leaves_no_alert_untold(slo: Slo, now: datetime, race: Race) -> None:
    done = race(
        lambda: evaluate(slo_ids=[slo.pk], now=now),
        lambda: slos.delete(caller=SYSTEM, slo=slo, now=now),
    )
    assert not [one for one in done if isinstance(one, Exception)], done
    fired, resolved = race(
        lambda: sorted(counted("BurnRateAlertFired")), lambda: sorted(counted("BurnRateAlertResolved"))
    )
    assert fired == resolved
