"""People read names, never the numbers of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.test import Client
from django.urls import reverse

from reliability.access.models import AuditEntry
from slo.models import Sli, Slo
from slo.services import slis, slos
from slo.views.wording import differences
from tests.cast import Cast, SliFactory

As = Callable[[str], Client]


def _second(cast: Cast, sli: Sli, now: datetime) -> Sli:
    return slis.create(caller=cast.caller("editor"), draft=replace(slis.draft_of(sli=sli), name="fast"), now=now)


def test_the_audit_trail_names_teams_services_indicators_and_sources(cast: Cast, slo: Slo) -> None:
    made = AuditEntry.objects.get(action="slo.create").changes
    assert (made["team"], made["service"], made["sli"]) == (
        [None, "payments"],
        [None, "checkout"],
        [None, "checkout-success"],
    )
    assert AuditEntry.objects.get(action="sli.create").changes["source"] == [None, "payments-counts"]
    for entry in AuditEntry.objects.all():
        assert not [field for field in entry.changes if field.endswith("_id")], entry.action


def test_the_audit_page_shows_values_as_people_write_them(
    as_: As, cast: Cast, slo: Slo, sli: Sli, now: datetime
) -> None:
    draft = replace(slos.draft_of(slo=slo), labels={"journey": "buy"}, sli_id=_second(cast, sli, now).pk)
    slos.update(caller=cast.caller("editor"), slo=slo, draft=draft, now=now)
    page = as_("administrator").get(reverse("audit-list")).content.decode()
    assert "journey: buy" in page
    assert "rolling: 28d" in page
    assert "&#x27;" not in page
    assert "<del>checkout-success</del><ins>fast</ins>" in page


def test_two_editors_compare_names(cast: Cast, slo: Slo, sli: Sli, now: datetime) -> None:
    stored = slos.draft_of(slo=slo)
    typed = replace(stored, sli_id=_second(cast, sli, now).pk, service_id=None)
    shown = {item["name"]: (item["old"], item["new"]) for item in _differences(cast, stored, typed)}
    assert shown == {"Indicator": ("checkout-success", "fast"), "Service": ("checkout", "none")}


def test_a_new_indicator_is_told_as_a_new_one(cast: Cast, slo: Slo) -> None:
    stored = slos.draft_of(slo=slo)
    shown = _differences(cast, stored, replace(stored, sli_id=0))
    assert shown == [{"name": "Indicator", "old": "checkout-success", "new": "a new one"}]


def test_a_private_indicator_of_another_team_is_not_named(cast: Cast, slo: Slo) -> None:
    stored = slos.draft_of(slo=slo)
    hidden = SliFactory(team=cast.search, name="hidden-treasure")
    shown = _differences(cast, replace(stored, sli_id=hidden.pk), stored)
    assert shown == [{"name": "Indicator", "old": "a private one", "new": "checkout-success"}]


def _differences(cast: Cast, stored: slos.SloDraft, typed: slos.SloDraft) -> list[dict[str, object]]:
    return differences(stored=stored, typed=typed, caller=cast.caller("editor"))
