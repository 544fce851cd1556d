"""Reports by mail: who gets them and when, what was sent, and how it compares with today."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.learning.domain.periods import ReviewPeriod
from reliability.access.domain.caller import Role
from reliability.access.models import Membership, Team, User
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.reports.domain.report import MEASURED_ENOUGH, differences, sections_of
from reliability.reports.forms.subscription import SubscriptionForm, initial_of
from reliability.reports.models import Subscription
from reliability.reports.selectors import subscriptions as selectors
from reliability.reports.selectors.monthly import report_of
from reliability.reports.services import sending, subscriptions
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 30


@require_safe
def subscription_list(request: AccessRequest) -> HttpResponse:
    """Subscriptions of readable teams, and what was sent."""
    rows = list(selectors.list_subscriptions(caller=request.caller))
    own = Membership.objects.filter(user_id=request.caller.user_id or 0).order_by()
    own_teams = set(own.values_list("team_id", flat=True))
    context = {
        "rows": [(row, request.caller.may(row.team_id, Role.EDITOR), _mine(request, row, own_teams)) for row in rows],
        "page": page_of(request, selectors.list_sent(caller=request.caller), per_page=PER_PAGE),
        "may_create": writable_teams(caller=request.caller, role=Role.EDITOR).exists(),
    }
    return render(request, "reports/subscriptions.html", context)


@require_http_methods(["GET", "POST"])
def subscription_new(request: AccessRequest) -> HttpResponse:
    """`?team=` says whose."""
    teams = writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")
    slug = request.GET.get("team", "").replace("\0", "")[:63]
    team = teams.filter(slug=slug).first() or teams.first()
    if team is None:
        raise Forbidden("this needs the role editor in a team: ask for it", reason="role_too_low")
    form = _form(request, team, {"zone": getattr(request.user, "time_zone", "UTC")})
    if form.is_valid():
        try:
            made = subscriptions.create(caller=request.caller, team_id=team.pk, draft=form.draft(), now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"The {made} is sent from now on.")
            return redirect("report-subscriptions")
    return _page(request, form, team, None, teams)


@require_http_methods(["GET", "POST"])
def subscription_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = _writable(request, pk)
    form = _form(request, found.team, initial_of(found))
    if form.is_valid():
        try:
            subscriptions.edit(
                caller=request.caller,
                subscription=found,
                draft=form.draft(),
                now=timezone.now(),
                expected=form.cleaned_data["revision"],
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("report-subscriptions")
    return _page(request, form, found.team, found, ())


@require_POST
def subscription_delete(request: AccessRequest, pk: int) -> HttpResponse:
    """What was sent stays, so this asks nothing more."""
    found = _writable(request, pk)
    subscriptions.remove(caller=request.caller, subscription=found, now=timezone.now())
    messages.success(request, f"The {found} is not sent any more. What was sent stays.")
    return redirect("report-subscriptions")


@require_POST
def subscription_test(request: AccessRequest, pk: int) -> HttpResponse:
    """A report of the last period to whoever asks, now."""
    found = _writable(request, pk)
    user = User.objects.filter(pk=request.caller.user_id or 0).first()
    if user is None:
        raise Forbidden("a test goes to a person: sign in", reason="no_person")
    sending.send_test(caller=request.caller, subscription=found, user=user, now=timezone.now())
    messages.success(request, f"A test is on its way to {user.email}.")
    return redirect("report-subscriptions")


@require_safe
def sent_detail(request: AccessRequest, pk: int) -> HttpResponse:
    """As sent, beside as of today: today's figures are those that the same report would hold now."""
    sent, now = selectors.sent_report(caller=request.caller, pk=pk), timezone.now()
    today = report_of(
        caller=selectors.caller_of_team(team=sent.team),
        team_slug=sent.team.slug,
        period=ReviewPeriod.parse(sent.period, zone_name=sent.zone),
        now=now,
    )
    changed, compared = differences(sent=sent.numbers, today=today)
    asked = urlencode({"month": sent.period, "team": sent.team.slug, "tz": sent.zone})
    context = {
        "sent": sent,
        "report": sent.numbers,
        "changed": changed,
        "compared": compared,
        "sections": sections_of(sent.numbers),
        "enough": MEASURED_ENOUGH,
        "now": now,
        "notices": sent.notices.order_by("place", "pk")[:200],
        "noun": "quarter" if "Q" in sent.period else "month",
        "today_url": f"{reverse('report-monthly')}?{asked}",
    }
    return render(request, "reports/sent.html", context)


def _mine(request: AccessRequest, row: Subscription, own_teams: set[int]) -> str:
    """Whether it comes to the person who looks: yes or no; blank when it could not."""
    if not row.to_members or row.team_id not in own_teams:
        return ""
    return "no" if any(one.pk == request.caller.user_id for one in row.without.all()) else "yes"


def _writable(request: AccessRequest, pk: int) -> Subscription:
    found = selectors.subscription(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _form(request: AccessRequest, team: Team, initial: dict[str, Any]) -> SubscriptionForm:
    data = request.POST if request.method == "POST" else None
    return SubscriptionForm(data, initial=initial, channels=selectors.mail_channels(team_id=team.pk))


def _page(
    request: AccessRequest, form: SubscriptionForm, team: Team, found: Subscription | None, teams: Any
) -> HttpResponse:
    context = {"form": form, "team": team, "subscription": found, "teams": teams}
    return render(request, "reports/subscription_form.html", context, status=422 if form.errors else 200)
