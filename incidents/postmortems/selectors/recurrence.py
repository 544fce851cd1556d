"""What was seen before: factors of other postmortems that say the same, and postmortems alike as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incidents.postmortems.domain.similarity import ALIKE, likeness, words_of
from incidents.postmortems.models import Factor, Postmortem
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service

CANDIDATES_MAX = 2000  # the newest; older ones hardly describe the system of today
SHOWN_MAX = 3
_SIMILAR_MAX = 500
_SERVICE, _TAG, _CATEGORY = 0.25, 0.1, 0.05
_SIMILAR_LEAST = 0.2


@dataclass(frozen=True, slots=True)
class Seen:
    """likeness: 0 … 1."""

    factor: Factor
    postmortem: Postmortem
    likeness: float


@dataclass(frozen=True, slots=True)
class Similar:
    """why: shared services, tags and words, for people."""

    postmortem: Postmortem
    score: float
    why: str


def seen_before(*, caller: Caller, postmortem: Postmortem, factors: Sequence[Factor]) -> Mapping[int, Sequence[Seen]]:
    """By the id of each factor: factors of its category in other readable postmortems in like words, the most alike
    first, at most SHOWN_MAX. One query."""
    if not factors:
        return {}
    categories = {factor.category for factor in factors}
    others = Factor.objects.filter(
        category__in=categories, postmortem__in=Postmortem.objects.readable_by(caller).exclude(pk=postmortem.pk)
    )
    joined = others.select_related("postmortem").defer("postmortem__search_text", "postmortem__imported_text")
    known: dict[str, list[tuple[Factor, frozenset[str]]]] = defaultdict(list)
    for other in joined.order_by("-pk")[:CANDIDATES_MAX]:
        known[other.category].append((other, words_of(other.text)))
    found: dict[int, Sequence[Seen]] = {}
    for factor in factors:
        words = words_of(factor.text)
        alike = [Seen(one, one.postmortem, likeness(words, its)) for one, its in known[factor.category]]
        close = sorted((one for one in alike if one.likeness >= ALIKE), key=lambda one: (-one.likeness, -one.factor.pk))
        best: dict[int, Seen] = {}
        for one in close:
            best.setdefault(one.postmortem.pk, one)
        if best:
            found[factor.pk] = list(best.values())[:SHOWN_MAX]
    return found


def similar(*, caller: Caller, postmortem: Postmortem, limit: int = 5) -> list[Similar]:
    """Other readable postmortems, by shared services, tags, categories and words of title and factors. Four queries."""
    own = _Traits.of([postmortem], caller)[postmortem.pk]
    readable = Postmortem.objects.readable_by(caller).exclude(pk=postmortem.pk)
    newest = list(readable.defer("search_text", "imported_text").order_by("-started_at", "-pk")[:_SIMILAR_MAX])
    by_key = _Traits.of(newest, caller)
    scored = [_scored(one, own, by_key[one.pk]) for one in newest]
    good = [one for one in scored if one.score >= _SIMILAR_LEAST]
    return sorted(good, key=lambda one: (-one.score, -one.postmortem.pk))[:limit]


@dataclass(frozen=True, slots=True)
class _Traits:
    services: frozenset[str]
    tags: frozenset[str]
    categories: frozenset[str]
    words: frozenset[str]

    @staticmethod
    def of(postmortems: Sequence[Postmortem], caller: Caller) -> dict[int, _Traits]:
        """Services that the caller may see: what two postmortems share is told by name."""
        keys = [one.pk for one in postmortems]
        services: dict[int, set[str]] = defaultdict(set)
        tags: dict[int, set[str]] = defaultdict(set)
        factors: dict[int, list[tuple[str, str]]] = defaultdict(list)
        named = Postmortem.services.through.objects.filter(
            postmortem_id__in=keys, service__in=Service.objects.readable_by(caller)
        )
        for key, name in named.values_list("postmortem_id", "service__title"):
            services[key].add(name)
        for key, name in Postmortem.tags.through.objects.filter(postmortem_id__in=keys).values_list(
            "postmortem_id", "tag__name"
        ):
            tags[key].add(name)
        for key, category, text in Factor.objects.filter(postmortem_id__in=keys).values_list(
            "postmortem_id", "category", "text"
        ):
            factors[key].append((category, text))
        return {
            one.pk: _Traits(
                frozenset(services[one.pk]),
                frozenset(tags[one.pk]),
                frozenset(category for category, _ in factors[one.pk]),
                words_of(" ".join([one.title, *(text for _, text in factors[one.pk])])),
            )
            for one in postmortems
        }


def _scored(one: Postmortem, own: _Traits, other: _Traits) -> Similar:
    services, tags = own.services & other.services, own.tags & other.tags
    words = own.words & other.words
    score = likeness(own.words, other.words)
    score += _SERVICE * bool(services) + _TAG * len(tags) + _CATEGORY * len(own.categories & other.categories)
    parts = [", ".join(sorted(services)), ", ".join(sorted(tags))]
    if len(words) > 1:
        parts.append(f"{len(words)} words alike")
    return Similar(one, score, " · ".join(part for part in parts if part))
