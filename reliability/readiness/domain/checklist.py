"""A team's checklist: the built-in items and proofs as the team wants them, and its own.

As it is stored, and answered by the API:

    {"items": {"load-tested": {"off": "no traffic of its own"}, "restore-tried": {"tiers": [1, 2], "expires_days": 90}},
     "own": [{"slug": "on-price-list", "title": "…", "day": "day_1", "why": "…", "tiers": [1, 2]}]}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reliability.catalog.domain.link import url_mistake
from reliability.readiness.domain import bounds
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.items import Item, Kind

EMPTY: dict[str, Any] = {"items": {}, "own": []}
_TIERS = frozenset({1, 2, 3, 4})
_SLUG = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
_RULE_FIELDS = frozenset({"tiers", "off", "expires_days", "needs_second"})
_TEXTS = {
    "title": bounds.TITLE_MAX,
    "why": bounds.WHY_MAX,
    "source": bounds.SOURCE_MAX,
    "source_url": bounds.URL_MAX,
    "asks": bounds.WHY_MAX,
}
_OWN_FIELDS = frozenset({"slug", "day", "tiers", "off", "expires_days", "needs_second", *_TEXTS})

Mistake = dict[str, Any]


def items_of(*, known: Iterable[Item], definition: Mapping[str, Any]) -> tuple[Item, ...]:
    """*known* (built in and proven) as *definition* wants them, then the team's own, in the order of their days."""
    rules = definition.get("items", {})
    found = [_ruled(item, rules.get(item.slug, {})) for item in known]
    found += [own_item(one) for one in definition.get("own", ())]
    days = list(Day)
    return tuple(
        sorted(found, key=lambda item: (days.index(item.day), item.is_own, item.kind is Kind.EVIDENCE, item.order))
    )


def own_item(stored: Mapping[str, Any]) -> Item:
    """A team's own item of a definition that `mistakes_of` found nothing wrong with."""
    return Item(
        slug=stored["slug"],
        title=stored["title"],
        day=Day(stored["day"]),
        why=stored.get("why", ""),
        kind=Kind.EVIDENCE,
        tiers=frozenset(stored.get("tiers", _TIERS)),
        source=stored.get("source", ""),
        source_url=stored.get("source_url", ""),
        asks=stored.get("asks", ""),
        expires_days=stored.get("expires_days"),
        needs_second=stored.get("needs_second", False),
        off=stored.get("off", ""),
        is_own=True,
    )


def rule_of(item: Item) -> dict[str, Any]:
    """The item's settings as a definition holds them."""
    rule: dict[str, Any] = {"tiers": sorted(item.tiers), "off": item.off}
    if item.kind is Kind.EVIDENCE:
        rule |= {"expires_days": item.expires_days, "needs_second": item.needs_second}
    return rule


def with_rule(definition: Mapping[str, Any], *, item: Item, rule: Mapping[str, Any]) -> dict[str, Any]:
    """*definition* with other settings of one item; settings equal to those it has anyway are left out."""
    if item.is_own:
        own = [{**one, **rule} if one["slug"] == item.slug else dict(one) for one in definition.get("own", ())]
        return {"items": dict(definition.get("items", {})), "own": own}
    rules = {slug: dict(one) for slug, one in definition.get("items", {}).items() if slug != item.slug}
    default = rule_of(item)
    kept = {name: value for name, value in rule.items() if default.get(name) != value}
    return {"items": {**rules, **({item.slug: kept} if kept else {})}, "own": list(definition.get("own", ()))}


