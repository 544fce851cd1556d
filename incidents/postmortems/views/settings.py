"""What a team chose for its postmortems: of which incidents, where it is told, and its words."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.postmortems.forms.acts import SettingsForm, WordForm
from incidents.postmortems.models import BlameWord
from incidents.postmortems.models.settings import SEVERITY_MAX
from incidents.postmortems.services import settings, words
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_settings(request: AccessRequest, team: str) -> HttpResponse:
    found = team_named(caller=request.caller, slug=team)
    require(caller=request.caller, team_id=found.pk, role=Role.EDITOR)
    is_word = request.method == "POST" and "phrase" in request.POST
    remove = request.POST.get("remove", "")
    if remove.isdigit() and len(remove) < 19:
        words.remove(caller=request.caller, team=found, word_id=int(remove), now=timezone.now())
        return redirect("postmortem-settings", found.slug)
    row = settings.settings_of(team_id=found.pk)
    initial = {
        "severity_max": row.severity_max if row else SEVERITY_MAX,
        "channel": row.channel if row else None,
        "revision": row.revision if row else 0,
    }
    channels = Channel.objects.filter(team=found).order_by("title", "pk")
    data = request.POST if request.method == "POST" else None
    form = SettingsForm(None if is_word else data, channels=channels, initial=initial)
    word_form = WordForm(data if is_word else None, auto_id="id_word_%s")
    if (word_form if is_word else form).is_valid() and _saved(request, found, form, word_form, is_word=is_word):
        messages.success(request, "Saved.")
        return redirect("postmortem-settings", found.slug)
    context = {
        "place_tabs": tabs_for(request),
        "team": found,
        "form": form,
        "word_form": word_form,
        "words": BlameWord.objects.filter(team=found),
    }
    status = 422 if form.errors or word_form.errors else 200
    return render(request, "postmortems/settings.html", context, status=status)


def _saved(request: AccessRequest, team: Team, form: SettingsForm, word_form: WordForm, *, is_word: bool) -> bool:
    now = timezone.now()
    try:
        if is_word:
            words.put(caller=request.caller, team=team, **word_form.cleaned_data, now=now)
        else:
            settings.choose(
                caller=request.caller,
                team=team,
                severity_max=form.cleaned_data["severity_max"],
                channel=form.cleaned_data["channel"],
                expected_revision=form.cleaned_data["revision"] or None,
                now=now,
            )
    except (Invalid, Conflict) as problem:
        show_refusal(word_form if is_word else form, problem)
        return False
    return True
