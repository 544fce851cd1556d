"""Administration of people, for administrators of the installation."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reliability.access.forms.person import InviteForm
from reliability.access.forms.why import WhyForm
from reliability.access.models import User
from reliability.access.requests import AccessRequest
from reliability.access.selectors import people as selectors
from reliability.access.services import passwords, people
from reliability.access.services.authorize import require_installation
from reliability.access.services.passwords import Link
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal


@require_safe
def person_list(request: AccessRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:120]
    page = page_of(request, selectors.list_people(caller=request.caller, text=text))
    return render(request, "access/people.html", {"page": page, "text": text})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: AccessRequest) -> HttpResponse:
    """The link is shown in the answer, once; only its hash is kept."""
    require_installation(caller=request.caller)
    form = InviteForm(request.POST or None)
    if form.is_valid():
        try:
            link = people.invite(caller=request.caller, **form.cleaned_data, now=timezone.now())
        except Conflict as refusal:
            show_refusal(form, refusal)
        else:
            return _show_link(request, link=link, is_invitation=True)
    return render(request, "access/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def person_detail(request: AccessRequest, person_id: int) -> HttpResponse:
    person = selectors.person(caller=request.caller, person_id=person_id)
    context = {
        "person": person,
        "form": WhyForm(),
        "memberships": person.memberships.select_related("team").order_by("team__name", "pk"),
        "sessions": selectors.sessions_of(person=person, now=timezone.now()),
    }
    return render(request, "access/person.html", context)


@never_cache
@require_POST
def reset_link(request: AccessRequest, person_id: int) -> HttpResponse:
    person = selectors.person(caller=request.caller, person_id=person_id)
    try:
        link = passwords.make_reset_link(
            caller=request.caller, person=person, now=timezone.now(), reason=request.POST.get("reason", "")[:500]
        )
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect("person-detail", person_id)
    return _show_link(request, link=link, is_invitation=False)


def _switch(act: Callable[..., None], done: str) -> Callable[[AccessRequest, int], HttpResponse]:
    """A view that applies *act* to the person of the address and says what was *done*."""

    def view(request: AccessRequest, person_id: int) -> HttpResponse:
        person: User = selectors.person(caller=request.caller, person_id=person_id)
        try:
            act(caller=request.caller, person=person, now=timezone.now(), reason=request.POST.get("reason", "")[:500])
        except Conflict as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"{person}: {done}.")
        return redirect("person-detail", person_id)

    return require_POST(view)


deactivate = _switch(people.deactivate, "deactivated and signed out everywhere")
activate = _switch(people.activate, "may sign in again")
make_administrator = _switch(people.make_administrator, "now administers the installation")
remove_administrator = _switch(people.remove_administrator, "no longer administers the installation")


def _show_link(request: AccessRequest, *, link: Link, is_invitation: bool) -> HttpResponse:
    address = settings.PUBLIC_URL + reverse("password-link", args=(link.secret,))
    context = {"link": link, "address": address, "is_invitation": is_invitation}
    return render(request, "access/link.html", context)