def with_own(definition: Mapping[str, Any], *, own: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """*definition* with these own items instead of those it has."""
    return {"items": dict(definition.get("items", {})), "own": [dict(one) for one in own]}


def mistakes_of(definition: Any, *, known: Iterable[Item]) -> list[Mistake]:
    """What to change, each at its field; the path says where in the definition."""
    if not isinstance(definition, Mapping) or not set(definition) <= {"items", "own"}:
        return [{"field": "definition", "message": 'is an object with "items" and "own"'}]
    items, own = definition.get("items", {}), definition.get("own", [])
    if not isinstance(items, Mapping) or not isinstance(own, list):
        return [{"field": "definition", "message": '"items" is an object by slug, "own" is a list'}]
    if len(own) > bounds.OWN_ITEMS_MAX:
        return [{"field": "own", "message": f"at most {bounds.OWN_ITEMS_MAX} own items"}]
    by_slug = {item.slug: item for item in known}
    found: list[Mistake] = []
    for slug, rule in items.items():
        if slug not in by_slug:
            found.append({"field": "items", "path": f"items.{slug}", "message": f"there is no item {slug!r}"})
        else:
            found += _placed(f"items.{slug}", _rule_mistakes(rule, _RULE_FIELDS, by_slug[slug].kind))
    seen = set(by_slug)
    for index, one in enumerate(own):
        found += _placed(f"own.{index}", _own_mistakes(one, seen), index=index)
        if isinstance(one, Mapping) and isinstance(one.get("slug"), str):
            seen.add(one["slug"])
    return found


def _ruled(item: Item, rule: Mapping[str, Any]) -> Item:
    changed: dict[str, Any] = {name: value for name, value in rule.items() if name in _RULE_FIELDS}
    if "tiers" in changed:
        changed["tiers"] = frozenset(changed["tiers"])
    return replace(item, **changed)


def _rule_mistakes(rule: Any, fields: frozenset[str], kind: Kind) -> list[Mistake]:
    if not isinstance(rule, Mapping):
        return [{"field": "items", "message": "the settings of an item are an object"}]
    found: list[Mistake] = [
        {"field": name, "message": f"{name!r} is no setting: it is one of {', '.join(sorted(fields))}"}
        for name in sorted(set(rule) - fields)
    ]
    tiers = rule.get("tiers", [])
    if not isinstance(tiers, list) or not all(type(tier) is int and tier in _TIERS for tier in tiers):
        found.append(
            {"field": "tiers", "message": "tiers are numbers from 1 to 4: those of services that must have it"}
        )
    off = rule.get("off", "")
    if not isinstance(off, str) or len(off) > bounds.REASON_MAX:
        found.append({"field": "off", "message": f"why it is switched off has at most {bounds.REASON_MAX} characters"})
    days = rule.get("expires_days")
    if days is not None and (type(days) is not int or not 1 <= days <= bounds.EXPIRES_DAYS_MAX):
        found.append({"field": "expires_days", "message": f"is 1 to {bounds.EXPIRES_DAYS_MAX:,} days, or none: never"})
    if not isinstance(rule.get("needs_second", False), bool):
        found.append({"field": "needs_second", "message": "is true or false"})
    if kind is Kind.PROOF and {"expires_days", "needs_second"} & set(rule):
        found.append({"field": "expires_days", "message": "the system proves it: it neither expires nor is reviewed"})
    return found


def _own_mistakes(one: Any, seen: set[str]) -> list[Mistake]:
    if not isinstance(one, Mapping):
        return [{"field": "own", "message": "an own item is an object"}]
    found = _rule_mistakes({**one}, _OWN_FIELDS, Kind.EVIDENCE)
    slug = one.get("slug")
    if not isinstance(slug, str) or len(slug) > bounds.SLUG_MAX or not _SLUG.match(slug):
        message = f"a name has 1 to {bounds.SLUG_MAX} lower-case letters, digits and hyphens, such as on-price-list"
        found.append({"field": "slug", "message": message})
    elif slug in seen or slug == "new":
        found.append({"field": "slug", "message": f"there is an item {slug!r} already: choose another name"})
    if not isinstance(one.get("day"), str) or one["day"] not in set(Day):
        found.append({"field": "day", "message": f"is one of {', '.join(Day)}"})
    for name, most in _TEXTS.items():
        text = one.get(name, "")
        if not isinstance(text, str) or len(text) > most:
            found.append({"field": name, "message": f"is text of at most {most:,} characters"})
    url = one.get("source_url", "")
    mistake = url_mistake(url) if isinstance(url, str) and url else None
    if mistake:
        found.append({"field": "source_url", "message": mistake})
    if not str(one.get("title", "")).strip():
        found.append({"field": "title", "message": "write what must be so, such as: Support has a script"})
    return found


def _placed(path: str, mistakes: Iterable[Mistake], **more: Any) -> list[Mistake]:
    return [{**one, "path": f"{path}.{one['field']}", **more} for one in mistakes]
