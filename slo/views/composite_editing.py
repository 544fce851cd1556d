"""Creating, editing and deleting composites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Conflict, Invalid, ProblemError
from slo.domain.composite_drafts import PartDraft
from slo.forms.change import ChangeForm
from slo.forms.composite import ROWS_MORE, CompositeForm, CompositeIdentityForm, PartForms, typed_rows
from slo.forms.deletion import DeletionForm
from slo.forms.window import initial_of_window
from slo.models import Composite, CompositePart, CompositeVersion, Slo
from slo.selectors.composites import get_composite, list_composites, newest_versions
from slo.selectors.slos import SloOrdering, list_slos
from slo.services import composites
from slo.services.composites import CompositeDraft
from slo.services.editing import require_editor_somewhere

NAMES_MAX = 2_000
ROWS_AT_FIRST = 4
_NESTED = "composite:"
_BOXES = ("has_page", "has_ticket")


@require_http_methods(["GET", "POST"])
def composite_new(request: AccessRequest) -> HttpResponse:
    """`?service=` and `?team=` fill in; `action=more` gives more rows for parts, `action=save` creates it."""
    require_editor_somewhere(caller=request.caller)
    given = {key: request.GET[key] for key in ("service", "team") if request.GET.get(key)}
    initial = {"time_zone": getattr(request.user, "time_zone", "UTC")} | given
    asked = _Forms.of(request, initial=initial, parts=[{} for _ in range(ROWS_AT_FIRST)])
    if asked.is_to_save:
        found = asked.drafted()
        if found is not None:
            try:
                composite = composites.create(caller=request.caller, draft=found, now=timezone.now())
            except (Invalid, Conflict) as problem:
                asked.take(problem)
            else:
                messages.success(request, f"{composite.title} is reckoned from the past of its parts, too.")
                return redirect("composite-detail", composite.name)
    return _page(request, asked)


@require_http_methods(["GET", "POST"])
def composite_edit(request: AccessRequest, name: str) -> HttpResponse:
    """A change of what is asked for makes a new version."""
    composite = get_composite(caller=request.caller, name=name)
    require(caller=request.caller, team_id=composite.team_id, role=Role.EDITOR)
    version = newest_versions(composite_ids=[composite.pk])[composite.pk]
    rows = [row for row in version.parts.all() if row.slo_id or row.nested_id]
    asked = _Forms.of(
        request,
        initial=_initial(composite, version, request.caller),
        parts=[*(_initial_part(row, request.caller) for row in rows), {}],
        composite=composite,
        rows=rows,
    )
    status = None
    if asked.is_to_save:
        found = asked.drafted()
        if found is not None and asked.change is not None:
            change = asked.change.cleaned_data
            try:
                composites.update(
                    caller=request.caller,
                    composite=composite,
                    draft=found,
                    now=timezone.now(),
                    reason=change["reason"],
                    effective_from=change["effective_from"] if change["effective"] == "past" else None,
                    expected_revision=change["based_on"],
                )
            except (Invalid, Conflict) as problem:
                asked.take(problem)
                status = problem.status
            else:
                messages.success(request, "The change is saved.")
                return redirect("composite-detail", composite.name)
    return _page(request, asked, composite=composite, status=status)


@require_http_methods(["GET", "POST"])
def composite_delete(request: AccessRequest, name: str) -> HttpResponse:
    """Names the losses and asks for the name; refused in words while another composite is made of it."""
    composite = get_composite(caller=request.caller, name=name)
    require(caller=request.caller, team_id=composite.team_id, role=Role.EDITOR)
    form = DeletionForm(request.POST or None, expected=composite.name)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            composites.delete(caller=request.caller, composite=composite, now=timezone.now(), reason=reason)
        except Conflict as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, f"{composite.title} is deleted.")
            return redirect("composite-list")
    context = {
        "title": f"Delete {composite.title}?",
        "form": form,
        "losses": composites.losses_of(composite=composite),
        "keeps": "The objectives it is made of stay, with their history.",
        "action": "Delete the composite",
        "cancel_url": reverse("composite-detail", args=[composite.name]),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of the page. rows: parts of the newest version, which `keep:<id>` names."""

    identity: CompositeIdentityForm
    objective: CompositeForm
    parts: Any
    change: ChangeForm | None
    caller: Caller
    rows: dict[int, CompositePart]
    is_to_save: bool

    @classmethod
    def of(
        cls,
        request: AccessRequest,
        *,
        initial: dict[str, Any],
        parts: list[dict[str, Any]],
        composite: Composite | None = None,
        rows: list[CompositePart] | None = None,
    ) -> _Forms:
        """Bound to what was sent, or showing *initial*. More rows show what was typed, and judge nothing."""
        is_more = request.POST.get("action") == "more"
        is_to_save = request.method == "POST" and not is_more
        data = request.POST if is_to_save else None
        if is_more:
            boxes = {name: name in request.POST for name in _BOXES}
            initial, parts = initial | request.POST.dict() | boxes, typed_rows(request.POST)
        return cls(
            CompositeIdentityForm(
                data,
                initial=initial,
                teams=writable_teams(caller=request.caller),
                services=list_services(caller=request.caller),
                is_new=composite is None,
                stored=composite.service if composite else None,
            ),
            CompositeForm(data, initial=initial),
            PartForms(data, initial=parts, prefix="parts"),
            ChangeForm(data, initial=initial) if composite else None,
            request.caller,
            {row.pk: row for row in rows or []},
            is_to_save,
        )

    def single(self) -> list[forms.Form]:
        return [one for one in (self.identity, self.objective, self.change) if one is not None]

    def drafted(self) -> CompositeDraft | None:
        """What the person asks for; None where a form has mistakes, which are marked at their fields."""
        is_valid = all([*(one.is_valid() for one in self.single()), self.parts.is_valid()])
        parts = self._parts() if self.parts.is_valid() else None
        if not is_valid or parts is None:
            return None
        identity, objective = self.identity.cleaned_data, self.objective.cleaned_data
        return CompositeDraft(
            name=identity["name"],
            title=identity["title"],
            team_id=identity["team"].pk,
            kind=objective["kind"],
            objective=objective["objective"],
            window=self.objective.window(),
            parts=parts,
            slice_minutes=objective["slice_minutes"],
            missing=objective["missing"],
            service_id=identity["service"].pk if identity["service"] else None,
            description=identity["description"],
            **{name: objective[name] for name in _BOXES},
        )

    def _parts(self) -> tuple[PartDraft, ...] | None:
        """The rows that name something, by two queries; None when one names nothing that there is."""
        filled = [form for form in self.parts if form.name]
        names = {form.name for form in filled}
        slos = dict(Slo.objects.readable_by(self.caller).filter(name__in=names).values_list("name", "pk"))
        wanted = {name.removeprefix(_NESTED) for name in names if name.startswith(_NESTED)}
        nested = dict(Composite.objects.readable_by(self.caller).filter(name__in=wanted).values_list("name", "pk"))
        found: list[PartDraft] = []
        for form in filled:
            kept = self.rows.get(_kept_id(form.name))
            slo_id = kept.slo_id if kept else slos.get(form.name)
            nested_id = kept.nested_id if kept else nested.get(form.name.removeprefix(_NESTED))
            if slo_id is None and (nested_id is None or not (kept or form.name.startswith(_NESTED))):
                form.add_error("part", "there is no such objective, or it is not yours to see: take one of the list")
                continue
            data = form.cleaned_data
            found.append(
                PartDraft(
                    slo_id=slo_id,
                    nested_id=nested_id if slo_id is None else None,
                    weight=data["weight"] or 1,
                    slice_target=data["slice_target"],
                    group=data["group"],
                )
            )
        return tuple(found) if len(found) == len(filled) else None

    def take(self, problem: ProblemError) -> None:
        """Show a refusal at the fields it speaks of; what has no field stands above the form."""
        filled = [form for form in self.parts if form.name]
        for detail in problem.details or [{"message": problem.message}]:
            field, message = str(detail.get("field") or ""), str(detail.get("message") or problem.message)
            head, _, rest = field.partition(".")
            place, _, own = rest.partition(".")
            if head == "parts" and place.isdigit() and int(place) < len(filled):
                form = filled[int(place)]
                form.add_error(own if own in form.fields else "part", message)
            elif head == "window":
                is_calendar = self.objective.data.get("window_kind") == "calendar"
                self.objective.add_error("start" if is_calendar else "rolling", message)
            else:
                owner = next((one for one in self.single() if field in one.fields), None)
                words = f"Parts: {message}" if head == "parts" else message
                (owner or self.objective).add_error(field if owner else None, words)

    @property
    def refusals(self) -> list[str]:
        return [str(error) for one in self.single() for error in one.non_field_errors()]

    @property
    def error_count(self) -> int:
        if not self.is_to_save:
            return 0
        return sum(len(one.errors) for one in self.single()) + sum(len(form.errors) for form in self.parts)


