"""Creating, changing and deleting a schedule on pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.oncall.domain.grid import bars_of
from incidents.oncall.domain.rota import Version, final_shifts
from incidents.oncall.forms.schedule import PEOPLE_ROWS_SPARE, LayerForm, ScheduleForm, initial_of
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.people import candidates, participants, without_role
from incidents.oncall.selectors.schedules import named_users
from incidents.oncall.selectors.schedules import schedule as get_schedule
from incidents.oncall.services import definitions, schedules
from incidents.oncall.services.schedules import ScheduleDraft
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team, User
from reliability.access.requests import AccessRequest, person_of
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.kit.instants import EPOCH
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.refusals import show_refusal

LAYERS_FORM_MAX = 50
PREVIEW_DAYS = 28


@require_http_methods(["GET", "HEAD", "POST"])
def schedule_new(request: AccessRequest) -> HttpResponse:
    if not writable_teams(caller=request.caller, role=Role.EDITOR).exists():
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def schedule_edit(request: AccessRequest, slug: str) -> HttpResponse:
    schedule = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=schedule.team_id, role=Role.EDITOR)
    return _edit(request, schedule)


@require_http_methods(["GET", "HEAD", "POST"])
def schedule_delete(request: AccessRequest, slug: str) -> HttpResponse:
    """Names what is lost and asks why."""
    schedule = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=schedule.team_id, role=Role.EDITOR)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            schedules.delete(
                caller=request.caller, schedule=schedule, now=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except Conflict as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Deleted the schedule {schedule}.")
            return redirect("oncall-board")
    losses = [
        f"{schedule.versions.count()} versions of its layers, and with them who was on call when",
        f"{schedule.overrides.count()} overrides and {schedule.swaps.count()} swaps",
        "its calendar addresses: calendars that subscribed to it stop",
    ]
    context = {
        "title": f"Delete the schedule {schedule}?",
        "form": form,
        "losses": losses,
        "keeps": "The audit trail keeps its last definition. Notifications that were sent stay.",
        "action": "Delete the schedule",
        "cancel_url": reverse("oncall-schedule", args=(schedule.slug,)),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _edit(request: AccessRequest, schedule: Schedule | None) -> HttpResponse:
    """GET shows the form, POST saves, previews, or gives it back with more rows, as the pressed button says."""
    teams = writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")
    people = _people(request, schedule, teams)
    if request.method != "POST":
        return _show(request, schedule, *_stored_forms(request, schedule, teams, people))
    act = request.POST.get("act", "save")
    count = min(max(_number(request.POST.get("layers")), 0), LAYERS_FORM_MAX)
    more = _number(act.removeprefix("people-")) if act.startswith("people-") else -1
    form = ScheduleForm(request.POST, teams=teams, is_new=schedule is None)
    layers = [
        LayerForm(
            request.POST,
            prefix=f"layer-{number}",
            people=people,
            spare=PEOPLE_ROWS_SPARE + (4 if number == more else 0),
        )
        for number in range(count)
    ]
    if act == "layer":
        layers.append(_blank_layer(request, count, people, priority=0))
    if act not in ("save", "preview"):
        return _show(request, schedule, form, layers, is_draft=True)
    kept = [layer for layer in layers if not request.POST.get(f"{layer.prefix}-remove")]
    is_valid = all([form.is_valid(), *(layer.is_valid() for layer in kept)])
    preview = None
    if is_valid:
        try:
            if act == "preview":
                preview = _preview(request, schedule, form, kept)
            else:
                stored = _save(request, schedule, form, kept)
                messages.success(request, f"Saved {stored}.")
                return redirect("oncall-schedule", stored.slug)
        except (Invalid, Conflict) as problem:
            _place(form, kept, problem)
    return _show(request, schedule, form, kept if act == "save" else layers, preview=preview)


def _save(request: AccessRequest, schedule: Schedule | None, form: ScheduleForm, layers: list[LayerForm]) -> Schedule:
    draft, data = _draft(form, layers), form.cleaned_data
    if schedule is None:
        return schedules.create(caller=request.caller, draft=draft, now=timezone.now()).schedule
    return schedules.update(
        caller=request.caller,
        schedule=schedule,
        draft=draft,
        now=timezone.now(),
        reason=data["reason"],
        effective_from=data["effective_from"],
        expected_revision=_number(request.POST.get("revision")) or None,
    ).schedule


def _draft(form: ScheduleForm, layers: list[LayerForm]) -> ScheduleDraft:
    data = form.cleaned_data
    return ScheduleDraft(
        slug=data["slug"],
        team_id=data["team"].pk,
        title=data["title"],
        description=data["description"],
        notice_minutes=data["notice_minutes"],
        definition={"time_zone": data["time_zone"], "layers": [layer.written() for layer in layers]},
    )


def _preview(
    request: AccessRequest, schedule: Schedule | None, form: ScheduleForm, layers: list[LayerForm]
) -> dict[str, Any]:
    """The next four weeks as the layers typed would have them, without overrides."""
    draft = _draft(form, layers)
    named = named_users(schedule=schedule) if schedule else set()
    definition = definitions.checked(
        caller=request.caller, team_id=draft.team_id, written=draft.definition, named=named
    )
    start = timezone.now().replace(minute=0, second=0, microsecond=0)
    period = Period(start, start + timedelta(days=PREVIEW_DAYS))
    shifts = final_shifts(versions=[Version(EPOCH, definition)], period=period)
    users = User.objects.in_bulk({shift.user_id for shift in shifts})
    colours = {user_id: number % 10 for number, user_id in enumerate(users)}
    return {"shifts": shifts, "bars": bars_of(shifts, period), "users": users, "colours": colours, "period": period}


def _place(form: ScheduleForm, layers: list[LayerForm], problem: Invalid | Conflict) -> None:
    """Errors of paths such as layers[1].rotation.start go to the field of that layer, others to the form."""
    rest: list[dict[str, Any]] = []
    for detail in problem.details or [{"message": problem.message}]:
        path = str(detail.get("field", ""))
        index, _, tail = path.removeprefix("layers[").partition("]")
        if path.startswith("layers[") and index.isdigit() and int(index) < len(layers):
            layer = layers[int(index)]
            name = tail.strip(".").removeprefix("rotation.").partition("[")[0].partition(".")[0]
            field = {"participants": "people", "restrictions": "hours"}.get(name, name)
            layer.add_error(field if field in layer.fields else None, str(detail["message"]))
        else:
            rest.append(detail)
    if rest or not problem.details:
        show_refusal(form, Invalid(problem.message, details=rest))
    elif not form.errors:
        form.add_error(None, "Not saved: a layer has something to change, marked below.")


def _show(
    request: AccessRequest,
    schedule: Schedule | None,
    form: ScheduleForm,
    layers: list[LayerForm],
    *,
    is_draft: bool = False,
    preview: dict[str, Any] | None = None,
) -> HttpResponse:
    has_errors = not is_draft and bool(form.is_bound and (form.errors or any(layer.errors for layer in layers)))
    for number, layer in enumerate(layers):
        if layer.is_bound and layer.prefix != f"layer-{number}":
            layers[number] = _renumbered(layer, number)
    context = {
        "schedule": schedule,
        "form": form,
        "layers": layers,
        "is_draft": is_draft,
        "preview": preview,
        "has_errors": has_errors,
        "without_role": _without_role(request, schedule, layers),
        "revision": request.POST.get("revision") or (schedule.revision if schedule else ""),
    }
    return render(request, "oncall/form.html", context, status=422 if has_errors else 200)


def _without_role(request: AccessRequest, schedule: Schedule | None, layers: list[LayerForm]) -> set[int]:
    """Who of those to choose from is no responder."""
    widgets: list[Any] = [layer.fields["people"].widget for layer in layers]
    teams = [schedule.team_id] if schedule else writable_teams(caller=request.caller).values_list("pk", flat=True)
    return without_role(user_ids={user.pk for widget in widgets for user in widget.people}, team_ids=list(teams))


def _renumbered(layer: LayerForm, number: int) -> LayerForm:
    """The same layer under the number it has after others were removed: its errors and values stay."""
    old, new = layer.prefix or "", f"layer-{number}"
    typed: Any = layer.data
    data = typed.copy()
    for name in [key for key in typed if key.startswith(f"{old}-")]:
        data.setlist(new + name[len(old) :], typed.getlist(name))
    widget: Any = layer.fields["people"].widget
    moved = LayerForm(data, prefix=new, people=widget.people)
    moved._errors = layer._errors  # type: ignore[attr-defined]  # by the names of the same fields
    return moved


def _stored_forms(
    request: AccessRequest, schedule: Schedule | None, teams: Any, people: list[User]
) -> tuple[ScheduleForm, list[LayerForm]]:
    if schedule is None:
        zone = person_of(request).time_zone or "UTC"
        form = ScheduleForm(teams=teams, is_new=True, initial={"time_zone": zone, "team": request.GET.get("team")})
        return form, [_blank_layer(request, 0, people, priority=1)]
    draft = schedules.draft_of(schedule=schedule)
    initial = {
        "title": draft.title,
        "slug": draft.slug,
        "team": schedule.team,
        "description": draft.description,
        "notice_minutes": draft.notice_minutes,
        "time_zone": draft.definition["time_zone"],
    }
    form = ScheduleForm(teams=teams | Team.objects.filter(pk=schedule.team_id), is_new=False, initial=initial)
    layers = [
        LayerForm(prefix=f"layer-{number}", people=people, initial=initial_of(layer))
        for number, layer in enumerate(draft.definition["layers"])
    ]
    return form, layers


def _blank_layer(request: AccessRequest, number: int, people: list[User], *, priority: int) -> LayerForm:
    today = timezone.localtime()
    monday = today - timedelta(days=today.weekday())
    names = ("Primary", "Secondary", "Third")
    initial = {
        "name": names[number] if number < len(names) else f"Layer {number + 1}",
        "priority": priority,
        "unit": "week",
        "length": 1,
        "start": f"{monday:%Y-%m-%d}T09:00",
    }
    return LayerForm(prefix=f"layer-{number}", people=people, initial=initial)


def _people(request: AccessRequest, schedule: Schedule | None, teams: Any) -> list[User]:
    """Members of the teams that the schedule may belong to; whose exactly is checked when it is saved."""
    if schedule is not None:
        named = named_users(schedule=schedule)
        return list(participants(caller=request.caller, team_id=schedule.team_id, named=named))
    found: dict[int, User] = {}
    for team in list(teams[:20]):
        found |= {user.pk: user for user in candidates(caller=request.caller, team_id=team.pk)}
    return sorted(found.values(), key=lambda user: (user.name, user.email))


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
