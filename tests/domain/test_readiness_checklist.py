"""Checklists of teams: what a definition changes, and every mistake in one."""

from __future__ import annotations

from typing import Any

import pytest

from reliability.readiness.domain.bounds import EXPIRES_DAYS_MAX, OWN_ITEMS_MAX
from reliability.readiness.domain.checklist import EMPTY, items_of, mistakes_of, rule_of, with_own, with_rule
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.defaults import BUILT_IN
from reliability.readiness.domain.items import Item, Kind

PROVEN = Item("slo-exists", "It has an objective", Day.DAY_0, "why", Kind.PROOF, frozenset({1, 2}))
KNOWN = (PROVEN, *BUILT_IN)
OWN = {"slug": "support-script", "title": "Support has a script", "day": "day_1", "tiers": [1]}


def mistakes(definition: Any) -> set[str]:
    return {str(one.get("path", one["field"])) for one in mistakes_of(definition, known=KNOWN)}


def test_every_built_in_item_says_why_what_it_asks_for_and_where_that_is_taught() -> None:
    assert len({item.slug for item in BUILT_IN}) == len(BUILT_IN)
    assert {item.day for item in BUILT_IN} == set(Day)
    for item in BUILT_IN:
        assert item.why, item.slug
        assert "Example" in item.asks, item.slug
        assert item.source_url.startswith("https://"), item.slug
        assert item.tiers, item.slug


def test_a_definition_changes_what_it_names_and_adds_own_items_last_in_their_day() -> None:
    definition = {"items": {"load-tested": {"off": "no traffic"}, "slo-exists": {"tiers": [1, 2, 3, 4]}}, "own": [OWN]}
    assert mistakes(definition) == set()
    found = items_of(known=KNOWN, definition=definition)
    by_slug = {item.slug: item for item in found}
    assert by_slug["load-tested"].off == "no traffic"
    assert by_slug["slo-exists"].is_required(tier=4)
    days = list(Day)
    assert [days.index(item.day) for item in found] == sorted(days.index(item.day) for item in found)
    of_day = [item for item in found if item.day is Day.DAY_1]
    assert (of_day[-1].slug, of_day[-1].is_own, of_day[-1].tiers) == ("support-script", True, frozenset({1}))
    assert items_of(known=KNOWN, definition=EMPTY)[0].slug == "slo-exists"


def test_settings_as_they_are_built_in_are_not_kept() -> None:
    item = next(item for item in BUILT_IN if item.slug == "load-tested")
    changed = with_rule(EMPTY, item=item, rule={**rule_of(item), "expires_days": 30})
    assert changed["items"] == {"load-tested": {"expires_days": 30}}
    assert with_rule(changed, item=item, rule=rule_of(item))["items"] == {}
    own = with_own(changed, own=[OWN])
    assert own["own"] == [OWN]
    theirs = items_of(known=KNOWN, definition=own)
    mine = next(item for item in theirs if item.is_own)
    assert with_rule(own, item=mine, rule={"off": "later"})["own"][0]["off"] == "later"


@pytest.mark.parametrize(
    ("definition", "where"),
    [
        ([], "definition"),
        ({"more": 1}, "definition"),
        ({"own": {}}, "definition"),
        ({"items": {"nobody": {}}}, "items.nobody"),
        ({"items": {"load-tested": 3}}, "items.load-tested.items"),
        ({"items": {"load-tested": {"tiers": [5]}}}, "items.load-tested.tiers"),
        ({"items": {"load-tested": {"tiers": [True]}}}, "items.load-tested.tiers"),
        ({"items": {"load-tested": {"expires_days": 0}}}, "items.load-tested.expires_days"),
        ({"items": {"load-tested": {"expires_days": EXPIRES_DAYS_MAX + 1}}}, "items.load-tested.expires_days"),
        ({"items": {"load-tested": {"off": "x" * 1_001}}}, "items.load-tested.off"),
        ({"items": {"load-tested": {"needs_second": "yes"}}}, "items.load-tested.needs_second"),
        ({"items": {"load-tested": {"title": "mine"}}}, "items.load-tested.title"),
        ({"items": {"slo-exists": {"expires_days": 3}}}, "items.slo-exists.expires_days"),
        ({"own": [{**OWN, "slug": "load-tested"}]}, "own.0.slug"),
        ({"own": [{**OWN, "slug": "new"}]}, "own.0.slug"),
        ({"own": [OWN, OWN]}, "own.1.slug"),
        ({"own": [{**OWN, "slug": "No Good"}]}, "own.0.slug"),
        ({"own": [{**OWN, "day": "someday"}]}, "own.0.day"),
        ({"own": [{**OWN, "day": {}}]}, "own.0.day"),
        ({"own": [{**OWN, "title": " "}]}, "own.0.title"),
        ({"own": [{**OWN, "why": 3}]}, "own.0.why"),
        ({"own": [{**OWN, "source_url": "javascript:alert(1)"}]}, "own.0.source_url"),
        ({"own": [{**OWN, "slug": f"own-{n}"} for n in range(OWN_ITEMS_MAX + 1)]}, "own"),
        ({"own": ["words"]}, "own.0.own"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_told_where_it_is(definition: Any, where: str) -> None:
    assert mistakes(definition) == {where}
