"""Rules: factors, windows of short and long objectives, severities, and what can never fire."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from slo.domain.alerting_conditions import read_conditions
from slo.domain.alerting_defaults import default_rules
from slo.domain.alerting_rules import Operator, Urgency, always_reason, never_reason, severity_of

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(30, [(60, 5, 14.4), (360, 30, 6.0), (1440, 120, 3.0), (4320, 360, 1.0)], id="the book's month"),
        pytest.param(28, [(60, 5, 13.44), (360, 30, 5.6), (1440, 120, 2.8), (4320, 360, 1.0)], id="four weeks"),
        pytest.param(90, [(60, 5, 43.2), (360, 30, 18.0), (1440, 120, 9.0), (4320, 360, 3.0)], id="a quarter"),
        pytest.param(7, [(15, 2, 13.44), (90, 8, 5.6), (360, 30, 2.8), (1080, 90, 1.0)], id="a week looks back less"),
        pytest.param(1, [(5, 2, 5.76), (30, 2, 2.4), (120, 10, 1.2), (360, 30, 1.0)], id="a day, never below 1"),
        pytest.param(0.25, [(5, 2, 1.44), (30, 2, 1.0), (120, 10, 1.0)], id="six hours leave out six hours"),
    ],
)
def test_the_factors_follow_from_share_and_window(days: float, expected: list[tuple[int, int, float]]) -> None:
    rules = default_rules(window_length=days * DAY, objective=Decimal("0.999"))
    found = [(rule.long // MINUTE, rule.short // MINUTE if rule.short else None, rule.threshold) for rule in rules]
    assert found == expected
    assert [rule.urgency for rule in rules[:3]] == [Urgency.URGENT, Urgency.URGENT, Urgency.NORMAL]


def test_an_hour_that_clocks_take_from_february_changes_no_window() -> None:
    assert default_rules(window_length=28 * DAY - HOUR, objective=Decimal("0.99"))[3].long == 3 * DAY


def test_a_factor_that_a_total_outage_does_not_exceed_is_said_to_never_fire() -> None:
    page, slower, *_ = default_rules(window_length=30 * DAY, objective=Decimal("0.9"))
    assert "it can never fire: when every event fails, an objective of 90 % burns 10×" in page.never
    assert not slower.never
    assert never_reason(op=Operator.GT, threshold=100, objective=Decimal("0.99"))
    assert not never_reason(op=Operator.GTE, threshold=100, objective=Decimal("0.99"))
    assert always_reason(op=Operator.GTE, threshold=0, objective=Decimal("0.99"))


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", 2),
        ("fatal", 1),
        ("warning", 4),
        ("page", 2),
        ("Ticket", 3),
        ("SEV-2", 2),
        ("p4", 4),
        ("3", 3),
        ("info", 5),
    ],
)
def test_severities_of_other_tools(word: str, severity: int) -> None:
    assert severity_of(word) == (severity, True)
    assert severity_of("whatever") == (3, False)


def test_conditions_are_refused_at_their_fields() -> None:
    good = {"name": "slow", "threshold": 2, "lookback": "2h", "short": "10m", "severity": 3}
    read: Any = {"objective": Decimal("0.99"), "window_length": 28 * DAY}
    found, mistakes = read_conditions([good], **read)
    assert not mistakes
    assert read_conditions([found[0].to_json()], **read)[0] == found
    for change, place in (
        ({"name": "Slow"}, "name"),
        ({"threshold": 100}, "threshold"),
        ({"threshold": "2"}, "threshold"),
        ({"lookback": "29d"}, "lookback"),
        ({"lookback": "90s"}, "lookback"),
        ({"short": "2h"}, "short"),
        ({"severity": 6}, "severity"),
        ({"op": "eq"}, "op"),
        ({"what": 1}, "what"),
    ):
        _, mistakes = read_conditions([good | change], **read)
        assert [field for field, _ in mistakes] == [f"conditions.0.{place}"], change
    assert read_conditions([good, good], **read)[1] == [("conditions.1.name", "is used twice: 'slow'")]
    assert read_conditions([good] * 21, **read)[1][0][0] == "conditions"
