"""What would go wrong with a policy some day: gaps, people who cannot be reached, steps that nobody hears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.oncall.domain.rota import Shift, gaps
from incidents.oncall.selectors.oncall import shifts
from incidents.oncall.selectors.people import without_role
from incidents.paging.domain.frozen import FrozenPolicy, FrozenStep, FrozenTarget, TargetKind
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.frozen import frozen_policy, masked
from incidents.paging.selectors.people import visible_ids
from incidents.paging.selectors.reach import Reach
from incidents.paging.selectors.rules import Preferences
from incidents.paging.selectors.targets import keys_of, visible_keys
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period

AHEAD = timedelta(days=30)
GAPS_MAX = 10
_NAMES_MAX = 8


class WarningKind(StrEnum):
    NO_STEPS = "no_steps"
    UNHEARD_STEP = "unheard_step"
    UNREACHABLE_TARGET = "unreachable_target"
    GAP = "gap"
    NO_CONTACT_METHOD = "no_contact_method"
    CANNOT_RESPOND = "cannot_respond"
    LATE_RULE = "late_rule"
    NO_LAST_RESORT = "no_last_resort"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWarning:
    """text: a sentence. step: its index, None when it is about the whole policy. gaps: the first of a schedule."""

    kind: WarningKind
    text: str
    step: int | None = None
    gaps: tuple[Period, ...] = ()

    @property
    def tone(self) -> str:
        return "info" if self.kind is WarningKind.NO_LAST_RESORT else "warn"


@dataclass(frozen=True, slots=True)
class _Heard:
    """Whom a target can reach within the period; words: why nobody; never the case for a channel that is on."""

    people: tuple[User, ...] = ()
    words: str = ""


def warnings_of(*, caller: Caller, policy: EscalationPolicy, now: datetime) -> list[PolicyWarning]:
    """Of the next 30 days, in a fixed number of queries."""
    frozen = frozen_policy(policy=policy)
    frozen = masked(frozen=frozen, visible=visible_keys(caller=caller, keys=keys_of(frozen)))
    period = Period(now, now + AHEAD)
    schedules = {target.id: target.name for target in _targets(frozen) if target.kind is TargetKind.SCHEDULE}
    by_schedule = shifts(schedule_ids=schedules, period=period)
    heard = _heard(frozen, policy.team_id, by_schedule, now)
    reach = Reach(frozen=frozen, team_id=policy.team_id)
    everybody = {user.pk: user for one in heard.values() for user in one.people}
    preferences = reach.preferences(everybody.values())
    shown = visible_ids(caller=caller, user_ids=set(everybody))
    return [
        *_of_steps(frozen, heard),
        *_of_gaps(schedules, by_schedule, period),
        *_of_contacts([preferences[pk] for pk in everybody], shown),
        *_of_roles(heard, policy.team_id, shown),
        *_of_rules(frozen, heard, preferences, shown),
        *_of_last_resort(frozen),
    ]


def _heard(
    frozen: FrozenPolicy, team_id: int, by_schedule: Mapping[int, Sequence[Shift]], now: datetime
) -> dict[FrozenTarget, _Heard]:
    user_ids = {shift.user_id for found in by_schedule.values() for shift in found}
    on_duty = {pk: user for pk, user in User.objects.in_bulk(user_ids).items() if user.is_active}
    reach = Reach(frozen=frozen, team_id=team_id)
    found = {}
    for target in _targets(frozen):
        if target.kind is TargetKind.SCHEDULE:
            ids = dict.fromkeys(shift.user_id for shift in by_schedule[target.id])
            people = tuple(on_duty[pk] for pk in ids if pk in on_duty)
            words = "" if people else f"no one is on call in {target.name} within the next {AHEAD.days} days"
            found[target] = _Heard(people, words)
        else:
            reached = reach.of(target, at=now)
            people = tuple(recipient.user for recipient in reached.recipients if recipient.user)
            found[target] = _Heard(people, reached.unheard)
    return found


def _of_steps(frozen: FrozenPolicy, heard: Mapping[FrozenTarget, _Heard]) -> Iterator[PolicyWarning]:
    if not frozen.steps:
        yield PolicyWarning(kind=WarningKind.NO_STEPS, text="There is no step: the last resort is told at once.")
    for index, step in enumerate(frozen.steps):
        words = [heard[target].words for target in step.targets if heard[target].words]
        if len(words) == len(step.targets):
            text = f"Step {index + 1} reaches nobody: {'; '.join(words)}."
            yield PolicyWarning(kind=WarningKind.UNHEARD_STEP, text=text, step=index)
        else:
            for sentence in words:
                text = f"Step {index + 1}: {sentence}."
                yield PolicyWarning(kind=WarningKind.UNREACHABLE_TARGET, text=text, step=index)


def _of_gaps(
    schedules: Mapping[int, str], by_schedule: Mapping[int, Sequence[Shift]], period: Period
) -> Iterator[PolicyWarning]:
    for schedule_id, name in schedules.items():
        found = gaps(shifts=by_schedule[schedule_id], period=period)
        if not found or not by_schedule[schedule_id]:
            continue
        lasting = humanize_duration(sum((gap.length for gap in found), timedelta()))
        times = "once" if len(found) == 1 else f"{len(found)} times"
        text = f"No one is on call in {name} {times} within the next {AHEAD.days} days, {lasting} in all."
        yield PolicyWarning(kind=WarningKind.GAP, text=text, gaps=tuple(found[:GAPS_MAX]))


def _of_contacts(people: Iterable[Preferences], shown: set[int]) -> Iterator[PolicyWarning]:
    without = [person.user for person in people if not person.methods]
    if without:
        one = len(without) == 1
        text = (
            f"{_names(without, shown)} {'has' if one else 'have'} no verified contact method: "
            f"only a mail to the sign-in address reaches them."
        )
        yield PolicyWarning(kind=WarningKind.NO_CONTACT_METHOD, text=text)


def _of_roles(heard: Mapping[FrozenTarget, _Heard], team_id: int, shown: set[int]) -> Iterator[PolicyWarning]:
    """Of people by name and on call; those of a team are its responders."""
    people = {
        user.pk: user for target, one in heard.items() if target.kind is not TargetKind.TEAM for user in one.people
    }
    unable = without_role(user_ids=people.keys(), team_ids=[team_id])
    if unable:
        text = (
            f"{_names([people[pk] for pk in people if pk in unable], shown)} "
            f"{'has' if len(unable) == 1 else 'have'} no role of responder in the policy's team: "
            "paged, they may acknowledge and resolve, and nothing else."
        )
        yield PolicyWarning(kind=WarningKind.CANNOT_RESPOND, text=text)


def _of_rules(
    frozen: FrozenPolicy,
    heard: Mapping[FrozenTarget, _Heard],
    preferences: Mapping[int, Preferences],
    shown: set[int],
) -> Iterator[PolicyWarning]:
    """Those whose own first rule waits longer than the step does: the next step is told before them."""
    for index, step in enumerate(frozen.steps):
        people = {user.pk: user for target in step.targets for user in heard[target].people}
        late = [user for user in people.values() if _first_delay(preferences[user.pk]) >= step.delay]
        if late:
            minutes = humanize_duration(step.delay)
            text = (
                f"The own rules of {_names(late, shown)} wait as long as step {index + 1} ({minutes}) or longer: "
                "the step after is told before them."
            )
            yield PolicyWarning(kind=WarningKind.LATE_RULE, text=text, step=index)


def _of_last_resort(frozen: FrozenPolicy) -> Iterator[PolicyWarning]:
    if frozen.last_resort is None:
        text = "No last resort is set: the administrators of the team are told when no step is acknowledged."
        yield PolicyWarning(kind=WarningKind.NO_LAST_RESORT, text=text)


def _first_delay(person: Preferences) -> timedelta:
    known = {method.pk for method in person.methods}
    delays = [rule.delay for rule in person.rules if rule.urgency is Urgency.URGENT and rule.contact_method_id in known]
    return min(delays, default=timedelta())


def _targets(frozen: FrozenPolicy) -> list[FrozenTarget]:
    steps: list[FrozenStep] = [*frozen.steps, *([frozen.last_resort] if frozen.last_resort else [])]
    return [target for step in steps for target in step.targets]


def _names(people: Sequence[User], shown: set[int]) -> str:
    names = [str(user) for user in people if user.pk in shown][:_NAMES_MAX]
    if len(people) > len(names):
        rest = len(people) - len(names)
        names.append(f"{rest} more" if names else f"{rest} {'person' if rest == 1 else 'people'} that you cannot see")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
