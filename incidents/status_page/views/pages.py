"""The list of status pages; one of them: overview, edit, delete, keys."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.status_page.domain.overall import overall
from incidents.status_page.forms.page import KeyForm, PageForm
from incidents.status_page.models import StatusPage
from incidents.status_page.selectors.content import content_of
from incidents.status_page.selectors.editing import components_seen, incidents_of, maintenances_of
from incidents.status_page.selectors.pages import PageFilters, list_pages, public_root
from incidents.status_page.services import pages
from incidents.status_page.views.answers import attempt, saved
from incidents.status_page.views.reading import frame, require_editor_somewhere, seen, teams_of_editor
from incidents.status_page.views.simple import confirm_page, form_page, page_url
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.web.fields import page_zone
from reliability.web.pagination import page_of

PER_PAGE = 50
_TEXT_MAX = 100
_EVENTS_MAX = 8
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def page_list(request: AccessRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "").strip()[:_TEXT_MAX]
    team = request.GET.get("team", "").replace("\0", "")[:63]
    found = list_pages(caller=request.caller, filters=PageFilters(team_slug=team, text=text))
    shown = page_of(request, found, per_page=PER_PAGE)
    context = {
        "page": shown,
        "rows": [(one, public_root(one)) for one in shown.object_list],
        "text": text,
        "team": team,
        "is_narrowed": bool(text or team),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "may_make": teams_of_editor(caller=request.caller).exists(),
    }
    return render(request, "status_page/list.html", context)


@each_method
def page_new(request: AccessRequest) -> HttpResponse:
    require_editor_somewhere(request)
    data = request.POST if request.method == "POST" else None
    initial = {"zone": page_zone().key, "is_public": True, "team": request.GET.get("team", "")[:63]}
    form = PageForm(data, teams=teams_of_editor(caller=request.caller), page=None, initial=initial)
    made: list[StatusPage] = []
    if form.is_valid() and saved(
        form,
        lambda: made.append(
            pages.create(
                caller=request.caller, team_id=form.cleaned_data["team"].pk, draft=form.draft(), now=timezone.now()
            )
        ),
    ):
        messages.success(request, "The page is there. Add the components that your users know.")
        return redirect("status-components", made[0].slug)
    return form_page(
        request,
        None,
        form,
        heading="New status page",
        subtitle="What your users see when something is wrong, and when nothing is",
        action="Make the page",
        cancel_url=reverse("status-page-list"),
    )


@require_safe
def page_detail(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug)
    now = timezone.now()
    content = content_of(page=page, root=public_root(page), now=now)
    views = {one.code: one for one in content.components}
    context = {
        **frame(request, page),
        "overall": overall(content),
        "rows": [(one, views.get(one.code)) for one in components_seen(page=page, caller=request.caller)],
        "open_incidents": incidents_of(page=page, is_open=True)[:_EVENTS_MAX],
        "planned": maintenances_of(page=page, is_over=False)[:_EVENTS_MAX],
    }
    return render(request, "status_page/detail.html", context)


@each_method
def page_edit(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    draft = pages.draft_of(page=page)
    initial = {name: getattr(draft, name) for name in pages.PageDraft.__dataclass_fields__}
    data = request.POST if request.method == "POST" else None
    form = PageForm(
        data, teams=teams_of_editor(caller=request.caller), page=page, initial=initial | {"revision": page.revision}
    )
    if form.is_valid() and saved(
        form,
        lambda: pages.edit(
            caller=request.caller,
            page_id=page.pk,
            draft=form.draft(),
            expected_revision=form.cleaned_data["revision"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, "The page is changed.")
        return redirect("status-page", form.cleaned_data["slug"].strip())
    return form_page(
        request,
        page,
        form,
        heading=f"Edit {page.title}",
        action="Save",
        cancel_url=page_url(page),
        delete_url=page_url(page, "status-page-delete"),
    )


@each_method
def page_delete(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    if request.method == "POST":
        pages.delete(caller=request.caller, page_id=page.pk, now=timezone.now())
        messages.success(request, f"{page.title} is deleted.")
        return redirect("status-page-list")
    losses = [
        f"{page.components.filter(removed_at=None).count()} components with their history",
        f"{page.incidents.count()} incidents and {page.maintenances.count()} maintenances as the public reads them",
        f"the address {public_root(page)}/, its feeds, and its subscribers",
    ]
    return confirm_page(
        request,
        page,
        heading=f"Delete {page.title}?",
        action="Delete the page",
        cancel_url=page_url(page),
        losses=losses,
        keeps="Services, objectives and your own incidents stay as they are.",
    )


@never_cache
@each_method
def page_keys(request: AccessRequest, slug: str) -> HttpResponse:
    """Keys that open a private page; a new one is shown once."""
    page = seen(request, slug, role=Role.EDITOR)
    form = KeyForm(request.POST if request.method == "POST" else None)
    made: list[pages.NewToken] = []
    if form.is_valid() and saved(
        form,
        lambda: made.append(
            pages.create_token(
                caller=request.caller, page_id=page.pk, name=form.cleaned_data["name"], now=timezone.now()
            )
        ),
    ):
        form = KeyForm()
    context = {
        **frame(request, page),
        "form": form,
        "tokens": page.tokens.order_by("-created_at", "-pk"),
        "address": f"{public_root(page)}/key/{made[0].secret}/" if made else "",
        "secret": made[0].secret if made else "",
    }
    return render(request, "status_page/keys.html", context, status=422 if form.errors else 200)


@require_POST
def page_key_revoke(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    attempt(
        request,
        lambda: pages.revoke_token(caller=request.caller, page_id=page.pk, token_id=pk, now=timezone.now()),
        words="The key is revoked: whoever has it sees nothing any more.",
    )
    return redirect("status-page-keys", page.slug)
