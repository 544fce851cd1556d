"""Forms of a public page: subscribe, confirm, choose, leave. No cookie, no script; a GET never changes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents.status_page.copies.app import DOMAIN_HEADER
from incidents.status_page.domain.addresses import KEY_HEADER, root_of
from incidents.status_page.domain.subscribing import network_of
from incidents.status_page.forms.subscribing import FORMS, ChoiceForm
from incidents.status_page.models import StatusPage, Subscriber
from incidents.status_page.public import pages
from incidents.status_page.public.serving import headed, not_found
from incidents.status_page.selectors.content import content_of
from incidents.status_page.selectors.pages import may_open, page_by_slug
from incidents.status_page.selectors.subscribers import components_of
from incidents.status_page.services import links, subscribing
from reliability.access.lockout import address_of
from reliability.web.errors import NotFound, TooMany

View = TypeVar("View", bound=Callable[..., HttpResponse])

_GONE = 410
_NEUTRAL = {
    Subscriber.Kind.MAIL: "If this address can be subscribed, a mail is on its way to it. Open the link in it.",
    Subscriber.Kind.WEBHOOK: "If this webhook can be subscribed, a mail is on its way to the address you gave. Open "
    "the link in it; then the webhook is asked to prove that it listens.",
    Subscriber.Kind.SLACK: "If this webhook can be subscribed, a message stands in its Slack channel within a minute.",
}


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of people outside. csrf_exempt: no cookie gives any right here, only what stands in form and address."""

    @csrf_exempt
    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, **arguments: Any) -> HttpResponse:
        page = page_by_slug(slug=slug)
        return _closed(request, **arguments) if page is None else view(request, page, **arguments)

    return guarded


@public
def subscribe(request: HttpRequest, page: StatusPage) -> HttpResponse:
    """GET shows the forms; POST asks, and answers the same whether the address is known or not."""
    if not may_open(page=page, key=request.headers.get(KEY_HEADER, "")):
        return not_found()
    now = timezone.now()
    components = components_of(page=page)
    chosen = request.POST.get("kind", "") if request.method == "POST" else ""
    forms = {form.kind: form(request.POST if form.kind == chosen else None, components=components) for form in FORMS}
    context: dict[str, Any] = {"forms": forms, "said": "", "problem": ""}
    status = 200
    form = forms.get(chosen)
    if form is not None and form.is_by_program:
        context["said"] = _NEUTRAL[Subscriber.Kind(chosen)]
    elif form is not None and form.is_valid():
        try:
            subscribing.ask(page=page, wish=form.wish(), network=network_of(address_of(request)), now=now)
            context["said"] = _NEUTRAL[Subscriber.Kind(chosen)]
        except TooMany as problem:
            status, context["problem"] = problem.status, problem.message
    elif request.method == "POST":
        status = 422
    return _page(request, page, "subscribe", context, now=now, status=status)


@public
def confirm(request: HttpRequest, page: StatusPage, token: str) -> HttpResponse:
    """GET asks, since mail scanners follow links; POST confirms."""
    now = timezone.now()
    try:
        subscriber = links.subscriber_of_confirm(token=token, now=now)
        _check_place(subscriber, page)
        secret = ""
        if request.method == "POST":
            subscriber, secret = subscribing.confirm(token=token, now=now)
    except NotFound as problem:
        return _gone(request, page, problem.message, token=token, now=now)
    is_done = subscriber.confirmed_at is not None
    context = {
        "subscriber": subscriber,
        "shown": subscribing.shown(subscriber),
        "secret": secret,
        "is_done": is_done,
        "manage": links.manage_url(subscriber=subscriber) if is_done else "",
    }
    return _page(request, page, "confirm", context, now=now)


