"""Review, publishing and who has read it: cards beside the document, and their forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.postmortems.domain.states import ReviewAnswer, State
from incidents.postmortems.forms.acts import AnswerForm, AskForm, TakeBackForm
from incidents.postmortems.models import Postmortem
from incidents.postmortems.parts import Act
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from incidents.postmortems.selectors.recurrence import similar
from incidents.postmortems.services import publishing, reviews
from incidents.postmortems.views.writable import back, opened, tried
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

READERS_SHOWN = 5


def review_part(*, request: AccessRequest, postmortem: Postmortem, now: datetime) -> dict[str, Any]:
    if not request.caller.may_read(postmortem.team_id):
        return {"reviews": (), "is_team": False}
    rows = list(reviews.reviews_now(postmortem=postmortem))
    mine = next((one for one in rows if one.reviewer_id == request.caller.user_id), None)
    is_open = postmortem.state in (State.IN_REVIEW, State.APPROVED)
    approvals = postmortem.approvals.filter(withdrawn_at=None).order_by("-pk")
    return {
        "is_team": True,
        "reviews": rows,
        "may_answer": mine is not None and is_open and request.caller.may(postmortem.team_id, Role.RESPONDER),
        "may_write": request.caller.may(postmortem.team_id, Role.RESPONDER),
        "waiting": ReviewAnswer.WAITING.value,
        "changed_since": _is_changed_since_approval(postmortem),
        "approvals": approvals,
    }


def readers_part(*, request: AccessRequest, postmortem: Postmortem, now: datetime) -> dict[str, Any]:
    """Looking at a published one is noted, once for each person."""
    if postmortem.state != State.PUBLISHED:
        return {"is_published": False}
    receipt = publishing.opened(caller=request.caller, postmortem=postmortem, now=now)
    rows = postmortem.receipts.select_related("user").order_by("-opened_at", "-pk")
    return {
        "is_published": True,
        "receipt": receipt,
        "readers": rows[:READERS_SHOWN],
        "count": rows.count(),
        "confirmed": rows.filter(confirmed_at__isnull=False).count(),
    }


def similar_part(*, request: AccessRequest, postmortem: Postmortem, now: datetime) -> dict[str, Any]:
    return {"similar": similar(caller=request.caller, postmortem=postmortem)}


def review_acts(request: AccessRequest, postmortem: Postmortem) -> Sequence[Act]:
    key = [postmortem.pk]
    found = []
    if request.caller.may(postmortem.team_id, Role.RESPONDER):
        state = State(postmortem.state)
        if state is State.APPROVED:
            found.append(Act("Publish", reverse("postmortem-publish", args=key), "check", is_main=True))
        elif state is State.PUBLISHED:
            found.append(Act("Who reads it", reverse("postmortem-publish", args=key), "people"))
            found.append(Act("Take it back", reverse("postmortem-unpublish", args=key), "close"))
        if state is not State.PUBLISHED:
            title, is_main = ("Ask for a review", True) if state is State.DRAFT else ("Ask more people", False)
            found.append(Act(title, reverse("postmortem-review", args=key), "people", is_main=is_main))
        found.append(Act("Meeting", reverse("postmortem-meeting", args=key), "calendar"))
    found.append(Act("Print", reverse("postmortem-print", args=key), "book"))
    found.append(Act("Download Markdown", reverse("postmortem-export", args=[postmortem.pk, "md"]), "download"))
    found.append(Act("Download JSON", reverse("postmortem-export", args=[postmortem.pk, "json"]), "download"))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_review(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    people = [one for one in reviews.candidates(postmortem=postmortem) if one.pk != request.caller.user_id]
    form = AskForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_valid():
        chosen = [int(key) for key in form.cleaned_data["reviewers"]]
        try:
            reviews.ask(caller=request.caller, postmortem=postmortem, reviewer_ids=chosen, now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Asked. They are told in their own way.")
            return back(postmortem, anchor="review")
    words = "They read the draft, and approve it or ask for changes. Once all approve, it may be published."
    return _form_page(request, postmortem, form, "Ask for a review", "Ask them", words)


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_answer(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    mine = reviews.review_of(postmortem=postmortem, user_id=request.caller.user_id)
    initial = {"comment": mine.comment}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            reviews.answer(
                caller=request.caller,
                postmortem=postmortem,
                answer=ReviewAnswer(form.cleaned_data["answer"]),
                comment=form.cleaned_data["comment"],
                now=timezone.now(),
            )
        except (Invalid, Conflict, Forbidden) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Your answer is written down.")
            return back(postmortem, anchor="review")
    words = "Read it once more as somebody who was not there."
    return _form_page(request, postmortem, form, "Your review", "Answer", words)


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_publish(request: AccessRequest, number: int) -> HttpResponse:
    """To everybody who is signed in, or to the team only."""
    postmortem = opened(request, number)
    if request.method == "POST":
        is_wide = request.POST.get("readers") != "team"
        act = publishing.publish
        done = "Published." if postmortem.state != State.PUBLISHED else "Changed who reads it."
        if tried(
            request,
            lambda: act(caller=request.caller, postmortem=postmortem, is_for_organisation=is_wide, now=timezone.now()),
            done=done,
        ):
            return back(postmortem)
    is_published = postmortem.state == State.PUBLISHED
    context = {
        "place_tabs": tabs_for(request),
        "postmortem": postmortem,
        # What a private team wrote is for others only when it says so.
        "is_team_only": not postmortem.is_published_to_organisation if is_published else postmortem.team.is_private,
        "changed_since": _is_changed_since_approval(postmortem),
    }
    return render(request, "postmortems/publish.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_unpublish(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            publishing.unpublish(
                caller=request.caller, postmortem=postmortem, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Taken back: it is a draft of the team again.")
            return back(postmortem)
    words = "Nobody outside the team reads it from then on. It is reviewed again before it is published again."
    return _form_page(request, postmortem, form, "Take it back", "Take it back", words)


@require_POST
def postmortem_read(request: AccessRequest, number: int) -> HttpResponse:
    """The caller says that they have read it."""
    postmortem = get_postmortem(caller=request.caller, number=number)
    publishing.confirm(caller=request.caller, number=number, now=timezone.now())
    return back(postmortem, anchor="readers")


@require_safe
def postmortem_readers(request: AccessRequest, number: int) -> HttpResponse:
    """Who opened it, and who said that they have read it."""
    postmortem = get_postmortem(caller=request.caller, number=number)
    rows = postmortem.receipts.select_related("user").order_by("-opened_at", "-pk")
    context = {"place_tabs": tabs_for(request), "postmortem": postmortem, "page": page_of(request, rows, per_page=50)}
    return render(request, "postmortems/readers.html", context)


def _is_changed_since_approval(postmortem: Postmortem) -> bool:
    if postmortem.state != State.APPROVED:
        return False
    answered = [one.answered_revision for one in reviews.reviews_now(postmortem=postmortem)]
    return any(_written_since(postmortem, revision) for revision in answered if revision)


def _written_since(postmortem: Postmortem, revision: int) -> bool:
    return postmortem.versions.filter(number__gt=revision, what__in=("section", "factor", "why", "timeline")).exists()


def _form_page(
    request: AccessRequest, postmortem: Postmortem, form: Any, title: str, button: str, words: str
) -> HttpResponse:
    context = {
        "place_tabs": tabs_for(request),
        "postmortem": postmortem,
        "form": form,
        "title": title,
        "button": button,
        "words": words,
    }
    return render(request, "postmortems/act.html", context, status=422 if form.errors else 200)
