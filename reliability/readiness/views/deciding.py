"""Reviews: deciding, the history of decisions, and one of them with every answer as it was."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import service as get_service
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.standing import Verdict
from reliability.readiness.forms.deciding import ReviewForm
from reliability.readiness.selectors import reviews as selectors
from reliability.readiness.selectors.standings import readiness_of
from reliability.readiness.services import reviews
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal


@require_safe
def review_list(request: AccessRequest, name: str) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    page = page_of(request, selectors.reviews_of(service=service))
    rows = [(row, Verdict(row.verdict)) for row in page.object_list]
    may_decide = request.caller.may(service.team_id, Role.EDITOR)
    context = {"service": service, "page": page, "rows": rows, "now": timezone.now(), "may_decide": may_decide}
    return render(request, "readiness/reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review_new(request: AccessRequest, name: str) -> HttpResponse:
    now = timezone.now()
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    found = readiness_of(caller=request.caller, services=[service], now=now)[0]
    form = ReviewForm(
        request.POST if request.method == "POST" else None,
        initial={"good_days": found.checklist.review_days, "verdict": found.verdict.value},
    )
    if form.is_valid():
        try:
            made = reviews.decide(
                caller=request.caller,
                service=service,
                verdict=Verdict(form.cleaned_data["verdict"]),
                reason=form.cleaned_data["reason"],
                good_days=form.cleaned_data["good_days"],
                now=now,
            )
        except (Invalid, Conflict, Forbidden) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Decided: {Verdict(made.verdict).words}. Every answer is kept as it is now.")
            return redirect("readiness-review", name, made.pk)
    context = {"service": service, "found": found, "form": form}
    return render(request, "readiness/review_form.html", context, status=422 if form.errors else 200)


@require_safe
def review_detail(request: AccessRequest, name: str, pk: int) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    review = selectors.review(service=service, pk=pk)
    answers = selectors.answers_of(review=review, caller=request.caller)
    by_day: list[tuple[Day, list[dict[str, Any]]]] = [
        (day, [one for one in answers if one["day"] == day.value]) for day in Day
    ]
    context = {
        "service": service,
        "review": review,
        "verdict": Verdict(review.verdict),
        "days": [(day, found) for day, found in by_day if found],
        "in_force": selectors.is_in_force(review=review, now=timezone.now()),
    }
    return render(request, "readiness/review.html", context)
