"""The library of templates, by layer, and the way from one to an experiment."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chaos.experiments.domain.kinds import Kind
from chaos.experiments.domain.outline import outline_of
from chaos.experiments.forms.template import TemplateForm
from chaos.experiments.library import Template, templates
from chaos.experiments.library import template as template_of
from chaos.experiments.services.templates import create_from
from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import (
    is_editor_somewhere,
    require_editor_somewhere,
    services_of_editor,
    targets_of_editor,
)
from chaos.injectors.registry import injectors
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Layer
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The templates of one layer."""

    layer: str
    title: str
    templates: Sequence[tuple[Template, str]]  # with the injector's title


@require_safe
def library(request: AccessRequest) -> HttpResponse:
    """Everything that can be tried, from the widest blast radius to the narrowest; `?layer=` shows one shelf."""
    wanted = request.GET.get("layer", "")
    known = injectors()
    shelves = []
    for layer in Layer:
        found = [one for one in templates() if one.layer == layer and wanted in ("", layer)]
        titled = [(plain(one), known[one.injector].title if one.injector in known else one.injector) for one in found]
        if titled:
            shelves.append(Shelf(layer.value, layer.label, titled))
    context = {
        "tabs": tabs_for(request),
        "shelves": shelves,
        "layers": Layer.choices,
        "layer": wanted,
        "count": sum(len(shelf.templates) for shelf in shelves),
        "may_edit": is_editor_somewhere(request),
    }
    return render(request, "experiments/library.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def library_template(request: AccessRequest, slug: str) -> HttpResponse:
    """What a template does, and one form that makes an experiment of it."""
    template = _found(slug)
    if request.method == "POST":
        require_editor_somewhere(request)
    form = None
    if is_editor_somewhere(request):
        form = TemplateForm(
            request.POST if request.method == "POST" else None,
            template=template,
            services=services_of_editor(caller=request.caller),
            targets=targets_of_editor(caller=request.caller, kind=template.injector),
            initial={"service": request.GET.get("service"), "targets": request.GET.getlist("target")},
        )
    if form is not None and form.is_valid():
        try:
            stored = create_from(
                caller=request.caller,
                team_id=form.cleaned_data["service"].team_id,
                template=template,
                targets=form.slugs(),
                service=form.cleaned_data["service"],
                values=form.values(),
                title=form.cleaned_data["title"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            _show(form, problem)
        else:
            messages.success(request, f"{stored.experiment} is ready. Try a dry run first: it touches nothing.")
            return redirect("experiment-detail", stored.experiment.slug)
    injector = injectors().get(template.injector)
    shown = plain(template)
    context = {
        "tabs": tabs_for(request),
        "template": shown,
        "kind_words": Kind(template.kind).words,
        "layer_words": Layer(template.layer).label,
        "injector_title": injector.title if injector else template.injector,
        "outline": outline_of(shown.document),
        "form": form,
    }
    return render(request, "experiments/template.html", context, status=422 if form and form.errors else 200)


def plain(template: Template) -> Template:
    """With words in place of its {{placeholders}}, for people to read."""
    document = json.loads(_worded(json.dumps(dict(template.document), ensure_ascii=False)))
    return replace(
        template,
        document=document,
        hypothesis=_worded(template.hypothesis),
        blast_radius=_worded(template.blast_radius),
        teaches=_worded(template.teaches),
    )


def _worded(text: str) -> str:
    """ "{{service}} keeps answering" → "The service keeps answering"; of other placeholders the name: ‹latency ms›."""

    def word(found: re.Match[str]) -> str:
        name = found[1].replace("_", " ")
        if name != "service":
            return f"‹{name}›"
        return "The service" if not found.string[: found.start()].strip(' "') else "the service"

    return _PLACEHOLDER.sub(word, text)


def _found(slug: str) -> Template:
    try:
        return template_of(slug)
    except KeyError as error:
        raise NotFound(f"there is no template {slug[:63]!r}") from error


def _show(form: TemplateForm, problem: Invalid | Conflict) -> None:
    """Names of placeholders are those of fields; what the document says of them goes above the form."""
    details = [
        {**detail, "field": f"value-{detail['field']}"} if f"value-{detail.get('field')}" in form.fields else detail
        for detail in problem.details
    ]
    show_refusal(form, Invalid(problem.message, details=details))
