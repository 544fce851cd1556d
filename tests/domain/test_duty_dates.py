"""When duties are due again, and when people are reminded of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from reliability.duties.domain.drafts import DutyDraft, mistakes_of, url_mistake
from reliability.duties.domain.kinds import Every, Outcome
from reliability.duties.domain.recurring import (
    OVERDUE_REMINDERS_MAX,
    Rule,
    next_due,
    next_reminder_after,
    reminder_at,
    words_of,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS_90 = Rule(Every.DAYS, 90, "", "Europe/Berlin")
MONTHLY = Rule(Every.MONTHS, 1, "", "Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def after(rule: Rule, due: str, ended: str, outcome: Outcome = Outcome.DONE) -> str:
    found = next_due(rule=rule, due_at=utc(due), ended_at=utc(ended), outcome=outcome)
    return found.strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("rule", "due", "ended", "outcome", "following"),
    [
        pytest.param(
            DAYS_90,
            "2026-03-02T08:00",
            "2026-03-05T14:00",
            Outcome.DONE,
            "2026-06-03 07:00",
            id="from the day it was done, at its hour, over the change of clocks",
        ),
        pytest.param(
            MONTHLY,
            "2026-01-31T09:00",
            "2026-01-31T10:00",
            Outcome.DONE,
            "2026-02-28 09:00",
            id="a day that the month lacks is its last",
        ),
        pytest.param(
            MONTHLY,
            "2026-03-20T09:00",
            "2026-02-10T10:00",
            Outcome.DONE,
            "2026-03-20 09:01",
            id="done long before it was due it still goes on",
        ),
        pytest.param(
            MONTHLY,
            "2026-01-15T09:00",
            "2026-04-20T10:00",
            Outcome.SKIPPED,
            "2026-05-15 08:00",
            id="skipped late it does not come up for the past",
        ),
        pytest.param(
            Rule(Every.CRON, 1, "0 9 1 */3 *", "Europe/Berlin"),
            "2026-01-01T08:00",
            "2026-01-05T08:00",
            Outcome.DONE,
            "2026-04-01 07:00",
            id="a cron expression goes on by itself",
        ),
        pytest.param(
            Rule(Every.CRON, 1, "0 9 1 * *", "UTC"),
            "2026-02-01T09:00",
            "2026-01-20T08:00",
            Outcome.DONE,
            "2026-03-01 09:00",
            id="done early that time is not due again",
        ),
    ],
)
def test_it_is_due_again_when_its_rule_says(rule: Rule, due: str, ended: str, outcome: Outcome, following: str) -> None:
    assert after(rule, due, ended, outcome) == following


def test_people_are_reminded_before_when_and_after_and_not_for_ever() -> None:
    due_at = NOW + timedelta(days=30)
    remind = partial(reminder_at, due_at=due_at, remind_days=7, zone_name="UTC")
    after_now = partial(next_reminder_after, due_at=due_at, remind_days=7, zone_name="UTC")
    assert remind(now=NOW) is None
    assert after_now(now=NOW) == due_at - timedelta(days=7)
    stages = []
    at = NOW
    while (following := after_now(now=at)) is not None:
        at = following
        standing = remind(now=at)
        stages.append(standing.stage if standing else "")
    assert stages == ["before", "due", *(f"overdue {week}" for week in range(1, OVERDUE_REMINDERS_MAX + 1))]
    late = remind(now=due_at + timedelta(days=16))
    assert late is not None
    assert late.stage == "overdue 2", "after an outage only the newest is told"


def test_a_reminder_before_comes_at_the_same_hour_of_the_wall() -> None:
    due_at = utc("2026-03-30T07:00")  # 09:00 in Berlin, in summer
    found = next_reminder_after(due_at=due_at, remind_days=3, zone_name="Europe/Berlin", now=NOW)
    assert found == utc("2026-03-27T08:00"), "09:00 in Berlin, in winter"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"every": "cron", "cron": "61 * * * *"}, "cron"),
        ({"every_count": 0}, "every_count"),
        ({"due_at": None}, "due_at"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"remind_days": 91}, "remind_days"),
        ({"responsible_id": None}, "responsible_id"),
        ({"link_url": "javascript:alert(1)"}, "link_url"),
        ({"kind": "party"}, "kind"),
    ],
)
def test_a_mistake_stands_at_its_field(changes: dict[str, object], field: str) -> None:
    draft = DutyDraft(**{"title": "Rotate keys", "due_at": NOW, "responsible_id": 1, **changes})  # type: ignore[arg-type]  # as a form gives them
    assert [name for name, _ in mistakes_of(draft, now=NOW)] == [field]


def test_links_lead_to_pages_and_nowhere_else() -> None:
    assert [url_mistake(url) for url in ("", "https://wiki.example.org/x", "/chaos/trials/3/")] == ["", "", ""]
    assert all(url_mistake(url) for url in ("//evil.example", "/\\evil.example", "data:text/html,x", "https://", "a b"))
    assert [words_of(rule) for rule in (DAYS_90, MONTHLY)] == ["every 90 days", "every month"]
