"""How the signed-in person is reached: pages below the own profile."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reliability.access.requests import AccessRequest, person_of
from reliability.channels.domain.outcome import Outcome
from reliability.channels.forms.contact import CodeForm, ContactForm
from reliability.channels.kinds.registry import kind_of, person_kinds
from reliability.channels.models import ContactMethod
from reliability.channels.selectors.contacts import all_of, contact
from reliability.channels.services import contacts
from reliability.channels.views.answers import answer_of, place_mistakes, standing
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_safe
def contact_list(request: AccessRequest) -> HttpResponse:
    person = person_of(request)
    rows = [
        {"method": method, "kind": kind_of(method.kind), "address": _address(method), "state": standing(method)}
        for method in all_of(user_id=person.pk)
    ]
    return render(request, "channels/contacts.html", {"rows": rows, "person": person})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def contact_create(request: AccessRequest) -> HttpResponse:
    person = person_of(request)
    offered = [kind for kind in person_kinds() if request.caller.is_administrator or not kind.needs_administrator]
    kind = next((one for one in offered if one.name == request.GET.get("kind")), offered[0])
    data = request.POST or None
    form = ContactForm(data)
    kind_form = kind.form(data, initial={"address": person.email})
    if data is not None and form.is_valid():
        try:
            method = contacts.add(
                caller=request.caller,
                kind=kind.name,
                title=form.cleaned_data["title"],
                config=kind_form.given_config(),
                secrets=kind_form.given_secrets(),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            place_mistakes(form, kind_form, refusal)
        else:
            return _send_code(request, method)
    context = {"form": form, "kind_form": kind_form, "kind": kind, "kinds": offered}
    status = 422 if form.errors or kind_form.errors else 200
    return render(request, "channels/contact_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_verify(request: AccessRequest, contact_id: int) -> HttpResponse:
    method = contact(caller=request.caller, contact_id=contact_id)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            contacts.verify(caller=request.caller, method=method, code=form.cleaned_data["code"], now=timezone.now())
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{method.title} is verified: pages may reach you there.")
            return redirect("contact-list")
    context = {"form": form, "method": method, "address": _address(method), "minutes": contacts.CODE_MINUTES}
    return render(request, "channels/contact_verify.html", context, status=422 if form.errors else 200)


@require_POST
def contact_code(request: AccessRequest, contact_id: int) -> HttpResponse:
    return _send_code(request, contact(caller=request.caller, contact_id=contact_id))


@require_POST
def contact_test(request: AccessRequest, contact_id: int) -> HttpResponse:
    method = contact(caller=request.caller, contact_id=contact_id)
    now = timezone.now()
    outcome = contacts.test(caller=request.caller, method=method, now=now)
    _tell(request, method, outcome)
    return redirect("contact-list")


@require_POST
def contact_switch(request: AccessRequest, contact_id: int) -> HttpResponse:
    """On when it is off, off when it is on: the form says which it means."""
    method = contact(caller=request.caller, contact_id=contact_id)
    is_enabled = request.POST.get("to") == "on"
    contacts.set_enabled(caller=request.caller, method=method, is_enabled=is_enabled, now=timezone.now())
    messages.success(request, f"Switched {method.title} {'on' if is_enabled else 'off'}.")
    return redirect("contact-list")


@require_POST
def contact_move(request: AccessRequest, contact_id: int) -> HttpResponse:
    method = contact(caller=request.caller, contact_id=contact_id)
    is_up = request.POST.get("to") == "up"
    contacts.move(caller=request.caller, method=method, is_up=is_up, now=timezone.now())
    return redirect("contact-list")


@require_http_methods(["GET", "HEAD", "POST"])
def contact_remove(request: AccessRequest, contact_id: int) -> HttpResponse:
    method = contact(caller=request.caller, contact_id=contact_id)
    if request.method == "POST":
        contacts.remove(caller=request.caller, method=method, now=timezone.now())
        messages.success(request, f"Removed {method.title}.")
        return redirect("contact-list")
    context = {
        "title": f"Remove {method.title}?",
        "losses": [f"{method.title}: {_address(method)}", "your notification rules that use it"],
        "keeps": "Nothing is sent there any more. Switching it off instead keeps it for later.",
        "action": "Remove it",
        "cancel_url": reverse("contact-list"),
    }
    return render(request, "web/confirm.html", context)


def _send_code(request: AccessRequest, method: ContactMethod) -> HttpResponse:
    try:
        outcome = contacts.send_code(caller=request.caller, method=method, now=timezone.now())
    except Conflict as refusal:
        messages.warning(request, refusal.message)
        return redirect("contact-verify", method.pk)
    if outcome.is_delivered:
        messages.success(request, f"A code was sent to {_address(method)}.")
    else:
        _tell(request, method, outcome)
    return redirect("contact-verify", method.pk)


def _tell(request: AccessRequest, method: ContactMethod, outcome: Outcome) -> None:
    verdict = answer_of(outcome, at=timezone.now())["verdict"]
    say = messages.success if outcome.is_delivered else messages.warning
    say(request, f"{method.title}: {verdict} {outcome.reason[:1].upper()}{outcome.reason[1:]}.")


def _address(method: ContactMethod) -> str:
    return kind_of(method.kind).address(method.config)
