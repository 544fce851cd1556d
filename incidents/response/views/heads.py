"""The head of an incident: where it stands, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from incidents.response.domain.phases import OPEN, Phase, Status
from incidents.response.models import Incident, IncidentRole
from incidents.response.selectors.answering import answers_as_paged
from incidents.response.selectors.burning import firing_on
from incidents.response.views.folding import Folded, folded
from incidents.response.views.rows import lasts_text, severity_slug, status_slug
from incidents.response.views.told import Told, told_now
from reliability.access.domain.caller import Caller
from reliability.web.states import look_of

ROLE_TITLES = {
    IncidentRole.Role.COMMANDER.value: "Commander",
    IncidentRole.Role.COMMUNICATIONS.value: "Communications",
    IncidentRole.Role.SCRIBE.value: "Scribe",
    IncidentRole.Role.RESPONDER.value: "Responders",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A button: a form that posts `fields` to `url`, or, for is_form_page, the way to a page that asks more."""

    label: str
    url: str
    icon: str = ""
    words: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    is_form_page: bool = False


@dataclass(frozen=True, slots=True)
class PhaseStep:
    title: str
    is_here: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class RoleLine:
    title: str
    holder: str


@dataclass(frozen=True, slots=True)
class Target:
    """The incident this one went into; no address when the caller may not see it."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """is_answerer: who looks was paged without being a responder, and may answer that, no more."""

    tone: str
    severity: str
    status: str
    is_open: bool
    since: datetime
    since_iso: str
    since_words: str
    lasts: str
    phases: Sequence[PhaseStep]
    roles: Sequence[RoleLine]
    next: Action
    others: Sequence[Action]
    told: Told
    summary: Folded
    merged_into: Target | None = None
    is_answerer: bool = False


def head_of(incident: Incident, *, roles: Sequence[IncidentRole], caller: Caller, now: datetime) -> Head:
    """*roles* are those held now, with their people."""
    has_commander = any(role.role == IncidentRole.Role.COMMANDER for role in roles)
    severity = severity_slug(incident.severity)
    is_open = incident.status in OPEN
    burns_on = is_open and bool(firing_on(incident=incident))
    is_answerer = is_open and answers_as_paged(caller=caller, incident=incident)
    following = (
        answer_to_page(incident)
        if is_answerer
        else next_action(incident, has_commander=has_commander, burns_on=burns_on)
    )
    return Head(
        tone=look_of(severity).tone if is_open else "none",
        severity=severity,
        status=status_slug(incident),
        is_open=is_open,
        since=incident.started_at,
        since_iso=incident.started_at.isoformat(),
        since_words="Began",
        lasts=lasts_text(incident, now=now),
        phases=_phases(incident),
        roles=[RoleLine(title, _holders(slug, roles)) for slug, title in ROLE_TITLES.items() if slug != "responder"],
        next=following,
        others=_others(incident, has_commander=has_commander, burns_on=burns_on, is_answerer=is_answerer),
        told=told_now([incident])[incident.pk],
        summary=folded(incident.summary),
        merged_into=_target(incident, caller),
        is_answerer=is_answerer,
    )


def next_action(incident: Incident, *, has_commander: bool, burns_on: bool = False) -> Action:
    """What its state asks for first. burns_on: an objective of it still burns, so that resolving asks once more."""
    to = _address(incident)
    if incident.merged_into_id is not None:
        return Action("", "", words="It goes on in another incident.")
    if incident.status == Status.TRIGGERED:
        return Action("Acknowledge", to("acknowledge"), "check", "Nobody has it yet. Acknowledge to stop the paging.")
    if incident.status == Status.ACKNOWLEDGED and not has_commander:
        who = f"{incident.acknowledged_by_name} acknowledged" if incident.acknowledged_by_name else "It is acknowledged"
        return Action(
            "Take command", reverse("role-take", args=[incident.pk]), "crown",
            f"{who}. Nobody leads it yet.", {"role": IncidentRole.Role.COMMANDER.value},
        )  # fmt: skip
    if incident.status == Status.ACKNOWLEDGED and incident.mitigated_at is None:
        return Action(
            "Users are fine again", to("mitigate"), "check", "Say so when the pain has stopped, cause found or not."
        )
    if incident.status == Status.ACKNOWLEDGED and burns_on:
        words = "Users are fine again, but the budget still burns. It resolves itself when that has ended."
        return Action("Resolve", to("resolve"), "check", words, is_form_page=True)
    if incident.status == Status.ACKNOWLEDGED:
        return Action("Resolve", to("resolve"), "check", "Users are fine again. Resolve it when nothing is left to do.")
    if incident.status == Status.RESOLVED:
        return Action("Close", to("close"), "lock", "It is resolved. Close it with what it was.", is_form_page=True)
    return Action("", "", words=f"Closed as {incident.close_reason.replace('_', ' ') or 'over'}.")


def other_actions(incident: Incident, *, has_commander: bool, burns_on: bool = False) -> list[Action]:
    """What else is at hand: never the next action again."""
    to = _address(incident)
    if incident.merged_into_id is not None:
        return []
    if incident.status == Status.TRIGGERED:
        return [
            Action("Acknowledge and take command", to("acknowledge"), fields={"takes_command": "yes"}),
            Action("Resolve", to("resolve"), is_form_page=burns_on),
        ]
    if incident.status == Status.ACKNOWLEDGED:
        is_resolving = has_commander and incident.mitigated_at is not None
        resolving = [] if is_resolving else [Action("Resolve", to("resolve"), is_form_page=burns_on)]
        return [*resolving, Action("Give it back", to("unacknowledge"))]
    return [Action("Reopen", to("reopen"), is_form_page=True)]


def answer_to_page(incident: Incident) -> Action:
    """The next thing of somebody who was paged and is no responder of the team."""
    to = _address(incident)
    if incident.status == Status.TRIGGERED:
        return Action("Acknowledge", to("acknowledge"), "check", "You were paged. Acknowledge to stop the paging.")
    who = f"{incident.acknowledged_by_name} has it" if incident.acknowledged_by_name else "It is acknowledged"
    return Action("Resolve", to("resolve"), "check", f"{who}. Resolve it when nothing is left to do.")


def _others(incident: Incident, *, has_commander: bool, burns_on: bool, is_answerer: bool) -> list[Action]:
    if not is_answerer:
        return other_actions(incident, has_commander=has_commander, burns_on=burns_on)
    to = _address(incident)
    if incident.status == Status.TRIGGERED:
        return [Action("Resolve", to("resolve"))]
    return [Action("Give it back", to("unacknowledge"))]


def _address(incident: Incident) -> _Address:
    return _Address(incident.pk)


@dataclass(frozen=True, slots=True)
class _Address:
    number: int

    def __call__(self, action: str) -> str:
        return reverse(f"incident-{action}", args=[self.number])


def _phases(incident: Incident) -> list[PhaseStep]:
    order = list(Phase)
    here = order.index(Phase(incident.phase))
    return [PhaseStep(one.value.capitalize(), index == here, index < here) for index, one in enumerate(order)]


def _holders(slug: str, roles: Sequence[IncidentRole]) -> str:
    return ", ".join(str(role.user) for role in roles if role.role == slug)


def _target(incident: Incident, caller: Caller) -> Target | None:
    into = incident.merged_into
    if into is None:
        return None
    if not caller.may_read(into.team_id):
        return Target(f"#{into.pk}, which you may not see")
    return Target(f"#{into.pk} {into.title}", reverse("incident-detail", args=[into.pk]))
