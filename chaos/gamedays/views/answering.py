"""The page behind the link of an invitation: what it is about, three buttons. Only POST answers: mail scanners follow
links."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from chaos.gamedays.domain.states import INVITING, Answer
from chaos.gamedays.forms.people import AnswerForm
from chaos.gamedays.selectors.calendar import ics_of
from chaos.gamedays.services import invitations
from chaos.gamedays.views.rows import row_of
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

_GONE = 410


# csrf_exempt: no cookie gives any right here, only the signature in the address.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST answers as the one who was asked; asked again it says what was answered."""
    now = timezone.now()
    try:
        invitee = invitations.invitee_of_token(token=token, now=now)
    except (NotFound, Conflict) as problem:
        return _page(request, {"problem": problem.message}, status=_GONE)
    form = AnswerForm(request.POST if request.method == "POST" else None, initial={"comment": invitee.comment})
    has_answered = False
    if form.is_valid():
        given = Answer(form.cleaned_data["answer"])
        try:
            invitee = invitations.answer(token=token, answer=given, comment=form.cleaned_data["comment"], now=now)
            has_answered = True
        except (Conflict, Invalid) as problem:
            show_refusal(form, problem)
    day = invitee.game_day
    context = {
        "invitee": invitee,
        "day": day,
        "row": row_of(day),
        "form": form,
        "has_answered": has_answered,
        "file_url": reverse("game-day-answer-file", args=(token,)) if day.starts_at is not None else "",
        "may_answer": day.state in INVITING,
        "answers": (
            ("accepted", "I come", "check"),
            ("tentative", "Perhaps", "clock"),
            ("declined", "I do not come", "stop"),
        ),
    }
    return _page(request, context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_safe
def answer_file(request: HttpRequest, token: str) -> HttpResponse:
    """The event for a calendar, by the same link: for invitations that come by a way without files."""
    now = timezone.now()
    try:
        invitee = invitations.invitee_of_token(token=token, now=now)
        content = ics_of(game_day=invitee.game_day, invitee=invitee, now=now)
    except NotFound as problem:
        return _page(request, {"problem": problem.message}, status=_GONE)
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="game-day-{invitee.game_day_id}.ics"',
            "Referrer-Policy": "no-referrer",
        },
    )


def _page(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = render(request, "gamedays/answer.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"  # the address is the right
    return response
