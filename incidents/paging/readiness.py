"""What paging proves of the readiness of services: somebody is reached, and somebody is on call for the next days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.urls import reverse

from incidents.oncall.domain.rota import Shift, gaps
from incidents.oncall.selectors.oncall import shifts
from incidents.paging.domain.frozen import FrozenPolicy, FrozenStep, TargetKind
from incidents.paging.models import EscalationPolicy, ServicePolicy
from incidents.paging.selectors.frozen import frozen_policy
from incidents.paging.selectors.policies import with_targets
from incidents.paging.selectors.reach import Reach
from reliability.access.models import User
from reliability.catalog.models import Service
from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period
from reliability.readiness.domain.answers import Answer, met, not_met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof

AHEAD = timedelta(days=14)
_PEOPLE_ELSEWHERE = "a policy, schedule or person of a team that you cannot see decides it"


@dataclass(frozen=True)
class Chosen:
    """The policy that holds for a service."""

    policy: EscalationPolicy

    @cached_property
    def frozen(self) -> FrozenPolicy:
        return frozen_policy(policy=self.policy)

    @property
    def team_ids(self) -> set[int]:
        """Whose objects it names; a person's name is told by the policy's own team."""
        targets = [target for step in self.policy.steps.all() for target in step.targets.all()]
        named = [owned.team_id for one in targets for owned in (one.schedule, one.channel) if owned is not None]
        return {self.policy.team_id, *named, *(one.team_id for one in targets if one.team_id is not None)}

    @property
    def schedule_ids(self) -> list[int]:
        """Of every step, in their order: a step that nobody hears leaves to the next one at once."""
        targets = [target for step in self.frozen.steps for target in step.targets]
        return list(dict.fromkeys(target.id for target in targets if target.kind is TargetKind.SCHEDULE))


def policies_for(*, services: Sequence[Service]) -> dict[int, Chosen]:
    """The policy of each service, else its team's default; services without one are left out. Five queries."""
    own = dict(
        ServicePolicy.objects.filter(service__in=[one.pk for one in services]).values_list("service_id", "policy_id")
    )
    team_ids = {one.team_id for one in services if one.pk not in own}
    wanted = EscalationPolicy.objects.filter(pk__in=own.values()) | EscalationPolicy.objects.filter(
        team__in=team_ids, is_team_default=True
    )
    policies = {policy.pk: Chosen(policy) for policy in with_targets(wanted)}
    defaults = {one.policy.team_id: one for one in policies.values() if one.policy.is_team_default}
    found = {one.pk: policies.get(own[one.pk]) if one.pk in own else defaults.get(one.team_id) for one in services}
    return {pk: chosen for pk, chosen in found.items() if chosen is not None}