@public
def manage(request: HttpRequest, page: StatusPage, token: str) -> HttpResponse:
    """GET shows what they get; POST changes it, or asks a webhook again, or makes a new secret."""
    now = timezone.now()
    components = components_of(page=page)
    said = secret = ""
    try:
        subscriber = links.subscriber_of_manage(token=token)
        _check_place(subscriber, page)
        form = ChoiceForm(
            request.POST if request.method == "POST" else None,
            components=components,
            initial={"components": list(subscriber.components.values_list("code", flat=True))},
        )
        act = request.POST.get("act", "")
        if act == "again":
            subscriber = subscribing.try_again(token=token, now=now)
            said = "It is asked again: look here in a minute."
        elif act == "secret":
            subscriber, secret = subscribing.renew_secret(token=token, now=now)
        elif request.method == "POST" and form.is_valid():
            codes = form.cleaned_data["components"]
            subscriber, said = subscribing.choose(token=token, component_codes=codes, now=now), "Kept."
    except NotFound as problem:
        return _gone(request, page, problem.message, token=token, now=now)
    if act in ("again", "secret"):
        form = ChoiceForm(
            components=components, initial={"components": list(subscriber.components.values_list("code", flat=True))}
        )
    context = {
        "subscriber": subscriber,
        "shown": subscribing.shown(subscriber),
        "form": form,
        "said": said,
        "secret": secret,
        "leave": links.leave_url(subscriber=subscriber),
    }
    return _page(request, page, "manage", context, now=now)


@public
def leave(request: HttpRequest, page: StatusPage, token: str) -> HttpResponse:
    """RFC 8058: a POST, from a mail program or from the button, ends it. A GET asks: mail scanners follow links."""
    now = timezone.now()
    try:
        if request.method == "POST":
            former = subscribing.leave(token=token, now=now)
            if former == page or _is_open(request, page):
                return _page(request, page, "left", {}, now=now)
            return _closed(request, token=token)
        subscriber = links.subscriber_of_manage(token=token)
        _check_place(subscriber, page)
    except NotFound as problem:
        if links.is_of_ours(token=token) and _is_open(request, page):
            return _page(request, page, "left", {}, now=now)
        return _gone(request, page, problem.message, token=token, now=now)
    return _page(request, page, "leave", {"shown": subscribing.shown(subscriber)}, now=now)


def _check_place(subscriber: Subscriber, page: StatusPage) -> None:
    if subscriber.page_id != page.pk:
        raise NotFound("this link is of another page: open it again from the message")


def _is_open(request: HttpRequest, page: StatusPage) -> bool:
    return may_open(page=page, key=request.headers.get(KEY_HEADER, ""))


def _closed(request: HttpRequest, *, token: str = "") -> HttpResponse:
    """The same whether there is a private page or none: neither its name nor that it is there is told by a link that
    is not of one of its subscribers."""
    if not links.is_of_ours(token=token):
        return not_found()
    text = "This link does nothing any more: what it belonged to has ended.\n"
    # Mail programs that ask twice (RFC 8058) have what they want.
    status = 200 if request.method == "POST" else _GONE
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return headed(response, is_public=False)


def _gone(request: HttpRequest, page: StatusPage, message: str, *, token: str, now: datetime) -> HttpResponse:
    if not _is_open(request, page):
        return _closed(request, token=token)
    return _page(request, page, "gone", {"message": message}, now=now, status=_GONE)


def _page(
    request: HttpRequest, page: StatusPage, name: str, context: Mapping[str, Any], *, now: datetime, status: int = 200
) -> HttpResponse:
    """In the frame of the public page. Of a private one nothing is said there to whoever has no key of it."""
    key = request.headers.get(KEY_HEADER, "")
    is_open = may_open(page=page, key=key)
    domain = request.headers.get(DOMAIN_HEADER, "")
    root = root_of(
        public_url=settings.PUBLIC_URL,
        slug=page.slug,
        domain=domain if domain == page.domain else "",
        key="" if page.is_public or not is_open else key,
    )
    frame = pages.frame(content_of(page=page, root=root, now=now))
    if not is_open:
        frame["overall"] = {"description": "updates", "tone": "none"}
    text = render_to_string(f"status_page/public/subscribing/{name}.html", {**frame, "is_open": is_open, **context})
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    headed(response, is_public=page.is_public)
    response["Referrer-Policy"] = "no-referrer"  # the address may be the right
    return response
