"""Which commits deployments ship, however far back they were made."""

from __future__ import annotations

from datetime import datetime, timedelta

from reliability.access.domain.caller import SYSTEM
from reliability.delivery.models import Deployment, ShippedCommit
from reliability.delivery.services import shipping
from reliability.delivery.services.row_intake import take_rows
from tests.cast import Cast, ServiceFactory
from tests.domain.delivery_payloads import at

NOW = at(15)
ROW = {"service": "checkout", "environment": "production", "outcome": "succeeded"}


def test_commits_of_long_ago_are_shipped_by_who_comes_to_them_first(cast: Cast) -> None:
    """Most of the graph is not read for most deployments; what lies further back is looked for when it is met."""
    ServiceFactory(team=cast.payments, name="checkout")

    def tell_of(number: int, ended: datetime, *commits: tuple[str, datetime, str], listed: bool = False) -> None:
        told = [{"sha": sha, "committed_at": made.isoformat(), "parents": [below]} for sha, made, below in commits]
        row = ROW | {"id": str(number), "revision": commits[-1][0], "finished_at": ended.isoformat()}
        take_rows(caller=SYSTEM, rows=enumerate([row | {"commits": told if listed else []}]), now=NOW)
        if not listed:
            dark = {"environment": "nowhere", "id": f"dark-{number}", "outcome": "failed"}
            take_rows(caller=SYSTEM, rows=enumerate([row | dark | {"commits": told}]), now=NOW)
        shipping.work_out(team_id=cast.payments.pk, now=NOW)

    day = timedelta(days=1)
    tell_of(0, at(9), ("r0", at(8), "before"))
    tell_of(1, at(9) + 2 * day, ("r1", at(8) + day, "r0"))
    tell_of(2, at(9) + 90 * day, ("old", at(8) + 10 * day, "r1"), ("r2", at(8) + 89 * day, "old"))
    again = [("r1", at(8) + day, "r0"), ("r3", at(8) + 99 * day, "r2")]
    tell_of(3, at(9) + 100 * day, *again, listed=True)
    shipped = ShippedCommit.objects.values_list("deployment__key", "commit__sha")
    assert set(shipped) == {("1", "r1"), ("2", "old"), ("2", "r2"), ("3", "r3")}
    contents = Deployment.objects.filter(is_production=True).order_by("key").values_list("contents", flat=True)
    assert list(contents) == ["first", "complete", "complete", "complete"]
