"""What a caller may choose from when writing a policy, loaded once for all fields of the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from incidents.oncall.selectors.people import without_role
from incidents.paging.domain.frozen import TargetKind
from incidents.paging.domain.policies import TargetDraft
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.frozen import frozen_target
from incidents.paging.selectors.targets import HIDDEN_WORDS, choices, visible_keys
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.models import Service

_GROUPS = {
    TargetKind.SCHEDULE: "Schedules",
    TargetKind.USER: "Persons",
    TargetKind.TEAM: "Teams",
    TargetKind.CHANNEL: "Channels",
}
_NOUNS = {TargetKind.SCHEDULE: "On call in", TargetKind.TEAM: "Responders of", TargetKind.CHANNEL: "Channel"}
GroupedChoices = list[tuple[str, str | list[tuple[str, str]]]]


@dataclass(frozen=True)
class Choices:
    """targets: grouped choices of a select, from "schedule:4" to its words; teams, services: querysets.

    kept_service_ids: services that follow the policy and are not this caller's to take away.
    """

    targets: GroupedChoices
    teams: Any
    services: Any
    hidden: dict[str, TargetDraft] = field(default_factory=dict)
    kept_service_ids: frozenset[int] = frozenset()

    def target_of(self, value: str) -> TargetDraft:
        """The target behind a choice. Only for values of `targets`."""
        if value in self.hidden:
            return self.hidden[value]
        kind, _, pk = value.partition(":")
        return TargetDraft(TargetKind(kind), int(pk))

    def value_of(self, target: TargetDraft) -> str:
        """The choice that stands for *target*."""
        found = next((value for value, hidden in self.hidden.items() if hidden == target), None)
        return found or f"{target.kind.value}:{target.id}"


def choices_of(*, caller: Caller, policy: EscalationPolicy | None = None) -> Choices:
    """For a new policy, or for *policy*: what it names already is offered even where this caller may not see it."""
    groups: GroupedChoices = [("", "Choose whom to tell")]
    teams = writable_teams(caller=caller).order_by("name", "pk")
    team_ids = [policy.team_id] if policy else list(teams.values_list("pk", flat=True))
    for kind, title in _GROUPS.items():
        things = list(choices(caller=caller, kind=kind))
        ids = {one.pk for one in things} if kind is TargetKind.USER else set()
        unable = without_role(user_ids=ids, team_ids=team_ids) if ids else set()
        offered = [(f"{kind.value}:{one.pk}", _words(kind, one, is_able=one.pk not in unable)) for one in things]
        if offered:
            groups.append((title, offered))
    hidden = _hidden(caller, policy) if policy else {}
    if hidden:
        words = [(value, f"{HIDDEN_WORDS[target.kind]} (stays)") for value, target in hidden.items()]
        groups.append(("Named already", words))
    services = Service.objects.writable_by(caller).select_related("team").order_by("title", "pk")
    following = {chosen.service_id for chosen in policy.services.all()} if policy else set()
    kept = following - set(services.filter(pk__in=following).values_list("pk", flat=True))
    return Choices(groups, teams, services, hidden, frozenset(kept))


def _hidden(caller: Caller, policy: EscalationPolicy) -> dict[str, TargetDraft]:
    rows = [target for step in policy.steps.all() for target in step.targets.all()]
    named = {row.pk: frozen_target(row) for row in rows}
    offered = visible_keys(caller=caller, keys={(target.kind, target.id) for target in named.values()})
    inactive = {row.pk for row in rows if row.user is not None and not row.user.is_active}
    return {
        f"hidden:{pk}": TargetDraft(target.kind, target.id)
        for pk, target in named.items()
        if (target.kind, target.id) not in offered or pk in inactive
    }


def _words(kind: TargetKind, thing: Any, *, is_able: bool) -> str:
    if kind is TargetKind.USER:
        name = f"{thing.name} ({thing.email})" if thing.name else str(thing.email)
        return name if is_able else f"{name}, not a responder"
    return f"{_NOUNS[kind]} {thing}"
