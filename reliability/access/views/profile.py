"""The own profile: name, time zone, password, sessions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from reliability.access.forms.person import ChangePasswordForm, ProfileForm
from reliability.access.requests import AccessRequest, person_of
from reliability.access.selectors.people import sessions_of
from reliability.access.services import passwords, people, sessions
from reliability.web.errors import Invalid
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AccessRequest) -> HttpResponse:
    person = person_of(request)
    now = timezone.now()
    form = ProfileForm(request.POST or None, initial={"name": person.name, "time_zone": person.time_zone})
    if form.is_valid():
        try:
            people.change_profile(caller=request.caller, person=person, **form.cleaned_data, now=now)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("profile")
    context = {
        "form": form,
        "person": person,
        "sessions": sessions_of(person=person, now=now),
        "own_key": request.session.session_key,
    }
    return render(request, "access/profile.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("current", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: AccessRequest) -> HttpResponse:
    """A new password ends every other session; this one goes on."""
    person = person_of(request)
    form = ChangePasswordForm(request.POST or None, person=person)
    if form.is_valid():
        try:
            passwords.change_password(
                caller=request.caller,
                person=person,
                password=form.cleaned_data["password"],
                now=timezone.now(),
                keep_session=request.session.session_key,
            )
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            update_session_auth_hash(request, person)
            messages.success(request, "Password changed. Every other session has ended.")
            return redirect("profile")
    return render(request, "access/change_password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def sign_out_everywhere(request: AccessRequest) -> HttpResponse:
    """End every session of the person but this one."""
    ended = sessions.end_everywhere(
        person=person_of(request), keep_session=request.session.session_key, now=timezone.now()
    )
    messages.success(request, f"Ended {ended} other session{'' if ended == 1 else 's'}.")
    return redirect("profile")
