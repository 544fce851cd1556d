"""What would be told to whom, when and how: computed for the preview, and again when it is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from incidents.stakeholders.domain.hours import hours_of, told_at
from incidents.stakeholders.domain.kinds import Audience, Mode
from incidents.stakeholders.domain.matching import Interest, why_not
from incidents.stakeholders.domain.wording import filled
from incidents.stakeholders.models import Stakeholder
from incidents.stakeholders.selectors.places import place_words, why_silent
from incidents.stakeholders.selectors.subjects import Subject, moment_words
from incidents.stakeholders.selectors.wordings import wording


@dataclass(frozen=True, slots=True)
class Asked:
    """What the composer is asked. group_ids: their members instead of those to whom it matters."""

    audiences: Sequence[Audience]
    group_ids: Sequence[int] = ()
    impact: str = ""
    next_update_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One who would be told. hour_at: when, at their hour. silent: why they are told nothing, blank when they are."""

    stakeholder: Stakeholder
    place: str
    hour_at: datetime
    hours_text: str
    silent: str


@dataclass(frozen=True, slots=True)
class Preview:
    """One audience, word for word."""

    audience: Audience
    subject: str
    text: str
    planned: list[Planned]


def compose(*, subject: Subject, asked: Asked, zone: ZoneInfo, now: datetime) -> list[Preview]:
    """A preview for each audience, in their order; those without anybody to tell, too."""
    values = dict(subject.values) | {
        "impact": asked.impact,
        "next_update": moment_words(asked.next_update_at, zone=zone) if asked.next_update_at else "",
    }
    people = who_matters(subject=subject, audiences=asked.audiences, group_ids=asked.group_ids)
    found = []
    for audience in dict.fromkeys(asked.audiences):
        words = wording(team_id=subject.team.pk, audience=audience, kind=subject.happening.kind).words
        planned = [plan_of(one, subject=subject, now=now) for one in people if one.audience == audience]
        found.append(
            Preview(
                audience,
                " ".join(filled(words.subject, values=values).split())[:160],
                filled(words.text, values=values),
                planned,
            )
        )
    return found


def who_matters(*, subject: Subject, audiences: Collection[Audience], group_ids: Collection[int]) -> list[Stakeholder]:
    """By name: members of the groups, or, without any, everybody to whom it matters."""
    rows: QuerySet[Stakeholder] = Stakeholder.objects.filter(
        team_id=subject.team.pk, audience__in=[one.value for one in audiences]
    )
    if group_ids:
        rows = rows.filter(groups__in=list(group_ids), groups__team_id=subject.team.pk).distinct()
    rows = rows.select_related("user", "channel").prefetch_related("services", "slos").order_by("name", "pk")
    return [one for one in rows if group_ids or not why_not(interest=interest_of(one), happening=subject.happening)]


def interest_of(stakeholder: Stakeholder) -> Interest:
    return Interest(
        frozenset(stakeholder.kinds),
        stakeholder.severity_max,
        frozenset(one.pk for one in stakeholder.services.all()),
        frozenset(one.pk for one in stakeholder.slos.all()),
    )


def plan_of(stakeholder: Stakeholder, *, subject: Subject, now: datetime) -> Planned:
    hour_at = hour_of(stakeholder, severity=subject.severity, mode=Mode.HOURS, now=now)
    return Planned(
        stakeholder,
        place_words(stakeholder),
        hour_at,
        moment_words(hour_at, zone=ZoneInfo(stakeholder.zone)) if hour_at > now else "",
        why_silent(stakeholder),
    )


def hour_of(stakeholder: Stakeholder, *, severity: int | None, mode: Mode, now: datetime) -> datetime:
    hours = hours_of(stored=stakeholder.hours, zone_name=stakeholder.zone, at_once=stakeholder.at_once)
    return told_at(hours=hours, mode=mode, severity=severity, now=now)