def somebody_reached(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """If it fired at this moment, some step of the policy would tell a person or a channel."""
    chosen = policies_for(services=services)
    steps = tuple(step for one in chosen.values() for step in one.frozen.steps)
    together = FrozenPolicy(slug="", title="", steps=steps)
    reach = Reach(frozen=together, team_id=0)  # read once for all of them; nobody asks for administrators
    answers = {one.policy.pk: _reached(one, reach, now) for one in chosen.values()}
    return {
        one.pk: answers[chosen[one.pk].policy.pk]
        if one.pk in chosen
        else not_met(
            "no escalation policy: only the administrators of the team are told",
            f"{reverse('escalation-policy-new')}?team={one.team.slug}",
            step="Say who is told",
        )
        for one in services
    }


def on_call_without_gaps(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """Somebody with an active account is on call at each moment of the next fourteen days."""
    chosen = policies_for(services=services)
    period = Period(now, now + AHEAD)
    ahead = shifts(schedule_ids={pk for one in chosen.values() for pk in one.schedule_ids}, period=period)
    user_ids = {shift.user_id for found in ahead.values() for shift in found}
    active = set(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", flat=True))
    answers = {one.policy.pk: _covered(one, ahead, active, period) for one in chosen.values()}
    return {
        one.pk: answers[chosen[one.pk].policy.pk]
        if one.pk in chosen
        else not_met("no escalation policy names a schedule", reverse("oncall-board"), step="Say who is on call")
        for one in services
    }


def _reached(chosen: Chosen, reach: Reach, now: datetime) -> Answer:
    policy = chosen.policy
    url = reverse("escalation-policy", args=(policy.slug,))
    unheard: list[str] = []
    for number, step in enumerate(chosen.frozen.steps, start=1):
        people, channels, silent = _of_step(step, reach, now)
        unheard += silent
        if people or channels:
            methods = reach.preferences(people)
            verified = sum(bool(methods[user.pk].methods) for user in people)
            told = [f"{len(people)} {'person' if len(people) == 1 else 'people'}"] if people else []
            told += [f"{channels} channel{'' if channels == 1 else 's'}"] if channels else []
            words = f"“{policy}” reaches {' and '.join(told)} by step {number} at this moment"
            if people and not verified:
                words += ", only by mail to the sign-in address"
            return met(words, url, team_ids=chosen.team_ids, elsewhere=_PEOPLE_ELSEWHERE)
    why = "; ".join(dict.fromkeys(unheard)) or "it has no steps"
    return not_met(
        f"“{policy}” reaches nobody at this moment: {why}"[:500],
        url,
        step="Mend the policy",
        team_ids=chosen.team_ids,
        elsewhere=_PEOPLE_ELSEWHERE,
    )


def _of_step(step: FrozenStep, reach: Reach, now: datetime) -> tuple[list[User], int, list[str]]:
    found = [reach.of(target, at=now) for target in step.targets]
    recipients = [recipient for one in found for recipient in one.recipients]
    people = {recipient.user.pk: recipient.user for recipient in recipients if recipient.user is not None}
    channels = {recipient.channel.pk for recipient in recipients if recipient.channel is not None}
    return list(people.values()), len(channels), [one.unheard for one in found if one.unheard]


def _covered(chosen: Chosen, ahead: Mapping[int, Sequence[Shift]], active: set[int], period: Period) -> Answer:
    policy, ids = chosen.policy, chosen.schedule_ids
    if not ids:
        url = reverse("escalation-policy", args=(policy.slug,))
        words = f"“{policy}” names no schedule: whoever it tells is never off duty"
        return not_met(words, url, step="Name a schedule", team_ids=chosen.team_ids, elsewhere=_PEOPLE_ELSEWHERE)
    schedules = {
        target.schedule.pk: target.schedule
        for step in policy.steps.all()
        for target in step.targets.all()
        if target.schedule is not None
    }
    titles = " or ".join(schedules[pk].title for pk in ids)
    url = reverse("oncall-schedule", args=(schedules[ids[0]].slug,))
    together = sorted(shift for pk in ids for shift in ahead[pk] if shift.user_id in active)
    found = gaps(shifts=together, period=period)
    if not found:
        words = f"somebody is on call in {titles} until {period.end:%Y-%m-%d %H:%M} UTC without a gap"
        return met(words, url, team_ids=chosen.team_ids, elsewhere=_PEOPLE_ELSEWHERE)
    lasting = humanize_duration(sum((gap.length for gap in found), timedelta()))
    times = "once" if len(found) == 1 else f"{len(found)} times"
    words = (
        f"nobody is on call in {titles} {times} within {AHEAD.days} days, {lasting} in all; "
        f"first from {found[0].start:%Y-%m-%d %H:%M} UTC"
    )
    return not_met(words, url, step="Close the gap", team_ids=chosen.team_ids, elsewhere=_PEOPLE_ELSEWHERE)


register_proof(
    Proof(
        slug="escalation-reaches",
        title="Its escalation policy reaches somebody",
        day=Day.DAY_2,
        why="An alert that nobody gets is a log line.",
        source="SRE, chapter 11: Being On-Call",
        source_url="https://sre.google/sre-book/being-on-call/",
        check=somebody_reached,
        tiers=(1, 2, 3),
        order=10,
    )
)
register_proof(
    Proof(
        slug="on-call-covered",
        title="On call has no gap in the next 14 days",
        day=Day.DAY_2,
        why="Gaps are found by the incident that falls into them, unless somebody looks before.",
        source="SRE Workbook, chapter 8: On-Call",
        source_url="https://sre.google/workbook/on-call/",
        check=on_call_without_gaps,
        tiers=(1, 2),
        order=20,
    )
)