def _kept_id(name: str) -> int:
    text = name.removeprefix("keep:")
    return int(text) if name.startswith("keep:") and text.isdecimal() and len(text) < 19 else 0


def _initial(composite: Composite, version: CompositeVersion, caller: Caller) -> dict[str, Any]:
    service = visible(caller=caller, related=composite.service)
    return {
        "name": composite.name,
        "title": composite.title,
        "team": composite.team.slug,
        "service": service.name if service else "",
        "description": composite.description,
        "kind": version.kind,
        "objective": version.objective,
        "slice_minutes": version.slice_minutes,
        "missing": version.missing,
        **{name: getattr(composite, name) for name in _BOXES},
        "based_on": composite.revision,
        **initial_of_window(version.window),
    }


def _initial_part(row: CompositePart, caller: Caller) -> dict[str, Any]:
    slo = visible(caller=caller, related=row.slo)
    nested = visible(caller=caller, related=row.nested)
    name = slo.name if slo else f"{_NESTED}{nested.name}" if nested else f"keep:{row.pk}"
    return {"part": name, "weight": row.weight, "slice_target": row.slice_target, "group": row.group}


def _page(
    request: AccessRequest, asked: _Forms, *, composite: Composite | None = None, status: int | None = None
) -> HttpResponse:
    caller = request.caller
    slos = list_slos(caller=caller, ordering=SloOrdering.NAME).values_list("name", "title")[:NAMES_MAX]
    others = list_composites(caller=caller).exclude(pk=composite.pk if composite else 0)
    nested = others.values_list("name", "title")[:NAMES_MAX]
    context = {
        "forms": asked,
        "composite": composite,
        "heading": f"Edit {composite.title}" if composite else "New composite",
        "names": [*slos, *((f"{_NESTED}{name}", f"{title}, a composite") for name, title in nested)],
        "rows_more": ROWS_MORE,
    }
    code = status or (422 if asked.is_to_save else 200)
    return render(request, "slo/composite_form.html", context, status=code)
