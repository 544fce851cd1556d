"""How I am told: the rules and quiet hours of whoever is signed in, with what they mean at this moment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.paging.domain.urgency import Urgency
from incidents.paging.forms.rules import WEEKDAYS, QuietHoursForm, RuleForm
from incidents.paging.selectors.rules import preferences_of, quiet_hours_of, rules_of
from incidents.paging.services import rules
from reliability.access.requests import AccessRequest, person_of
from reliability.channels.selectors.contacts import all_of
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_safe
def notification_rules(request: AccessRequest) -> HttpResponse:
    return _page(request)


@require_POST
def rule_add(request: AccessRequest) -> HttpResponse:
    form = RuleForm(request.POST, methods=all_of(user_id=person_of(request).pk))
    if form.is_valid():
        fields = form.cleaned_data
        try:
            rules.add_rule(
                caller=request.caller,
                urgency=Urgency(fields["urgency"]),
                delay_minutes=fields["delay_minutes"],
                contact_method_id=fields["contact_method"].pk,
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The rule holds from now on.")
            return redirect("notification-rules")
    return _page(request, rule_form=form, status=422)


@require_POST
def rule_remove(request: AccessRequest, rule_id: int) -> HttpResponse:
    rules.remove_rule(caller=request.caller, rule_id=rule_id, now=timezone.now())
    messages.success(request, "The rule is taken away.")
    return redirect("notification-rules")


@require_http_methods(["POST"])
def quiet_hours(request: AccessRequest) -> HttpResponse:
    """`action=clear` takes them away."""
    if request.POST.get("action") == "clear":
        rules.clear_quiet_hours(caller=request.caller, now=timezone.now())
        messages.success(request, "No quiet hours any more: normal urgency is told at any hour.")
        return redirect("notification-rules")
    form = QuietHoursForm(request.POST)
    if form.is_valid():
        fields = form.cleaned_data
        try:
            rules.set_quiet_hours(
                caller=request.caller,
                start=fields["start"],
                end=fields["end"],
                weekdays=frozenset(fields["weekdays"]),
                now=timezone.now(),
            )
        except Invalid as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Quiet hours hold from now on.")
            return redirect("notification-rules")
    return _page(request, quiet_form=form, status=422)


def _page(
    request: AccessRequest,
    *,
    rule_form: RuleForm | None = None,
    quiet_form: QuietHoursForm | None = None,
    status: int = 200,
) -> HttpResponse:
    person = person_of(request)
    now = timezone.now()
    preferences = preferences_of(users=[person])[person.pk]
    stored = quiet_hours_of(user_id=person.pk)
    own = list(rules_of(user_id=person.pk))
    context: dict[str, Any] = {
        "person": person,
        "zone_name": preferences.zone_name,
        "rules": [
            {"urgency": urgency, "rules": [rule for rule in own if rule.urgency == urgency.value]}
            for urgency in Urgency
        ],
        "methods": preferences.methods,
        "reaching": {method.pk for method in preferences.methods},
        "previews": [
            {"urgency": urgency, "places": preferences.places(urgency=urgency, reached_at=now)} for urgency in Urgency
        ],
        "now": now,
        "quiet": stored,
        "quiet_days": ", ".join(WEEKDAYS[day] for day in stored.weekdays) if stored else "",
        "rule_form": rule_form or RuleForm(methods=all_of(user_id=person.pk)),
        "quiet_form": quiet_form or QuietHoursForm(initial=_initial(stored)),
    }
    return render(request, "paging/notification_rules.html", context, status=status)


def _initial(stored: Any) -> dict[str, Any]:
    if stored is None:
        return {"start": "22:00", "end": "07:00"}
    return {"start": stored.start, "end": stored.end, "weekdays": stored.weekdays}
