"""Signing in and out, the first visit, and the one-time link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reliability.access.forms.sign_in import NewPasswordForm, SetupForm, SignInForm
from reliability.access.models import User
from reliability.access.selectors.people import is_set_up, person_of_link
from reliability.access.services import installation, passwords, sessions
from reliability.web.errors import Invalid, NotFound
from reliability.web.refusals import show_refusal


@method_decorator(login_not_required, name="dispatch")
class SignIn(auth.LoginView):
    """`next` leads only to addresses of this host; Django's view checks it."""

    template_name = "access/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_set_up():
            return redirect("setup")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponseRedirect:
        person = form.get_user()
        if not isinstance(person, User):
            raise NotFound("there is no such person")
        sessions.begin(request=self.request, person=person, now=timezone.now())
        return HttpResponseRedirect(self.get_success_url())


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """The first visit; a 404 as soon as anybody exists."""
    if is_set_up():
        raise NotFound("the installation is set up already: sign in, or ask its administrator for an invitation")
    form = SetupForm(request.POST or None)
    if form.is_valid():
        now = timezone.now()
        fields = {name: form.cleaned_data[name] for name in ("name", "email", "password", "team_name")}
        try:
            person = installation.set_up(**fields, now=now)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            sessions.begin(request=request, person=person, now=now)
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "access/setup.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Where an invitation or a reset link leads: choose a password, and be signed in."""
    now = timezone.now()
    person = person_of_link(secret=secret, now=now)
    if person is None:
        return render(request, "access/link_spent.html", status=404)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            person = passwords.redeem_link(secret=secret, password=form.cleaned_data["password"], now=now)
        except NotFound:
            return render(request, "access/link_spent.html", status=404)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            sessions.begin(request=request, person=person, now=now)
            return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "person": person}
    return render(request, "access/password_link.html", context, status=422 if form.errors else 200)
