"""Which raw selectors are asked for together: fewer requests, no sample that nobody wants.

Two steps, both exact:
- absorb: a selector whose matchers include all of another's selects a part of it, so it is cut out of the
  other's answer here (good out of valid);
- unite: selectors that differ in the value of one `=` matcher become one `=~` of these values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from reliability.telemetry.domain.promql import Matcher, Selector, one_of

_VALUES_MAX = 50
_CHARACTERS_MAX = 4000


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request: `selector` is sent, `members` are cut out of what comes back."""

    selector: Selector
    members: tuple[Selector, ...]


def plan_fetches(selectors: Iterable[Selector]) -> list[Fetch]:
    """Fetches that together bring every selector exactly once, in an order that does not vary."""
    wanted = sorted(set(selectors), key=Selector.render)
    bases: dict[Selector, list[Selector]] = {}
    for selector in sorted(wanted, key=lambda one: len(one.matchers)):
        base = next((base for base in bases if _is_part(selector, base)), selector)
        bases.setdefault(base, []).append(selector)
    return [fetch for group in _united(list(bases)) for fetch in [_fetch(group, bases)]]


def _is_part(selector: Selector, base: Selector) -> bool:
    return base.matchers <= selector.matchers and all(m.is_local for m in selector.matchers - base.matchers)


def _fetch(group: list[Selector], bases: dict[Selector, list[Selector]]) -> Fetch:
    members = tuple(member for base in group for member in bases[base])
    return Fetch(_union(group), members)


def _union(group: list[Selector]) -> Selector:
    if len(group) == 1:
        return group[0]
    shared = frozenset.intersection(*(selector.matchers for selector in group))
    differing = [next(iter(selector.matchers - shared)) for selector in group]
    return Selector(shared | {one_of(differing[0].label, sorted(matcher.value for matcher in differing))})


def _united(selectors: list[Selector]) -> list[list[Selector]]:
    """Groups of selectors that differ in the value of one label, largest groups first."""
    left, groups = dict.fromkeys(selectors), []
    while left:
        families = _families(left)
        if not families:
            break
        best = max(families, key=len)
        if len(best) < 2:
            break
        for start in range(0, len(best), _VALUES_MAX):
            groups += _bounded(best[start : start + _VALUES_MAX])
        for selector in best:
            del left[selector]
    return [*groups, *([selector] for selector in left)]


def _families(selectors: Iterable[Selector]) -> list[list[Selector]]:
    families: dict[tuple[frozenset[Matcher], str], list[Selector]] = defaultdict(list)
    for selector in selectors:
        for matcher in selector.matchers:
            if matcher.op == "=" and matcher.label not in ("__name__", "le") and matcher.value:
                families[(selector.matchers - {matcher}, matcher.label)].append(selector)
    return list(families.values())


def _bounded(group: list[Selector]) -> list[list[Selector]]:
    """The group, halved until its request is of a sensible length."""
    if len(group) == 1 or len(_union(group).render()) <= _CHARACTERS_MAX:
        return [group]
    middle = len(group) // 2
    return [*_bounded(group[:middle]), *_bounded(group[middle:])]
