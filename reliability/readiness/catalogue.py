"""What the catalogue proves of a service: registered here, since the catalogue lies below this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from reliability.catalog.domain.tier import TIER_WORDS
from reliability.catalog.models import Service
from reliability.readiness.domain.answers import Answer, met, not_met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof


def runbook_linked(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    return {
        one.pk: met(f"the runbook is {one.runbook_url}", reverse("service-detail", args=(one.name,)))
        if one.runbook_url
        else not_met("no runbook is linked", reverse("service-edit", args=(one.name,)), step="Link the runbook")
        for one in services
    }


def owner_and_tier(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """Every service has both, so what is asked is that somebody has said what it is: a description."""
    found = {}
    for one in services:
        owner = f"{one.team.name} owns it, tier {one.tier}: {TIER_WORDS[one.tier].split(':')[0].lower()}"
        if one.description.strip():
            found[one.pk] = met(owner, reverse("service-detail", args=(one.name,)))
        else:
            url = reverse("service-edit", args=(one.name,))
            found[one.pk] = not_met(f"{owner}; nothing says what it is", url, step="Describe the service")
    return found


register_proof(
    Proof(
        slug="owner-and-tier",
        title="It has an owner, a tier and a description",
        day=Day.DAY_0,
        why="What belongs to nobody is mended by nobody; the tier says what else it must have.",
        source="SRE, chapter 32: Production Readiness Review",
        source_url="https://sre.google/sre-book/evolving-sre-engagement-model/",
        check=owner_and_tier,
        order=10,
    )
)
register_proof(
    Proof(
        slug="runbook-linked",
        title="Its runbook is linked",
        day=Day.DAY_2,
        why="With a playbook people mend about three times as fast as without.",
        source="SRE, chapter 1: Introduction (emergency response)",
        source_url="https://sre.google/sre-book/introduction/",
        check=runbook_linked,
        tiers=(1, 2, 3),
        order=30,
    )
)
