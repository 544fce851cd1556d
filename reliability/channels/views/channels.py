"""Pages of the channels of teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.access.services.authorize import require
from reliability.channels.forms.channel import ChannelFilterForm, ChannelForm
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.kind import Kind
from reliability.channels.kinds.registry import kind_of, team_kinds
from reliability.channels.models import Channel
from reliability.channels.selectors import channels as selectors
from reliability.channels.selectors.places import readable_secrets
from reliability.channels.services import channels
from reliability.channels.usage import usages_of
from reliability.channels.views.answers import answer_of, facts_of, place_mistakes, standing
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal


@require_safe
def channel_list(request: AccessRequest) -> HttpResponse:
    teams = readable_teams(caller=request.caller).order_by("name", "pk")
    form = ChannelFilterForm(request.GET, teams=teams)
    page = page_of(request, selectors.list_channels(caller=request.caller, **form.wanted()))
    context = {
        "form": form,
        "page": page,
        "rows": [
            {
                "channel": channel,
                "kind": kind_of(channel.kind),
                "address": _address(channel),
                "state": standing(channel),
            }
            for channel in page
        ],
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": _may_create(request),
    }
    return render(request, "channels/channels.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def channel_create(request: AccessRequest) -> HttpResponse:
    if not _may_create(request):
        raise Forbidden("this needs the role editor in a team: ask an administrator of yours", reason="role_too_low")
    offered = _offered(request)
    kind = next((one for one in offered if one.name == request.GET.get("kind")), offered[0])
    data = request.POST or None
    teams = writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")
    only = list(teams[:2])
    initial = {"team": only[0].slug} if len(only) == 1 else {}
    form, kind_form = ChannelForm(data, teams=teams, initial=initial), kind.form(data)
    if data is not None and form.is_valid():
        try:
            saved = channels.create(
                caller=request.caller,
                kind=kind.name,
                team=form.cleaned_data["team"],
                name=form.cleaned_data["name"],
                title=form.cleaned_data["title"],
                reason=form.cleaned_data["reason"],
                config=kind_form.given_config(),
                secrets=kind_form.given_secrets(),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            place_mistakes(form, kind_form, refusal)
        else:
            return _saved(request, saved, f"Created {saved.channel}. Send a test before you rely on it.")
    return _form_page(request, form, kind_form, kind, offered=offered)


@require_safe
def channel_detail(request: AccessRequest, name: str) -> HttpResponse:
    return _page(request, selectors.channel(caller=request.caller, name=name))


@require_safe
def channel_health(request: AccessRequest, name: str) -> HttpResponse:
    """The part of the page that refreshes itself."""
    channel = selectors.channel(caller=request.caller, name=name)
    return render(request, "channels/_health.html", {"channel": channel, "state": standing(channel)})


@require_POST
def channel_test(request: AccessRequest, name: str) -> HttpResponse:
    """A part for htmx, the whole page without JavaScript."""
    channel = selectors.channel(caller=request.caller, name=name)
    now = timezone.now()
    answer = answer_of(channels.test(caller=request.caller, channel=channel, now=now), at=now)
    channel.refresh_from_db()
    if getattr(request, "htmx", False):
        context = {"answer": answer, "channel": channel, "state": standing(channel)}
        return render(request, "channels/_test_answer.html", context)
    return _page(request, channel, answer=answer)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: AccessRequest, name: str) -> HttpResponse:
    channel = _editable(request, name)
    kind = kind_of(channel.kind)
    data = request.POST or None
    teams = readable_teams(caller=request.caller)
    form = ChannelForm(data, teams=teams, channel=channel)
    kind_form = kind.form(data, initial=channel.config, stored=readable_secrets(channel).keys())
    if data is not None and form.is_valid():
        try:
            saved = channels.update(
                caller=request.caller,
                channel=channel,
                title=form.cleaned_data["title"] or channel.name,
                is_enabled=form.cleaned_data["is_enabled"],
                config=kind_form.given_config(),
                secrets=kind_form.given_secrets(),
                expected_revision=form.cleaned_data["revision"],
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            place_mistakes(form, kind_form, refusal)
        else:
            return _saved(request, saved, f"Saved {saved.channel}.")
    return _form_page(request, form, kind_form, kind, channel=channel)


@require_http_methods(["GET", "HEAD", "POST"])
def channel_delete(request: AccessRequest, name: str) -> HttpResponse:
    channel = _editable(request, name)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            channels.delete(
                caller=request.caller, channel=channel, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except Conflict as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Deleted {channel}.")
            return redirect("channel-list")
    context = {
        "title": f"Delete {channel}?",
        "losses": [f"the channel {channel.name} with its address and secrets"],
        "keeps": "Refused while escalation policies tell it. What was delivered stays in the log of its incidents.",
        "action": "Delete the channel",
        "cancel_url": reverse("channel-detail", args=(name,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=409 if form.errors else 200)


def _saved(request: AccessRequest, saved: channels.Saved, words: str) -> HttpResponse:
    """Secrets that were made are shown once, in this very answer: nothing keeps them for a next page."""
    messages.success(request, words)
    if saved.made:
        return _page(request, saved.channel, made=saved.made)
    return redirect("channel-detail", saved.channel.name)


def _page(
    request: AccessRequest,
    channel: Channel,
    *,
    answer: Mapping[str, Any] | None = None,
    made: Mapping[str, str] | None = None,
) -> HttpResponse:
    kind = kind_of(channel.kind)
    stored = sorted(readable_secrets(channel))
    context = {
        "channel": channel,
        "kind": kind,
        "state": standing(channel),
        "facts": facts_of(kind, channel),
        "stored": [str(kind.form.base_fields[name].label or name) for name in stored],
        "answer": answer,
        "made": list((made or {}).values()),
        "way_back": kind.way_back,
        "way_back_url": f"{settings.PUBLIC_URL}/inbound/{kind.name}/{channel.name}/",
        "usages": usages_of(request, channel),
        "may_edit": request.caller.may(channel.team_id, Role.EDITOR),
        "may_test": request.caller.may(channel.team_id, Role.RESPONDER),
    }
    return render(request, "channels/channel.html", context)


def _form_page(
    request: AccessRequest,
    form: ChannelForm,
    kind_form: KindForm,
    kind: Kind,
    *,
    channel: Channel | None = None,
    offered: list[Kind] | None = None,
) -> HttpResponse:
    context = {"form": form, "kind_form": kind_form, "kind": kind, "kinds": offered, "channel": channel}
    status = 422 if form.errors or kind_form.errors else 200
    return render(request, "channels/channel_form.html", context, status=status)


def _offered(request: AccessRequest) -> list[Kind]:
    return [kind for kind in team_kinds() if request.caller.is_administrator or not kind.needs_administrator]


def _address(channel: Channel) -> str:
    return kind_of(channel.kind).address(channel.config)


def _editable(request: AccessRequest, name: str) -> Channel:
    channel = selectors.channel(caller=request.caller, name=name)
    require(caller=request.caller, team_id=channel.team_id, role=Role.EDITOR)
    return channel


def _may_create(request: AccessRequest) -> bool:
    return request.caller.is_administrator or bool(request.caller.team_ids(Role.EDITOR))
