"""Changes as other systems tell them: kept once, read by team and service."""

from __future__ import annotations

from datetime import datetime, timedelta

from reliability.delivery.models import Change
from reliability.delivery.selectors.changes import changes
from reliability.delivery.services.changes import record
from reliability.kit.periods import Period
from tests.cast import Cast, ServiceFactory
from tests.racing import Race

HOUR = timedelta(hours=1)


def told(cast: Cast, now: datetime, key: str, **more: object) -> Change:
    fields = {"team_id": cast.payments.pk, "origin": "integration:1", "title": f"{key} deployed", "now": now}
    return record(**(fields | {"key": key} | more))  # type: ignore[arg-type]  # the fields of a test


def test_a_change_is_kept_once(cast: Cast, now: datetime) -> None:
    first = told(cast, now, "42")
    assert told(cast, now + HOUR, "42", title="another title") == first
    assert Change.objects.get().title == "42 deployed"


def test_told_at_the_same_instant_it_is_one(cast: Cast, now: datetime, race: Race) -> None:
    results = race(*[lambda: told(cast, now, "42").pk] * 4)
    assert len(set(results)) == 1


def test_a_change_of_the_future_happened_now(cast: Cast, now: datetime) -> None:
    assert told(cast, now, "42", at=now + HOUR).at == now


def test_the_changes_of_a_period_are_those_of_the_services_and_of_the_team_as_a_whole(
    cast: Cast, now: datetime
) -> None:
    service, other = ServiceFactory(team=cast.payments), ServiceFactory(team=cast.payments)
    told(cast, now, "early", at=now - 2 * HOUR)
    told(cast, now, "mine", service_id=service.pk, at=now - HOUR)
    told(cast, now, "others", service_id=other.pk, at=now - HOUR)
    told(cast, now, "all", at=now)
    period = Period(now - HOUR, now + HOUR)
    of_service = changes(period=period, team_ids=[cast.payments.pk], service_ids=[service.pk])
    assert [change.key for change in of_service] == ["all", "mine"]
    assert len(changes(period=period, team_ids=[cast.payments.pk])) == 3
    assert len(changes(period=period, team_ids=[cast.payments.pk], limit=1)) == 1


def test_an_outsider_sees_none(cast: Cast, now: datetime) -> None:
    told(cast, now, "42")
    period = Period(now - HOUR, now + HOUR)
    assert changes(period=period, team_ids=[cast.payments.pk], caller=cast.caller("outsider")) == []
    assert len(changes(period=period, team_ids=[cast.payments.pk], caller=cast.caller("viewer"))) == 1
