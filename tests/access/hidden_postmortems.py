"""A draft of the private team Payments with everything in it, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.postmortems.models import Factor, Postmortem, Section, Snapshot, TimelineItem, Version, Why
from incidents.response.models import Incident
from tests.cast import BEGINNING, Cast, IncidentFactory, ServiceFactory

MARK = "hidden-treasure"


def hidden_postmortems(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of postmortems."""
    incident = IncidentFactory(team=cast.payments, title=f"{MARK} broke", status="resolved", resolved_at=BEGINNING)
    undrafted: Incident = IncidentFactory(
        team=cast.payments, title=f"{MARK} undrafted", status="resolved", resolved_at=BEGINNING
    )
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-lost")
    row = Postmortem.objects.create(
        team=cast.payments,
        incident=incident,
        title=f"{MARK} postmortem",
        search_text=MARK,
        created_at=BEGINNING,
        updated_at=BEGINNING,
    )
    row.services.add(service)
    Section.objects.create(
        postmortem=row, slug=MARK, title=MARK, position=1, text=MARK, updated_at=BEGINNING, updated_by_name="Editor"
    )
    item = TimelineItem.objects.create(postmortem=row, at=BEGINNING, kind="written", text=MARK)
    factor = Factor.objects.create(postmortem=row, position=1, text=MARK, created_at=BEGINNING)
    why = Why.objects.create(postmortem=row, position=1, text=MARK, created_at=BEGINNING)
    Snapshot.objects.create(
        postmortem=row, kind="metrics", key="milestones", title=MARK, numbers={"ttd": 60}, taken_at=BEGINNING
    )
    version = Version.objects.create(
        postmortem=row, number=1, what="section", key=MARK, title=MARK, after=MARK, author_name="Editor", at=BEGINNING
    )
    arguments = {
        "number": row.pk,
        "slug": MARK,
        "factor_id": factor.pk,
        "why_id": why.pk,
        "item_id": item.pk,
        "version_id": version.pk,
        "ending": "md",
    }
    return {
        "postmortems/": arguments,
        "postmortems/settings/": {"team": cast.payments.slug},
        "postmortems/draft/": {"number": undrafted.pk},
        "postmortems/rates/": {"name": service.name},
    }
