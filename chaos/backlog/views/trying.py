"""From a template of the library to an experiment that tries a vulnerability, or fills a hole of the coverage map."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.backlog.models import Vulnerability
from chaos.backlog.selectors.fitting import Fitting, fitting_one
from chaos.backlog.selectors.vulnerabilities import vulnerability as get_vulnerability
from chaos.backlog.services.trying import try_with
from chaos.experiments.forms.template import PREFIX, TemplateForm
from chaos.experiments.library import Template
from chaos.experiments.library import template as template_of
from chaos.experiments.models import Target
from chaos.experiments.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import service as get_service
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def vulnerability_try(request: AccessRequest, pk: int, slug: str) -> HttpResponse:
    """The button of a template posts what is known (one click); what is lacking is asked for on this page."""
    vulnerability = get_vulnerability(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=vulnerability.team_id, role=Role.EDITOR)
    back = reverse("vulnerability-detail", args=(pk,))
    return _try(request, _template(slug), vulnerability.service, vulnerability.team_id, vulnerability, back)


@each_method
def coverage_try(request: AccessRequest, name: str, layer: str, slug: str) -> HttpResponse:
    """The same from a cell of the coverage map."""
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    back = reverse("coverage-cell", args=(name, layer))
    return _try(request, _template(slug), service, service.team_id, None, back)


def _try(
    request: AccessRequest,
    template: Template,
    service: Service | None,
    team_id: int,
    vulnerability: Vulnerability | None,
    back: str,
) -> HttpResponse:
    fitting = fitting_one(service=service, team_id=team_id, template=template)
    data: QueryDict | None = request.POST.copy() if request.method == "POST" else None
    if data is not None and "one_click" in data:
        data.update(_known(service, fitting))
        data.setlist("targets", list(fitting.targets))
    targets = Target.objects.filter(team_id=team_id, kind=template.injector, is_enabled=True)
    form = TemplateForm(
        data,
        template=template,
        services=Service.objects.filter(team_id=team_id).order_by("title", "pk"),
        targets=targets.select_related("service").order_by("title", "pk"),
        initial={**_known(service, fitting), "targets": list(fitting.targets)},
    )
    if form.is_valid():
        try:
            stored = try_with(
                caller=request.caller,
                service=form.cleaned_data["service"],
                template=template,
                targets=form.slugs(),
                values=form.values(),
                title=form.cleaned_data["title"],
                vulnerability=vulnerability,
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, _placed(form, problem))
        else:
            messages.success(request, f"{stored.experiment} is ready. Try a dry run first: it touches nothing.")
            return redirect("experiment-detail", stored.experiment.slug)
    context = {
        "tabs": tabs_for(request),
        "template": template,
        "fitting": fitting,
        "form": form,
        "vulnerability": vulnerability,
        "service": service,
        "back": back,
    }
    return render(request, "backlog/try.html", context, status=422 if form.errors else 200)


def _known(service: Service | None, fitting: Fitting) -> dict[str, str]:
    """Fields of the form that need nobody to fill them in."""
    values = {f"{PREFIX}{name}": value for name, value in fitting.values.items()}
    return {**values, **({"service": service.name} if service else {})}


def _placed(form: TemplateForm, problem: Invalid | Conflict) -> Invalid | Conflict:
    """Names of placeholders are those of fields of the form."""
    if isinstance(problem, Conflict):
        return problem
    details = [
        {**one, "field": f"{PREFIX}{one['field']}"} if f"{PREFIX}{one.get('field')}" in form.fields else one
        for one in problem.details
    ]
    return Invalid(problem.message, details=details)


def _template(slug: str) -> Template:
    try:
        return template_of(slug)
    except KeyError as error:
        raise NotFound(f"there is no template {slug[:63]!r}") from error
