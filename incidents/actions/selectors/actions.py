"""Actions as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from incidents.actions.domain.states import CLOSED, LIVE, TODO, State
from incidents.actions.models import Action, ActionNote
from incidents.response.models import Incident
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound

_WORDS_MAX = 8
NUMBER_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ActionFilters:
    """Empty fields do not filter. state: of State, "live", "todo" or "closed". overdue_on: the date of today; only
    what is still to be done and was due before it. service_name: the action's own, or one its incident touches.
    """

    text: str = ""
    team_slug: str = ""
    service_name: str = ""
    state: str = ""
    kind: str = ""
    priority: str = ""
    proof: str = ""
    owner_id: int | None = None
    incident_id: int | None = None
    source_kind: str = ""
    source_key: str = ""
    overdue_on: date | None = None


def list_actions(*, caller: Caller, filters: ActionFilters | None = None) -> QuerySet[Action]:
    """Readable ones: what can be done before what is closed; then the next due (without a date last), then priority.

    Team, owner, service, incident, experiment and objective are at hand; show the last four only as far as
    `visible(…)` allows.
    """
    found = _filtered(caller, filters or ActionFilters())
    is_closed = Case(
        When(state__in=[one.value for one in CLOSED], then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    is_dateless = Case(When(due_on=None, then=Value(1)), default=Value(0), output_field=IntegerField())
    ordered = _joined(found).annotate(is_closed=is_closed, is_dateless=is_dateless)
    return ordered.order_by("is_closed", F("closed_at").desc(), "is_dateless", "due_on", "priority_rank", "pk")


def action(*, caller: Caller, number: int) -> Action:
    """One readable action with everything at hand. Raises NotFound, for private ones of other teams, too."""
    readable: QuerySet[Action] = Action.objects.readable_by(caller)
    found = _joined(readable).filter(pk=min(number, NUMBER_MAX)).first()
    if found is None:
        raise NotFound(f"there is no action #{number}, or it is not yours to see")
    return found


def of_source(*, kind: str, key: str, caller: Caller | None = None) -> QuerySet[Action]:
    """Those that came from there, the oldest first. Without a caller those of every team: filter before showing."""
    found = Action.objects.filter(source_kind=kind, source_key=key)
    if caller is not None:
        found = found.readable_by(caller)
    return _joined(found).order_by("created_at", "pk")


def of_incident(*, caller: Caller, incident: Incident) -> QuerySet[Action]:
    """Readable ones, whatever they came from, the oldest first."""
    readable: QuerySet[Action] = Action.objects.readable_by(caller)
    return _joined(readable.filter(incident=incident)).order_by("created_at", "pk")


def history_of(*, action: Action) -> QuerySet[ActionNote]:
    """The newest first."""
    return action.notes.order_by("-at", "-pk")


def counts_by_state(*, caller: Caller, filters: ActionFilters) -> dict[State, int]:
    """How many there are in each state, whatever state the filters name."""
    found = _filtered(caller, replace(filters, state="", overdue_on=None))
    rows = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: rows.get(state.value, 0) for state in State}


def count_overdue(*, caller: Caller, filters: ActionFilters, today: date) -> int:
    return _filtered(caller, replace(filters, state="", overdue_on=today)).count()


def _joined(found: QuerySet[Action]) -> QuerySet[Action]:
    return found.select_related("team", "owner", "service", "incident", "experiment", "slo", "checker")


def _filtered(caller: Caller, wanted: ActionFilters) -> QuerySet[Action]:
    found: QuerySet[Action] = Action.objects.readable_by(caller)
    given = {
        "team__slug": wanted.team_slug,
        "kind": wanted.kind,
        "priority": wanted.priority,
        "proof": wanted.proof,
        "owner_id": wanted.owner_id,
        "incident_id": wanted.incident_id,
        "source_kind": wanted.source_kind,
        "source_key": wanted.source_key,
    }
    found = found.filter(**{name: value for name, value in given.items() if value not in ("", None)})
    for word in wanted.text.split()[:_WORDS_MAX]:
        found = found.filter(_word(word))
    groups = {"live": LIVE, "todo": TODO, "closed": CLOSED}
    if wanted.state in groups:
        found = found.filter(state__in=[one.value for one in groups[wanted.state]])
    elif wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.overdue_on is not None:
        found = found.filter(state__in=[one.value for one in TODO], due_on__lt=wanted.overdue_on)
    if wanted.service_name:
        services = Service.objects.readable_by(caller).filter(name=wanted.service_name)
        incidents = Incident.objects.readable_by(caller).filter(impacted_services__service__in=services)
        found = found.filter(Q(service__in=services) | Q(incident__in=incidents.values("pk")))
    return found


def _word(word: str) -> Q:
    wanted = Q(title__icontains=word) | Q(text__icontains=word) | Q(owner_name__icontains=word)
    number = word.removeprefix("#")
    return wanted | Q(pk=int(number)) if number.isascii() and number.isdigit() and len(number) <= 18 else wanted
