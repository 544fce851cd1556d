"""The audit trail: what it holds, who reads it, and that nothing changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import AuditEntry, Team
from reliability.access.models.audit import AuditError
from reliability.access.selectors.audit import AuditFilter, entries
from reliability.access.services import audit
from reliability.web.errors import Forbidden
from tests.cast import Cast
from tests.queries import queries_of

As = Callable[[str], Client]
Bearer = Callable[..., Client]


def write(caller: Caller, team: Team | None, now: datetime, name: str = "checkout", action: str = "slo.create") -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="slo",
        object_name=name,
        team_id=team.pk if team else None,
        now=now,
        changes={"objective": [None, Decimal("0.999")], "at": [None, now]},
        reason=" because ",
    )


def test_an_entry_tells_who_when_what_and_why(cast: Cast, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now)
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.user, entry.at, entry.reason) == ("Editor", cast.editor, now, "because")
    assert entry.changes == {"objective": [None, "0.999"], "at": [None, "2026-03-02T12:00:00Z"]}


def test_entries_are_never_changed_or_deleted(cast: Cast, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now)
    entry = AuditEntry.objects.get()
    entry.reason = "another"
    for forbidden in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(AuditError, match="never"):
            forbidden()
    with pytest.raises(AuditError, match="never"):
        AuditEntry.objects.update(reason="another")
    assert AuditEntry.objects.get().reason == "because"


def test_entries_outlive_the_person_and_the_team(cast: Cast, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now)
    cast.editor.delete()
    cast.payments.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.user, entry.team) == ("Editor", None, None)


def test_an_administrator_of_a_team_reads_only_its_entries(cast: Cast, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now, "ours")
    write(cast.caller("outsider"), cast.search, now, "theirs")
    write(cast.caller("chief"), None, now, "installation")

    def names(who: str) -> set[str]:
        return {entry.object_name for entry in entries(caller=cast.caller(who), wanted=AuditFilter())}

    assert names("administrator") == {"ours"}
    assert names("chief") == {"ours", "theirs", "installation"}
    for who in ("editor", "viewer", "outsider"):
        with pytest.raises(Forbidden):
            names(who)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(team="search"), {"index"}),
        (AuditFilter(person="edit"), {"checkout"}),
        (AuditFilter(action="slo.delete"), {"index"}),
        (AuditFilter(object_name="check"), {"checkout"}),
        (AuditFilter(object_kind="sli"), set()),
        (AuditFilter(start=datetime(2026, 3, 2, 13, 0, tzinfo=UTC)), {"index"}),
        (AuditFilter(end=datetime(2026, 3, 2, 13, 0, tzinfo=UTC)), {"checkout"}),
    ],
    ids=[
        "by team",
        "by a part of the person",
        "by action",
        "by a part of the object",
        "by kind",
        "from an instant on",
        "before an instant",
    ],
)
def test_the_trail_is_narrowed(cast: Cast, now: datetime, wanted: AuditFilter, found: set[str]) -> None:
    write(cast.caller("editor"), cast.payments, now)
    write(cast.caller("outsider"), cast.search, now + timedelta(hours=1), "index", "slo.delete")
    assert {entry.object_name for entry in entries(caller=cast.caller("chief"), wanted=wanted)} == found


def test_the_page_narrows_by_days_of_the_own_zone(cast: Cast, as_: As) -> None:
    cast.chief.time_zone = "Pacific/Auckland"  # UTC+13 in March
    cast.chief.save(update_fields=["time_zone"])
    write(cast.caller("editor"), cast.payments, datetime(2026, 3, 2, 10, 59, tzinfo=UTC), "before midnight")
    write(cast.caller("editor"), cast.payments, datetime(2026, 3, 2, 11, 0, tzinfo=UTC), "after midnight")
    text = as_("chief").get(reverse("audit-list") + "?since=2026-03-03&until=2026-03-03").content.decode()
    assert "after midnight" in text
    assert "before midnight" not in text


def test_a_mistake_in_the_filter_is_shown_and_narrows_nothing(cast: Cast, as_: As, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now)
    page = as_("chief").get(reverse("audit-list") + "?since=yesterday")
    assert page.status_code == 200
    assert "write a day, such as 2026-03-01" in page.content.decode()
    assert "checkout" in page.content.decode()


def test_the_page_costs_the_same_for_few_entries_and_for_many(cast: Cast, as_: As, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now)
    browser = as_("administrator")
    few = queries_of(browser, reverse("audit-list"))
    for _ in range(60):
        write(cast.caller("editor"), cast.payments, now)
    assert queries_of(browser, reverse("audit-list")) == few


def test_what_was_written_is_shown_as_text(cast: Cast, as_: As, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now, "<script>alert(1)</script>")
    text = as_("chief").get(reverse("audit-list")).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_api_serves_the_trail_to_administrators(cast: Cast, bearer: Bearer, now: datetime) -> None:
    write(cast.caller("editor"), cast.payments, now)
    answer = bearer(team=cast.payments, role=Role.ADMINISTRATOR).get("/api/v1/audit?from=2026-03-02T00:00:00Z")
    assert answer.json()["items"][0] | {"id": 0} == {
        "id": 0,
        "at": "2026-03-02T12:00:00Z",
        "actor": "Editor",
        "action": "slo.create",
        "object_kind": "slo",
        "object_name": "checkout",
        "team": "payments",
        "changes": {"objective": [None, "0.999"], "at": [None, "2026-03-02T12:00:00Z"]},
        "reason": "because",
    }
    assert bearer(team=cast.payments, role=Role.EDITOR).get("/api/v1/audit").status_code == 403
