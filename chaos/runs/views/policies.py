"""Guard policies: what each team and service asks of its runs, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.guards import Policy
from chaos.runs.domain.policy_fields import FIELDS, SECTIONS, PolicyField, Section
from chaos.runs.models import GuardPolicy
from chaos.runs.selectors.policies import channels_told, people_told, policies_of_teams, services_guarded
from chaos.runs.selectors.policies import written_policy as written
from chaos.runs.services.policies import InForce, in_force
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.selectors.teams import team as get_team
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import service as get_service
from reliability.web.pagination import page_of

PER_PAGE = 50
TEAMS_MAX = 30
TEXT_MAX = 100
_COLUMNS = {
    "approvals_needed": "Approvals",
    "budget_left_least": "Budget left",
    "notice_minutes": "Notice",
    "needs_on_call": "On call",
    "stop_burn_rate": "Burn stops it",
    "spend_most": "May spend",
}
_ORIGINS = {"own": "Its own", "team": "Its team's", "defaults": "Defaults"}


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list. subject: a team or a service."""

    subject: Team | Service
    url: str
    origin: str
    values: list[tuple[str, str, bool]]  # label, value, whether it differs from the default


@dataclass(frozen=True, slots=True)
class Line:
    """One field on the page of a policy. wider: what would hold without this policy."""

    field: PolicyField
    value: str
    wider: str

    @property
    def default(self) -> str:
        return self.field.text_of(self.field.default)

    @property
    def is_changed(self) -> bool:
        """From what would hold without it; of an inherited one, from the defaults."""
        return self.value != self.wider


@require_safe
def policy_list(request: AccessRequest) -> HttpResponse:
    """Teams and their services, each with what holds for its runs. Six queries."""
    text, team = (request.GET.get(name, "").replace("\0", "").strip()[:TEXT_MAX] for name in ("q", "team"))
    is_own = request.GET.get("own") == "1"
    services = services_guarded(caller=request.caller, text=text, team=team, is_own=is_own)
    page = page_of(request, services, per_page=PER_PAGE)
    every_team = list(readable_teams(caller=request.caller).order_by("name", "pk"))
    of_teams = policies_of_teams(teams=every_team)
    shown = [one for one in every_team if _is_wanted(one, text, team) and (not is_own or one.pk in of_teams)]
    context = {
        "tabs": tabs_for(request),
        "text": text,
        "team": team,
        "is_own": is_own,
        "is_narrowed": bool(text or team or is_own),
        "teams": every_team,
        "columns": list(_COLUMNS.values()),
        "team_rows": [_of_team(one, of_teams) for one in shown[:TEAMS_MAX]],
        "teams_left": max(len(shown) - TEAMS_MAX, 0),
        "page": page,
        "service_rows": [_of_service(one, of_teams) for one in page.object_list],
    }
    return render(request, "runs/policies.html", context)


@require_safe
def team_policy(request: AccessRequest, slug: str) -> HttpResponse:
    team = get_team(caller=request.caller, slug=slug)
    return render(request, "runs/policy.html", _page(request, team, None))


@require_safe
def service_policy(request: AccessRequest, name: str) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    return render(request, "runs/policy.html", _page(request, service.team, service))


def about(request: HttpRequest, team: Team, service: Service | None) -> dict[str, Any]:
    """What the pages of one policy have in common: whose it is, and its addresses."""
    kind, key = ("service", service.name) if service else ("team", team.slug)
    return {
        "tabs": tabs_for(request),
        "team": team,
        "service": service,
        "subject": service.title if service else team.name,
        "kind": kind,
        "policy_url": reverse(f"guard-policy-{kind}", args=[key]),
        "edit_url": reverse(f"guard-policy-{kind}-edit", args=[key]),
        "remove_url": reverse(f"guard-policy-{kind}-remove", args=[key]),
    }


def _page(request: AccessRequest, team: Team, service: Service | None) -> dict[str, Any]:
    found = in_force(team_id=team.pk, service_id=service.pk if service else None)
    is_own = found.origin == ("service" if service else "team")
    wider = in_force(team_id=team.pk, service_id=None) if service and is_own else InForce(Policy(), None)
    row = None if found.row is None else written(team=team, service=service if found.row.service_id else None)
    return {
        **about(request, team, service),
        "origin": found.origin,
        "is_own": is_own,
        "wider_origin": wider.origin,
        "row": row,
        "channels": channels_told(row=row) if row else [],
        "people": people_told(row=row) if row else [],
        "sections": [(section, _lines(section, found.policy, wider.policy)) for section in SECTIONS],
        "may_edit": request.caller.may(team.pk, Role.EDITOR),
        "may_audit": request.caller.may(team.pk, Role.ADMINISTRATOR),
        "own_services": [] if service else _own_services(request, team),
    }


def _own_services(request: AccessRequest, team: Team) -> list[Service]:
    return list(services_guarded(caller=request.caller, team=team.slug, is_own=True)[:TEAMS_MAX])


def _lines(section: Section, policy: Policy, wider: Policy) -> list[Line]:
    return [
        Line(one, one.text_of(getattr(policy, one.name)), one.text_of(getattr(wider, one.name)))
        for one in section.fields
    ]


def _is_wanted(team: Team, text: str, slug: str) -> bool:
    return (not slug or team.slug == slug) and text.lower() in f"{team.name} {team.slug}".lower()


def _of_team(team: Team, of_teams: dict[int, GuardPolicy]) -> Summary:
    return _summary(team, reverse("guard-policy-team", args=[team.slug]), of_teams.get(team.pk), "own")


def _of_service(service: Service, of_teams: dict[int, GuardPolicy]) -> Summary:
    own: GuardPolicy | None = getattr(service, "guard_policy", None)
    url = reverse("guard-policy-service", args=[service.name])
    return _summary(service, url, own or of_teams.get(service.team_id), "own" if own else "team")


def _summary(subject: Team | Service, url: str, row: GuardPolicy | None, origin: str) -> Summary:
    policy = row.as_value() if row else Policy()
    origin_words = _ORIGINS[origin if row else "defaults"]
    values = [
        (words, FIELDS[name].text_of(getattr(policy, name)), getattr(policy, name) != FIELDS[name].default)
        for name, words in _COLUMNS.items()
    ]
    return Summary(subject, url, origin_words, values)
