"""A new target, and changing one. Its kind is chosen first: it says which fields there are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.experiments.forms.target import PREFIX, TargetForm
from chaos.experiments.models import Target
from chaos.experiments.selectors.targets import secret_names
from chaos.experiments.selectors.targets import target as get_target
from chaos.experiments.services import targets
from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import require_editor_somewhere, services_of_editor
from chaos.injectors.protocol import Injector
from chaos.injectors.registry import injectors
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.access.services.vault import VaultError
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def target_new(request: AccessRequest) -> HttpResponse:
    """Without `?kind=` the kinds to choose from."""
    require_editor_somewhere(request)
    kind = request.GET.get("kind", "")
    injector = injectors().get(kind)
    if injector is None:
        kinds = [(one, one.works_here()) for one in sorted(injectors().values(), key=lambda one: one.title)]
        return render(request, "experiments/target_kinds.html", {"tabs": tabs_for(request), "kinds": kinds})
    initial = {"service": request.GET.get("service"), "is_enabled": True}
    return _edit(request, injector, None, initial)


@each_method
def target_edit(request: AccessRequest, slug: str) -> HttpResponse:
    target = get_target(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=target.team_id, role=Role.EDITOR)
    injector = injectors().get(target.kind)
    if injector is None:
        raise NotFound(f"there is no injector {target.kind!r} in this version: it cannot be changed here")
    initial: dict[str, Any] = {name: getattr(target, name) for name in ("title", "environment", "agent", "is_enabled")}
    initial |= {f"{PREFIX}{name}": value for name, value in target.config.items()}
    return _edit(request, injector, target, initial | {"service": target.service.name})


def _edit(request: AccessRequest, injector: Injector, target: Target | None, initial: dict[str, Any]) -> HttpResponse:
    form = TargetForm(
        request.POST if request.method == "POST" else None,
        injector=injector,
        services=services_of_editor(caller=request.caller),
        kept=target,
        secrets_set=_secrets_set(target),
        initial=initial,
    )
    if form.is_valid():
        try:
            stored = _saved(request, target, form)
        except (Invalid, Conflict) as problem:
            _show(form, problem)
        else:
            messages.success(request, f"Saved {stored}.")
            return redirect("target-detail", stored.slug)
    context = {
        "tabs": tabs_for(request),
        "target": target,
        "form": form,
        "injector": injector,
        "revision": request.POST.get("revision") or (target.revision if target else ""),
    }
    return render(request, "experiments/target_form.html", context, status=422 if form.errors else 200)


def _saved(request: AccessRequest, target: Target | None, form: TargetForm) -> Target:
    draft, now = form.draft(), timezone.now()
    if target is None:
        return targets.create(caller=request.caller, draft=draft, now=now)
    revision = request.POST.get("revision", "")
    expected = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else None
    return targets.update(caller=request.caller, target=target, draft=draft, now=now, expected_revision=expected)


def _secrets_set(target: Target | None) -> list[str]:
    if target is None:
        return []
    try:
        return secret_names(target=target)
    except VaultError:
        return []


def _show(form: TargetForm, problem: Invalid | Conflict) -> None:
    """Mistakes of the injector's fields go to theirs."""
    details = []
    for detail in problem.details:
        name = str(detail.get("field", "")).removeprefix("config.").removeprefix("secrets.")
        details.append({**detail, "field": PREFIX + name} if PREFIX + name in form.fields else detail)
    show_refusal(form, Invalid(problem.message, details=details))
