"""Changing a checklist: settings of one item, the team's own items, reminders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.readiness.domain.items import Kind
from reliability.readiness.forms.checklist import OwnItemForm, RuleForm, SettingsForm
from reliability.readiness.selectors.checklists import checklist_of
from reliability.readiness.services import checklists
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def item_edit(request: AccessRequest, team: str, item: str) -> HttpResponse:
    """Settings of a built-in item; all of a team's own."""
    owner = _editable(request, team)
    checklist = checklist_of(team=owner)
    found = checklist.item(item)
    data = request.POST if request.method == "POST" else None
    form: RuleForm
    if found.is_own:
        form = OwnItemForm(data, item=found, version=checklist.version)
    else:
        form = RuleForm(data, item=found, version=checklist.version)
    if form.is_valid():
        step: dict[str, Any] = {
            "caller": request.caller,
            "team": owner,
            "expected_revision": form.cleaned_data["revision"],
            "reason": form.cleaned_data["reason"],
            "now": timezone.now(),
        }
        try:
            if isinstance(form, OwnItemForm):
                checklists.put_own(own=form.own(slug=item), is_new=False, **step)
            else:
                checklists.set_rule(slug=item, rule=form.rule(), **step)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Saved: {found.title}.")
            return redirect("readiness-checklist", team)
    context = {"team": owner, "item": found, "form": form, "is_proof": found.kind is Kind.PROOF}
    return render(request, "readiness/rule_form.html", context, status=422 if form.errors else 200)


@each_method
def own_new(request: AccessRequest, team: str) -> HttpResponse:
    owner = _editable(request, team)
    checklist = checklist_of(team=owner)
    form = OwnItemForm(request.POST if request.method == "POST" else None, item=None, version=checklist.version)
    if form.is_valid():
        try:
            checklists.put_own(
                caller=request.caller,
                team=owner,
                own=form.own(slug=form.cleaned_data["slug"]),
                is_new=True,
                expected_revision=form.cleaned_data["revision"],
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Added: services of the team are asked for it from now on.")
            return redirect("readiness-checklist", team)
    context = {"team": owner, "item": None, "form": form, "is_proof": False}
    return render(request, "readiness/rule_form.html", context, status=422 if form.errors else 200)


@each_method
def own_remove(request: AccessRequest, team: str, item: str) -> HttpResponse:
    owner = _editable(request, team)
    found = checklist_of(team=owner).item(item)
    if not found.is_own:
        raise NotFound("a built-in item is switched off, not removed")
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            checklists.remove_own(
                caller=request.caller, team=owner, slug=item, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except Conflict as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Removed: {found.title}.")
            return redirect("readiness-checklist", team)
    context = {
        "title": f"Remove “{found.title}”?",
        "losses": ["services of the team are not asked for it any more"],
        "keeps": "Evidence that was given and every review keep it; the versions of the checklist say what it was.",
        "action": "Remove the item",
        "cancel_url": reverse("readiness-checklist", args=(team,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=409 if form.errors else 200)


@each_method
def settings_edit(request: AccessRequest, team: str) -> HttpResponse:
    owner = _editable(request, team)
    checklist = checklist_of(team=owner)
    names = list(checklist.row.channels.values_list("name", flat=True)) if checklist.row else []
    form = SettingsForm(
        request.POST if request.method == "POST" else None,
        channels=Channel.objects.filter(team=owner).order_by("title", "pk"),
        initial={
            "remind_days": checklist.remind_days,
            "review_days": checklist.review_days,
            "channels": names,
        },
    )
    if form.is_valid():
        try:
            checklists.configure(
                caller=request.caller,
                team=owner,
                remind_days=form.cleaned_data["remind_days"],
                review_days=form.cleaned_data["review_days"],
                channels=form.channel_names,
                now=timezone.now(),
            )
        except Invalid as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("readiness-checklist", team)
    context = {"team": owner, "form": form}
    return render(request, "readiness/settings_form.html", context, status=422 if form.errors else 200)


def _editable(request: AccessRequest, team: str) -> Team:
    owner = get_team(caller=request.caller, slug=team)
    require(caller=request.caller, team_id=owner.pk, role=Role.EDITOR)
    return owner
