"""Evidence, a waiver, a review and a checklist of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from reliability.catalog.models import Service
from reliability.readiness.models import Checklist, ChecklistVersion, Evidence, Review, Waiver
from tests.cast import Cast

MARK = "hidden-treasure"


def hidden_readiness(cast: Cast, service: Service) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of readiness; *service* is of Payments."""
    now = timezone.now()
    own = {"slug": "own-item", "title": f"{MARK} is so", "day": "day_1", "why": MARK, "tiers": [1, 2, 3, 4]}
    definition = {"items": {}, "own": [own]}
    checklist = Checklist.objects.create(
        team=cast.payments, definition=definition, created_at=now, updated_at=now, revision=1
    )
    ChecklistVersion.objects.create(
        checklist=checklist, number=1, definition=definition, created_at=now, author_name="Editor", reason=MARK
    )
    given = {"text": MARK, "happened_on": date(2026, 1, 1), "created_at": now, "author_name": "Editor"}
    evidence = Evidence.objects.create(service=service, item="own-item", **given)
    waiver = Waiver.objects.create(
        service=service,
        item="load-tested",
        reason=MARK,
        until_at=now + timedelta(days=9),
        created_at=now,
        author_name="Editor",
    )
    review = Review.objects.create(
        service=service,
        verdict="not_ready",
        reason=MARK,
        decided_at=now,
        author_name="Editor",
        tier=3,
        required=3,
        met=1,
        waived=0,
    )
    owner = {"team": cast.payments.slug, "slug": cast.payments.slug, "item": "own-item", "number": 1}
    name = {"name": service.name, "item": "own-item"}
    return {
        "readiness/checklists/": owner,
        "services/<slug:name>/readiness/": {**name, "pk": evidence.pk},
        "services/<slug:name>/readiness/waivers/": {**name, "pk": waiver.pk},
        "services/<slug:name>/readiness/reviews/": {**name, "pk": review.pk},
        "readiness/services/": {**name, "pk": evidence.pk},
        "readiness/services/<name>/waivers/": {**name, "pk": waiver.pk},
        "readiness/services/<name>/reviews/": {**name, "pk": review.pk},
    }
