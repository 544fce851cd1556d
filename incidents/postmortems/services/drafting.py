"""A postmortem drafted from its incident: timeline, impact, charts, metrics and suspects are there before the first
word is written."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.postmortems.domain.due import DUE_AFTER
from incidents.postmortems.domain.sections import SECTIONS
from incidents.postmortems.models import Postmortem, Section
from incidents.postmortems.services import evidence, reminding, timeline
from incidents.postmortems.services.changing import KIND, Change, changed, keep_versions, locked, name_of
from incidents.postmortems.services.search_text import search_text_of
from incidents.response.domain.phases import CloseReason
from incidents.response.models import ImpactedService, Incident
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.web.errors import Conflict

MILESTONES = ("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at")


@transaction.atomic
def draft_from(*, caller: Caller, incident: Incident, now: datetime) -> Postmortem:
    """The draft of the incident's postmortem; the one there is when it was drafted before.

    Raises NotFound, Forbidden (responders of the team), Conflict for incidents that are another one's.
    """
    require(caller=caller, team_id=incident.team_id, role=Role.RESPONDER)
    incident = Incident.objects.select_for_update(no_key=True).select_related("team").get(pk=incident.pk)
    known: Postmortem | None = Postmortem.objects.filter(incident=incident).first()
    if known is not None:
        return known
    _check(incident)
    postmortem = Postmortem(
        team=incident.team,
        incident=incident,
        title=incident.title,
        created_at=now,
        created_by_name=caller.name[:160],
        updated_at=now,
        updated_by_name=caller.name[:160],
    )
    take_milestones(postmortem)
    postmortem.save(force_insert=True)
    postmortem.services.set(_services_of(incident))
    add_sections(caller=caller, postmortem=postmortem, texts={"summary": incident.summary}, now=now)
    timeline.take_over(postmortem=postmortem)
    evidence.take(caller=caller, postmortem=postmortem, now=now)
    postmortem.search_text = search_text_of(postmortem=postmortem)
    postmortem.save(update_fields=("search_text",))
    audit.record(
        caller=caller,
        action="postmortem.create",
        object_kind=KIND,
        object_name=name_of(postmortem),
        team_id=postmortem.team_id,
        now=now,
        changes={"incident": [None, incident.pk]},
    )
    reminding.begin(incident_id=incident.pk, now=now)
    return postmortem


@transaction.atomic
def refresh(*, caller: Caller, postmortem: Postmortem, now: datetime) -> int:
    """Later entries of the incident's timeline, its milestones as they are now, and the numbers of its objectives.

    What people wrote, selected and annotated stays as it is. Returns how many entries were added. Raises NotFound,
    Forbidden, Conflict for a postmortem without an incident.
    """
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    if row.incident is None:
        raise Conflict("it was imported and has no incident: write its timeline by hand", reason="no_incident")
    added = timeline.take_over(postmortem=row)
    before = milestone_words(row)
    take_milestones(row)
    evidence.take(caller=caller, postmortem=row, now=now)
    after = milestone_words(row)
    note = f"{added} entries of the timeline added" if added != 1 else "one entry of the timeline added"
    change = Change(what="import", title="Taken over from the incident", before=before, after=after, note=note)
    changed(caller=caller, postmortem=row, changes=[change], now=now, fields=("severity", "due_at", *MILESTONES))
    return added


def take_milestones(postmortem: Postmortem) -> None:
    """Those of the incident, its severity, and when the postmortem is due by them. Not saved."""
    incident = postmortem.incident
    if incident is None:
        return
    for name in MILESTONES:
        setattr(postmortem, name, getattr(incident, name))
    postmortem.severity = incident.severity
    over_at = incident.resolved_at or incident.closed_at
    postmortem.due_at = None if over_at is None else over_at + DUE_AFTER


def milestone_words(postmortem: Postmortem) -> str:
    found = [(name.removesuffix("_at"), getattr(postmortem, name)) for name in MILESTONES]
    return "\n".join(f"{name} {at:%Y-%m-%d %H:%M:%S} UTC" for name, at in found if at is not None)


def add_sections(*, caller: Caller, postmortem: Postmortem, texts: dict[str, str], now: datetime) -> None:
    """Every section of a new postmortem, empty where *texts* (by slug) has none, with its first version."""
    sections = [
        Section(
            postmortem=postmortem,
            slug=kind.slug,
            title=kind.title,
            position=number,
            text=texts.get(kind.slug, "").replace("\r\n", "\n").strip(),
            updated_at=now,
            updated_by_name=caller.name[:160],
        )
        for number, kind in enumerate(SECTIONS, start=1)
    ]
    Section.objects.bulk_create(sections)
    first = [Change("section", one.title, "", one.text, key=one.slug, revision=1, note="drafted") for one in sections]
    keep_versions(caller=caller, postmortem=postmortem, changes=first, now=now)


def _services_of(incident: Incident) -> list[Service]:
    """Those a reader of the team may know of."""
    named = ImpactedService.objects.filter(incident=incident).select_related("service__team")
    found = [row.service for row in named.order_by("pk")]
    return [one for one in found if one.team_id == incident.team_id or not one.team.is_private]


def _check(incident: Incident) -> None:
    if incident.merged_into_id is not None:
        message = f"the incident was merged into #{incident.merged_into_id}: draft the postmortem there"
        raise Conflict(message, reason="merged")
    if incident.close_reason == CloseReason.DUPLICATE:
        raise Conflict("the incident was closed as a duplicate: draft the postmortem of the other", reason="duplicate")
