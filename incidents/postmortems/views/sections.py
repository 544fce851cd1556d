"""Writing a section in place: saving, previewing, saving by itself, and two texts side by side when they clash."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.postmortems.domain.differences import lines_between
from incidents.postmortems.domain.sections import TEXT_LENGTH_MAX
from incidents.postmortems.forms.document import FreeSectionForm, SectionForm
from incidents.postmortems.models import Postmortem, Section
from incidents.postmortems.services import sections
from incidents.postmortems.services.sections import Base, Outcome, Saved, SectionClash
from incidents.postmortems.views.document import document_page, section_card
from incidents.postmortems.views.writable import back, opened, tried
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

_WORDS = {Outcome.SAME: "Nothing to save", Outcome.SAVED: "Saved", Outcome.MERGED: "Saved, merged"}


@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: AccessRequest, number: int, slug: str) -> HttpResponse:
    """`act` of the form: save, preview, or autosave, which is answered as JSON."""
    postmortem = opened(request, number)
    section = _section(postmortem, slug)
    if request.method != "POST":
        return back(postmortem, edit=slug, anchor=slug)
    form = SectionForm(request.POST)
    act = request.POST.get("act", "save")
    if not form.is_valid():
        return _refused(request, postmortem, section, form, act)
    text = form.cleaned_data["text"]
    if act == "preview":
        card = section_card(section, form=form, preview=text)
        return document_page(request, postmortem, edit=slug, card=card)
    try:
        base = Base.parse(form.cleaned_data["base"])
        saved = sections.save(
            caller=request.caller, postmortem=postmortem, slug=slug, text=text, base=base, now=timezone.now()
        )
    except SectionClash as clash:
        return _clash(request, postmortem, clash, act)
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return _refused(request, postmortem, section, form, act)
    if act == "autosave":
        return _saved_by_itself(saved)
    words = _WORDS[saved.outcome]
    merged = f" with what {' and '.join(saved.with_names)} wrote meanwhile" if saved.with_names else ""
    messages.success(request, f"{words}{merged}.")
    return back(postmortem, anchor=slug)


@require_POST
def section_preview(request: AccessRequest, number: int) -> HttpResponse:
    """The text of the form as readers will see it: a part of a page, for htmx."""
    opened(request, number)
    text = request.POST.get("text", "")[: TEXT_LENGTH_MAX * 2]
    return render(request, "postmortems/_preview.html", {"preview": text})


@require_POST
def section_new(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    form = FreeSectionForm(request.POST)
    if not form.is_valid():
        return document_page(request, postmortem, edit="sections", free_form=form, status=422)
    try:
        made = sections.add(
            caller=request.caller, postmortem=postmortem, title=form.cleaned_data["title"], now=timezone.now()
        )
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return document_page(request, postmortem, edit="sections", free_form=form, status=422)
    return back(postmortem, edit=made.slug, anchor=made.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def section_remove(request: AccessRequest, number: int, slug: str) -> HttpResponse:
    """A free one, with its words; the history keeps them."""
    postmortem = opened(request, number)
    section = _section(postmortem, slug)
    if request.method == "POST":
        tried(
            request,
            lambda: sections.remove(caller=request.caller, postmortem=postmortem, slug=slug, now=timezone.now()),
            done=f"{section.title} was removed; the history has its words.",
        )
        return redirect("postmortem-detail", postmortem.pk)
    context = {
        "title": f"Remove the section {section.title}?",
        "losses": [f"{len(section.text.split()):,} words of {section.title} no longer stand in the document"],
        "keeps": "The history keeps them: they can be put back.",
        "action": "Remove the section",
        "cancel_url": f"{reverse('postmortem-detail', args=[postmortem.pk])}#{slug}",
    }
    return render(request, "web/confirm.html", context)


def _section(postmortem: Postmortem, slug: str) -> Section:
    section: Section | None = postmortem.sections.filter(slug=slug).first()
    if section is None:
        raise NotFound(f"the postmortem has no section {slug!r}")
    return section


def _refused(
    request: AccessRequest, postmortem: Postmortem, section: Section, form: SectionForm, act: str
) -> HttpResponse:
    if act == "autosave":
        message = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"outcome": "refused", "words": f"Not saved: {message}"}, status=422)
    return document_page(request, postmortem, edit=section.slug, card=section_card(section, form=form), status=422)


def _saved_by_itself(saved: Saved) -> HttpResponse:
    """base: what to send next time; typed_base: the same for who typed on meanwhile and has not the merged text."""
    merged = f" with {' and '.join(saved.with_names)}" if saved.with_names else ""
    return JsonResponse(
        {
            "outcome": saved.outcome.value,
            "words": f"{_WORDS[saved.outcome]}{merged}",
            "base": str(Base(saved.section.revision)),
            "typed_base": str(saved.typed_base),
            "text": saved.section.text,
        }
    )


def _clash(request: AccessRequest, postmortem: Postmortem, clash: SectionClash, act: str) -> HttpResponse:
    """Both texts: mine in the field, theirs beside it; saving again is a decision made with both in sight."""
    if act == "autosave":
        words = f"{' and '.join(clash.names) or 'Somebody'} changed the same words: press Save to see both texts"
        return JsonResponse({"outcome": "clash", "words": words}, status=409)
    form = SectionForm(initial={"text": clash.mine, "base": str(Base(clash.section.revision))})
    card = section_card(
        clash.section, form=form, clash=clash, differences=lines_between(before=clash.section.text, after=clash.mine)
    )
    return document_page(request, postmortem, edit=clash.section.slug, card=card, status=409)
