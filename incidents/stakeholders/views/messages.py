"""Messages: the list, and one of them with how it stands with each recipient."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from incidents.stakeholders.domain.bounds import REMINDERS_MAX
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.models import StakeholderMessage
from incidents.stakeholders.selectors.messages import MessageFilters, counts_of, list_messages, not_read, rows_of
from incidents.stakeholders.selectors.messages import message as get_message
from incidents.stakeholders.services import reading, reminding
from incidents.stakeholders.views.frames import asked_text, frame, teams_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.web.pagination import page_of

PER_PAGE = 50


@require_safe
def message_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address."""
    number = asked_text(request, "incident", 9)
    filters = MessageFilters(
        text=asked_text(request, "q"),
        team_slug=asked_text(request, "team"),
        kind=asked_text(request, "kind"),
        incident=int(number) if number.isascii() and number.isdigit() else None,
    )
    page = page_of(request, list_messages(caller=request.caller, filters=filters), per_page=PER_PAGE)
    context = frame(request, "Messages") | {
        "page": page,
        "filters": filters,
        "is_narrowed": filters != MessageFilters(),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "kinds": list(EventKind),
        "may_tell": teams_of(request, Role.RESPONDER).exists(),
    }
    return render(request, "stakeholders/messages.html", context)


@require_safe
def message_detail(request: AccessRequest, pk: int) -> HttpResponse:
    """Whoever of the recipients opens it has read it."""
    found = get_message(caller=request.caller, pk=pk)
    now = timezone.now()
    if request.method == "GET":
        reading.opened(caller=request.caller, message=found, now=now)
    rows = rows_of(message=found)
    unread = not_read(rows)
    context = frame(request, "Messages") | {
        "message": found,
        "kind": EventKind(found.kind),
        "texts": [
            (Audience(text.audience), text, [row for row in rows if row.recipient.text_id == text.pk])
            for text in found.texts.all()
        ],
        "counts": sorted(counts_of(rows).items()),
        "unread": unread,
        "may_remind": request.caller.may(found.team_id, Role.RESPONDER),
        "may_see_places": request.caller.may(found.team_id, Role.RESPONDER),
        "reminders_max": REMINDERS_MAX,
        "is_overdue": _is_overdue(found, now),
    }
    return render(request, "stakeholders/message.html", context)


@require_POST
def message_remind(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_message(caller=request.caller, pk=pk)
    count = reminding.remind(caller=request.caller, message=found, now=timezone.now())
    if count:
        messages.success(request, f"{count} {'is' if count == 1 else 'are'} reminded.")
    else:
        messages.info(
            request,
            "Nobody was reminded: all have read it, were told minutes ago, or were reminded as often as anybody is.",
        )
    return redirect("stakeholder-message", pk)


def _is_overdue(found: StakeholderMessage, now: datetime) -> bool:
    """Whether the next message was promised for before now and none came."""
    at, incident = found.next_update_at, found.incident
    if at is None or incident is None or at > now or incident.resolved_at or incident.closed_at:
        return False
    return not StakeholderMessage.objects.filter(incident=incident, pk__gt=found.pk).exists()
