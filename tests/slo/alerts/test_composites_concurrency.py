"""Evaluations of composites that meet edits and each other: each alert fires once, and none stays untold."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.outbox.models import Fact
from reliability.web.errors import NotFound
from slo.domain.composite_drafts import PartDraft
from slo.models import Composite, CompositeAlert, CompositeEvaluation
from slo.services import composites
from slo.services.composite_evaluations import evaluate
from slo.services.composites import CompositeDraft
from tests.cast import SloFactory
from tests.racing import Race
from tests.slo.alerts.conftest import measure


@pytest.fixture
def draft(now: datetime, transactional_db: None) -> CompositeDraft:
    """Of two parts that were good for four days; one is bad since ten minutes, which nobody has judged yet."""
    parts = [SloFactory(name="checkout"), SloFactory(name="payment")]
    for part in parts:
        measure(part, bad=0.0, until=now, minutes=4 * 1440)
    return CompositeDraft(
        name="journey",
        title="Journey",
        team_id=parts[0].team_id,
        kind="all_of",
        objective="0.99",
        window={"rolling": "28d"},
        parts=tuple(PartDraft(slo_id=part.pk) for part in parts),
    )


@pytest.fixture
def composite(draft: CompositeDraft, now: datetime) -> Composite:
    made = composites.create(caller=SYSTEM, draft=draft, now=now)
    for row in made.versions.get().parts.select_related("slo"):
        assert row.slo is not None
        measure(row.slo, bad=100.0 * (row.position == 0), until=now + timedelta(minutes=10), minutes=10)
    return made


def facts(kind: str) -> list[int]:
    return sorted(Fact.objects.filter(kind=kind).values_list("payload__alert_id", flat=True))


def test_workers_that_evaluate_at_once_fire_each_alert_once(composite: Composite, now: datetime, race: Race) -> None:
    at = now + timedelta(minutes=10, seconds=38)
    done = race(*[lambda: evaluate(composite_ids=[composite.pk], now=at)] * 4)
    assert done == [1] * 4
    rows, fired = race(
        lambda: sorted(CompositeAlert.objects.values_list("pk", flat=True)), lambda: facts("CompositeAlertFired")
    )
    assert rows == fired
    assert len(rows) >= 1


def test_what_is_changed_and_deleted_while_it_fires_leaves_nothing_open(
    composite: Composite, draft: CompositeDraft, now: datetime, race: Race
) -> None:
    at = now + timedelta(minutes=10, seconds=38)
    done = race(
        lambda: evaluate(composite_ids=[composite.pk], now=at),
        lambda: composites.update(caller=SYSTEM, composite=composite, draft=replace(draft, has_page=False), now=at),
        lambda: evaluate(composite_ids=[composite.pk], now=at),
        lambda: composites.delete(caller=SYSTEM, composite=composite, now=at),
    )
    assert not [one for one in done if isinstance(one, Exception) and not isinstance(one, NotFound)], done
    left, fired, resolved = race(
        lambda: (CompositeAlert.objects.count(), CompositeEvaluation.objects.count(), Composite.objects.count()),
        lambda: facts("CompositeAlertFired"),
        lambda: facts("CompositeAlertResolved"),
    )
    assert left == (0, 0, 0)
    assert fired == resolved
