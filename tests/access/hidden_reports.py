"""Reports by mail of the private team Payments, for the test of every address."""

from __future__ import annotations

from typing import Any

from reliability.reports.domain.report import Highlight, Report
from reliability.reports.models import ReportNotice, SentReport, Subscription
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"


def hidden_reports(cast: Cast) -> dict[str, dict[str, Any]]:
    """The arguments of addresses that start with the key."""
    row = Subscription.objects.create(
        team=cast.payments, due_at=BEGINNING, created_at=BEGINNING, updated_at=BEGINNING, updated_by_name=MARK,
        to_members=False,
    )  # fmt: skip
    numbers = Report(
        team=MARK, team_slug=cast.payments.slug, period="2026-01", title=MARK, zone="UTC", start="2026-01-01T00:00:00Z",
        end="2026-02-01T00:00:00Z", as_of="2026-02-01T08:00:00Z", is_over=True, objectives=(), objectives_total=0,
        agreements=(), severities=(), incidents=(), severe=(), delivery=(), chaos=(), actions=(), toil=(), trend=(),
        highlights=(Highlight("bad", MARK, MARK),),
    ).to_json()  # fmt: skip
    sent = SentReport.objects.create(
        subscription=row, team=cast.payments, period="2026-01", zone="UTC", made_at=BEGINNING, numbers=numbers
    )
    ReportNotice.objects.create(report=sent, key=MARK, idempotency_key=MARK, place=MARK, created_at=BEGINNING)
    return {"reports/subscriptions/": {"pk": row.pk}, "reports/sent/": {"pk": sent.pk}}
