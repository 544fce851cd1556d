"""Where services stand: every item of their checklists, in a number of queries that does not grow with theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.readiness.domain.answers import HIDDEN, Answer, unknown
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.items import Item, Kind
from reliability.readiness.domain.standing import (
    Given,
    Standing,
    Tally,
    Verdict,
    Waived,
    by_evidence,
    by_proof,
    in_order,
    tally,
)
from reliability.readiness.models import Review
from reliability.readiness.proofs import answers_of
from reliability.readiness.selectors.checklists import TeamChecklist, checklists_of
from reliability.readiness.selectors.evidence import Key, given_of, waived_of
from reliability.readiness.selectors.reviews import is_in_force, newest_of

_PIECE = 200  # services at once: SQLite bounds how many values a statement names
_NOBODY = unknown("nothing proves this any more")


@dataclass(frozen=True, slots=True)
class ServiceReadiness:
    """A service at an instant. items: in the order of the checklist. review: the last decision, in force or not."""

    service: Service
    items: tuple[Standing, ...]
    checklist: TeamChecklist
    tally: Tally
    review: Review | None
    is_review_in_force: bool

    @property
    def verdict(self) -> Verdict:
        """What the items say now, whatever was decided."""
        return self.tally.verdict

    def is_ready(self, *, with_review: bool = False) -> bool:
        """Nothing that is required is missing; with_review: and a decision that let it go is in force."""
        return self.verdict is not Verdict.NOT_READY and (self.is_review_in_force or not with_review)

    @property
    def missing(self) -> list[Standing]:
        return [one for one in self.items if one.is_missing]

    @property
    def exceptions(self) -> list[Standing]:
        return [one for one in self.items if one.is_required and one.waived is not None]

    def by_day(self) -> list[tuple[Day, list[Standing], Tally]]:
        """Of each day what is missing first; days without an item are left out."""
        found = []
        for day in Day:
            own = [one for one in self.items if one.item.day is day]
            if own:
                found.append((day, in_order(own), tally(own)))
        return found

    def standing(self, slug: str) -> Standing | None:
        return next((one for one in self.items if one.item.slug == slug), None)


def readiness_of(*, caller: Caller, services: Sequence[Service], now: datetime) -> list[ServiceReadiness]:
    """Of each in the order given, as the caller may see it. Ask for services that the caller may read."""
    checklists = checklists_of(team_ids={one.team_id for one in services})
    wanted = {item.slug for one in checklists.values() for item in one.in_use if item.kind is Kind.PROOF}
    answers = answers_of(services=services, now=now, wanted=wanted)
    given, waived = given_of(services=services), waived_of(services=services, now=now)
    reviews = newest_of(services=services)
    found = []
    for service in services:
        checklist = checklists[service.team_id]
        items = tuple(
            _shown(_standing(service, item, answers, given, waived, now), caller) for item in checklist.in_use
        )
        review = reviews.get(service.pk)
        in_force = is_in_force(review=review, now=now)
        found.append(ServiceReadiness(service, items, checklist, tally(items), review, in_force))
    return found


def all_readiness(*, caller: Caller, services: QuerySet[Service], now: datetime) -> Iterator[ServiceReadiness]:
    """Of every service, in pieces: for files and filters by what was found."""
    offset = 0
    while piece := list(services[offset : offset + _PIECE]):
        yield from readiness_of(caller=caller, services=piece, now=now)
        offset += _PIECE


def hidden_from(*, standing: Standing, caller: Caller) -> bool:
    """Whether its words name objects of a team that the caller may not read."""
    return any(not caller.may_read(team_id) for team_id in standing.team_ids)


def _standing(
    service: Service,
    item: Item,
    answers: dict[str, dict[int, Answer]],
    given: dict[Key, Given],
    waived: dict[Key, Waived],
    now: datetime,
) -> Standing:
    key = (service.pk, item.slug)
    if item.kind is Kind.PROOF:
        answer = answers.get(item.slug, {}).get(service.pk, _NOBODY)
        return by_proof(item=item, tier=service.tier, answer=answer, waived=waived.get(key), now=now)
    url = reverse("readiness-item", args=(service.name, item.slug))
    return by_evidence(item=item, tier=service.tier, given=given.get(key), waived=waived.get(key), now=now, url=url)


def _shown(standing: Standing, caller: Caller) -> Standing:
    if not hidden_from(standing=standing, caller=caller):
        return standing
    return replace(standing, text=standing.elsewhere or HIDDEN, url="")
