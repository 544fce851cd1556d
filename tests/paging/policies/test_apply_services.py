"""Services from files: with what they need and whom they page, whatever the order of the files."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from incidents.paging.models import EscalationPolicy
from reliability.access.models import AuditEntry
from reliability.catalog.models import Dependency
from tests.cast import Cast

pytestmark = pytest.mark.django_db

CHECKOUT = """\
kind: Service
name: checkout
team: payments
escalation_policy: urgent
dependencies: [ledger, {service: cache, kind: soft}]
"""
LEDGER = "kind: Service\nname: ledger\nteam: payments\n"
CACHE = "kind: Service\nname: cache\nteam: payments\n"
POLICY = """\
kind: EscalationPolicy
name: urgent
team: payments
steps: [{delay: 5m, targets: [{user: responder@example.org}]}]
"""


def run(path: Path, *documents: str) -> str:
    path.write_text("---\n".join(documents))
    out = StringIO()
    call_command("apply", str(path), stdout=out, stderr=out)
    return out.getvalue()


def refused(path: Path, *documents: str) -> str:
    path.write_text("---\n".join(documents))
    out = StringIO()
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("apply", str(path), stdout=out, stderr=out)
    return out.getvalue()


def needs() -> list[tuple[str, str, bool]]:
    rows = Dependency.objects.order_by("service__name", "needs__name")
    return list(rows.values_list("service__name", "needs__name", "is_hard"))


@pytest.fixture
def file(cast: Cast, tmp_path: Path) -> Path:
    return tmp_path / "services.yaml"


def test_a_service_names_what_comes_later_in_the_files(file: Path) -> None:
    said = run(file, CHECKOUT, LEDGER, POLICY, CACHE)
    assert "+ needs cache (soft)" in said
    assert needs() == [("checkout", "cache", False), ("checkout", "ledger", True)]
    followers = EscalationPolicy.objects.get(slug="urgent").services
    assert list(followers.values_list("service__name", flat=True)) == ["checkout"]


def test_applying_it_again_changes_nothing(file: Path) -> None:
    run(file, CHECKOUT, LEDGER, POLICY, CACHE)
    audited = AuditEntry.objects.count()
    assert "0 of 4 documents changed" in run(file, CACHE, POLICY, LEDGER, CHECKOUT)
    assert AuditEntry.objects.count() == audited


def test_what_is_not_listed_any_more_is_taken_away_and_what_is_not_spoken_of_stays(file: Path) -> None:
    run(file, CHECKOUT, LEDGER, POLICY, CACHE)
    assert "0 of 1 document changed" in run(file, "kind: Service\nname: checkout\n")
    said = run(file, "kind: Service\nname: checkout\nescalation_policy: null\ndependencies: [{service: cache}]\n")
    assert "- needs ledger" in said
    assert "~ needs cache (hard)" in said
    assert needs() == [("checkout", "cache", True)]
    assert not EscalationPolicy.objects.get(slug="urgent").services.exists()


def test_a_dependency_is_turned_round_in_one_run(file: Path) -> None:
    run(file, LEDGER + "dependencies: [cache]\n", CACHE)
    run(file, CACHE + "dependencies: [ledger]\n", LEDGER + "dependencies: []\n")
    assert needs() == [("cache", "ledger", True)]


def test_a_cycle_is_refused_in_the_words_of_the_catalogue(file: Path) -> None:
    said = refused(file, LEDGER + "dependencies: [cache]\n", CACHE + "dependencies:\n  - ledger\n")
    assert "services.yaml:10: Service cache dependencies[0]: this closes a cycle: " in said
    assert not Dependency.objects.exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dependencies: [nothing]", "dependencies[0]: there is no service 'nothing'"),
        ("dependencies: ledger", "dependencies: must be a list"),
        ("dependencies: [ledger, ledger]", "dependencies[1]: 'ledger' stands there twice"),
        ("dependencies: [{service: ledger, kind: firm}]", "dependencies[0].kind: must be hard"),
        ("dependencies: [{service: ledger, hard: true}]", "dependencies[0].hard: is not known here"),
        ("dependencies: [checkout]", "dependencies[0]: a service does not need itself"),
        ("escalation_policy: nothing", "escalation_policy: there is no escalation policy 'nothing'"),
        ("escalation_policy: 4", "escalation_policy: must be the slug"),
        ("escalation: urgent", "escalation: is not known here"),
    ],
)
def test_a_mistake_names_its_path_and_what_to_write(file: Path, line: str, said: str) -> None:
    assert said in refused(file, f"kind: Service\nname: checkout\nteam: payments\n{line}\n", LEDGER)


@pytest.mark.parametrize(("services", "said"), [("[]", "does not list 'checkout'"), ("[checkout]", "lists 'checkout'")])
def test_a_policy_that_says_otherwise_is_refused(file: Path, services: str, said: str) -> None:
    slug = "urgent" if services == "[]" else "null"
    service = f"kind: Service\nname: checkout\nteam: payments\nescalation_policy: {slug}\n"
    assert said in refused(file, service, f"{POLICY}services: {services}\n")


def test_both_may_say_the_same(file: Path) -> None:
    documents = (CHECKOUT, LEDGER, f"{POLICY}services: [checkout]\n", CACHE)
    run(file, *documents)
    assert "0 of 4 documents changed" in run(file, *documents)
