"""A bad deployment in the demo: it burns the budget, is the first suspect, counts as failed, shuts the gate; and the
rollback is its recovery. Told by the command that a pipeline runs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage, keeps_nobody_out
from tests.servers.product import ROOT, Product

pytestmark = pytest.mark.journey

SERVICE, OBJECTIVE = "catalogue", "catalogue-availability"
BROKEN, BACK = "broken-4f2a91c", "7be4431"
# Counts come once a minute; what is told late is counted anew, and judged at the next minute.
SEEN_WITHIN = 150
BURN = re.compile("Product pages answer burns .* its error budget")


def manage(product: Product, *words: str) -> subprocess.CompletedProcess[str]:
    """A command beside the running product, as the README writes it with `DEMO=1 ./run manage`."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**product.environment, "DEMO": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def deploy(product: Product, revision: str, *, at: datetime, words: tuple[str, ...] = ()) -> None:
    told = manage(product, "deploy", "record", SERVICE, revision, "--finished-at", at.isoformat(), *words)
    assert told.returncode == 0, told.stderr


def test_a_bad_deployment_is_suspected_counted_and_taken_back(
    demo: Product, open_page: OpenPage, signed_in: dict[str, Any], save_screenshot: Callable[[Page, str], None]
) -> None:
    page = open_page(storage_state=signed_in)
    asked = manage(demo, "gate", "check", SERVICE)
    assert asked.returncode == 0, asked.stdout
    assert BROKEN[:11] not in _failed(page, demo)
    broken_at = (datetime.now(UTC) - timedelta(minutes=50)).replace(second=0, microsecond=0)
    deploy(demo, BROKEN, at=broken_at)

    page.goto(f"{demo.url}/incidents/")
    incident = page.locator("#incidents").get_by_role("link", name=BURN)
    incident.wait_for(timeout=SEEN_WITHIN * 1000)
    incident.click()
    expect(page.locator("#suspects li").first).to_contain_text(BROKEN)
    incident_url = page.url

    asked = manage(demo, "gate", "check", SERVICE)
    assert asked.returncode == 1, asked.stdout
    assert "blocks: Sev2" in asked.stdout
    page.goto(f"{demo.url}/delivery/gate/services/{SERVICE}/")
    expect(page.locator("main")).to_contain_text(re.compile("no-go", re.IGNORECASE))
    keeps_nobody_out(page)
    save_screenshot(page, "gate")

    page.goto(f"{demo.url}/slos/{OBJECTIVE}/")
    expect(page.locator("main")).to_contain_text(BROKEN[:11])
    demo.wait_until(lambda: BROKEN[:11] in _failed(page, demo), seconds=90, what="its failure")
    page.goto(f"{demo.url}/delivery/rows/?metric=change-fail-rate&service={SERVICE}&range=28d")
    row = page.locator("tbody tr", has_text=BROKEN[:11])
    expect(row).to_contain_text("of the budget of Product pages answer, as the first suspect")

    back_at = broken_at + timedelta(minutes=25)
    deploy(demo, BACK, at=back_at, words=("--rollback", "--title", "Back to the release before"))
    # Some that fail by chance in the very next minutes may still belong to the burn.
    is_back = re.compile(r"\b(2[5-9]|30) min")
    demo.wait_until(
        lambda: bool(is_back.search(_recovery(page, demo))), seconds=SEEN_WITHIN, what="the rollback as its recovery"
    )
    page.goto(incident_url)
    page.get_by_role("link", name="Resolve", exact=True).click()
    page.get_by_role("button", name=re.compile("^Resolve")).click()
    expect(page.locator("#incident-head .state", has_text="Resolved")).to_be_visible()
    asked = manage(demo, "gate", "check", SERVICE)
    assert asked.returncode == 0, asked.stdout


def _recovery(page: Page, product: Product) -> str:
    page.goto(f"{product.url}/delivery/rows/?metric=recovery-time&service={SERVICE}&range=28d")
    row = page.locator("tbody tr", has_text=BROKEN[:11])
    return row.inner_text() if row.count() else ""


def _failed(page: Page, product: Product) -> str:
    page.goto(f"{product.url}/delivery/rows/?metric=change-fail-rate&service={SERVICE}&range=28d")
    return page.locator("main").inner_text()
